from odoo import api, fields, models


class SalonTreatmentCard(models.Model):
    _inherit = "salon.treatment.card"

    @api.model
    def _hints(self, partner, company, products):
        """Return in words what a client has left for these services: “Facial: 7 of 10 left”, one for each card."""
        cards = self.sudo()._get_usable(partner, company)
        hints = []
        for card in cards:
            service = products.filtered(card._treats)[:1]
            if service:
                hints.append(
                    self.env._(
                        "%(service)s: %(left)s of %(sessions)s left",
                        service=service.sudo().name,
                        left=card.sessions_left,
                        sessions=card.sessions,
                    )
                )
        return " · ".join(hints)


class CalendarEvent(models.Model):
    """A booking says whether its client has paid for it by a treatment card already."""

    _inherit = "calendar.event"

    salon_sessions_hint = fields.Char(string="Sessions Left", compute="_compute_salon_sessions_hint", compute_sudo=True)

    @api.depends("salon_client_id", "salon_line_ids.product_id", "company_id")
    def _compute_salon_sessions_hint(self):
        cards = self.env["salon.treatment.card"]
        for event in self:
            client = event.is_salon_booking and event.salon_client_id._origin
            lines = event.salon_line_ids
            event.salon_sessions_hint = client and cards._hints(
                client, event.company_id or self.env.company, lines.product_id._origin
            )


class SalonVisit(models.Model):
    """A visit says which of its services a treatment card pays for."""

    _inherit = "salon.visit"

    sessions_hint = fields.Char(string="Sessions Left", compute="_compute_sessions_hint", compute_sudo=True)

    @api.depends("partner_id", "line_ids.product_id", "state")
    def _compute_sessions_hint(self):
        cards = self.env["salon.treatment.card"]
        for visit in self:
            visit.sessions_hint = visit.state == "open" and cards._hints(
                visit.partner_id._origin, visit.company_id, visit.line_ids.product_id._origin
            )
