from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .salon_safety import Obstacle


class SalonVisit(models.Model):
    """What the client of a visit still needs, and what was sold although it speaks against it."""

    _inherit = "salon.visit"

    safety_note = fields.Text(string="Before the Service", compute="_compute_safety_note")
    was_unsafe = fields.Boolean(
        string="Sold All the Same",
        compute="_compute_was_unsafe",
        search="_search_was_unsafe",
        help="Something in it was paid for at a till without what the client needs before it.",
    )

    @api.depends("partner_id", "date", "state", "line_ids.product_id")
    def _compute_safety_note(self):
        self.safety_note = False
        open_visits = self.filtered(lambda visit: visit.state == "open" and visit.partner_id)
        for company, visits in open_visits.grouped("company_id").items():
            wanted = {
                visit: [(visit.partner_id._origin.id, id_) for id_ in visit.sudo().line_ids.product_id._origin.ids]
                for visit in visits
            }
            needs = self.env["salon.safety"]._find_needs(wanted, company or self.env.company, now=True)
            for visit, found in needs.items():
                visit.safety_note = "\n".join(dict.fromkeys(text for _kind, text in found))

    def action_done(self):
        """Refuse to close what nobody signed for; what was booked was asked when it began, and a sale is never lost."""
        if not self.env.su:
            for visit in self.filtered(lambda one: one.state == "open" and one.partner_id):
                booked = visit.sudo().event_id._salon_wanted() if visit.event_id else ()
                wanted = [(visit.partner_id.id, id_) for id_ in visit.line_ids.product_id.ids]
                wanted = [pair for pair in wanted if pair not in booked]
                moment, company = fields.Datetime.now(), visit.company_id
                for pair, forms in self.env["salon.consent"]._find_missing(wanted, company, moment).items():
                    found = Obstacle(*pair, "consent", tuple(forms.ids))
                    raise ValidationError(self.env["salon.safety"]._refusal(found, company)["message"])
        return super().action_done()

    @api.depends("line_ids.was_unsafe")
    def _compute_was_unsafe(self):
        for visit in self:
            visit.was_unsafe = any(visit.line_ids.mapped("was_unsafe"))

    def _search_was_unsafe(self, operator, value):
        return [("line_ids.was_unsafe", operator, value)]


class SalonVisitLine(models.Model):
    _inherit = "salon.visit.line"

    was_unsafe = fields.Boolean(
        string="Sold All the Same",
        readonly=True,
        copy=False,
        help="It was paid for at a till although the client may not have it without a manager's exception.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._check_begun()
        return lines

    def write(self, vals):
        result = super().write(vals)
        if {"started_at", "product_id"} & vals.keys():
            self._check_begun()
        return result

    def _check_begun(self):
        """Refuse what begins at the chair without what it needs: a booking can be here, and its service not begun; and
        more is done than was booked."""
        if self.env.su:
            return
        for line in self.filtered(lambda one: one.started_at and one.visit_id.partner_id):
            wanted = [(line.visit_id.partner_id.id, line.product_id.id)]
            self.env["salon.safety"]._refuse(wanted, line.visit_id.company_id, line.started_at, "start")
