from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError


class SalonTreatmentCard(models.Model):
    """What a till asks of treatment cards. Each answer is for the till's own company."""

    _inherit = "salon.treatment.card"

    sessions_free = fields.Integer(compute="_compute_till", help="Sessions left that no order holds.")
    till_services = fields.Json(compute="_compute_till", help="The services, as product templates, it is good for.")

    def _compute_till(self):
        templates = self.env["product.template"].sudo()
        now = fields.Datetime.now()
        for card in self:
            over = sum(
                card.sudo().hold_ids.filtered(lambda one: one.expires_at and one.expires_at <= now).mapped("sessions")
            )
            card.sessions_free = card.sessions_left - card.sessions_held + over
            found = card.service_ids
            if card.categ_id:
                found |= templates.search([("is_salon_service", "=", True), ("categ_id", "child_of", card.categ_id.id)])
            card.till_services = found.ids

    @api.model
    def _load_pos_data_domain(self, data, config):
        return False

    @api.model
    def _load_pos_data_fields(self, config):
        return ["number", "label", "sessions", "sessions_left", "sessions_free", "expires_on", "till_services"]

    @api.model
    def load_till_cards(self, config_id, partner_id):
        """Return the cards that a client may use today, what ends first at first.

        :return dict: records by model, as the till's own loading returns them
        """
        config = self.env["pos.config"]._salon_till(config_id)
        partner = self.env["res.partner"].sudo().browse(partner_id)
        cards = self.sudo()._get_usable(partner, config.company_id)
        return {self._name: cards._load_pos_data_read(cards, config)}

    @api.model
    def hold_session(self, config_id, partner_id, order_uuid, line_uuid, product_id, card_id=None, quantity=1):
        """Keep sessions for one line of an order until it is paid, so that no other order uses them (invariant 6).

        Asking again for the same line changes what is held for it. A hold ends by itself after the minutes that the
        settings say, until `begin_validation`.

        :param int card_id: which card; none: the one that ends first
        :param quantity: how many sessions, a whole number
        :return dict: "card_id", "amount" (what the line comes to, taxes included: their share of the card's price),
            "sessions_left" (after this order)
        :raise UserError: there is none, it is for something else or for somebody else, or the order is paid already
        """
        config = self.env["pos.config"]._salon_till(config_id)
        company = config.company_id
        partner = self.env["res.partner"].sudo().browse(partner_id).exists()
        product = self.env["product.product"].sudo().browse(product_id).exists()
        if config.currency_id != company.currency_id:
            raise UserError(self.env._("Treatment cards are used in %s alone.", company.currency_id.name))
        if quantity != int(quantity) or quantity < 1:
            raise UserError(self.env._("A session is used whole: make it 1."))
        if self.env["pos.order"].sudo().search_count([("uuid", "=", order_uuid), ("state", "!=", "draft")], limit=1):
            raise UserError(self.env._("This order is paid already: its sessions are booked."))
        cards = self.sudo()._get_usable(partner, company, product)
        if card_id:
            cards = cards.filtered(lambda card: card.id == card_id)
        cards._lock()
        holds = self.env["salon.treatment.hold"].sudo()
        hold = holds.search([("order_uuid", "=", order_uuid), ("order_line_uuid", "=", line_uuid)])
        card = next((card for card in cards if card.state == "active" and card._free(hold)[0] >= quantity), None)
        if not card:
            raise UserError(
                self.env._(
                    "%(client)s has no session of “%(service)s” left to use now.",
                    client=partner.name,
                    service=product.name,
                )
            )
        hold = hold.exists()  # its time may have been over
        values = {
            "card_id": card.id,
            "sessions": int(quantity),
            "amount": card._worth(int(quantity), hold),
            "expires_at": fields.Datetime.now() + timedelta(minutes=company.salon_hold_minutes),
        }
        if hold:
            hold.write(values)
        else:
            hold = holds.create({"order_uuid": order_uuid, "order_line_uuid": line_uuid, **values})
        return {"card_id": card.id, "amount": hold.amount, "sessions_left": card.sessions_left - hold.sessions}

    @api.model
    def begin_sessions(self, config_id, order_uuid, line_uuids):
        """Have the holds of these lines end by no timer any more: the order's payment is being completed.

        :raise UserError: one of them is gone
        """
        config = self.env["pos.config"]._salon_till(config_id)
        domain = [
            ("order_uuid", "=", order_uuid),
            ("order_line_uuid", "in", line_uuids),
            ("card_id.company_id", "=", config.company_id.id),
        ]
        holds = self.env["salon.treatment.hold"].sudo().search(domain)
        holds.card_id._lock()
        holds.card_id._clear_holds()
        holds = holds.exists()
        if len(holds) < len(set(line_uuids)):
            raise UserError(self.env._("A session is not held any more. Take it out of the order, and use it again."))
        holds.filtered("expires_at").expires_at = False
        return True

    @api.model
    def release_sessions(self, config_id, order_uuid, line_uuids=None):
        """Let go of what is held for these lines of an order, or for all of them."""
        config = self.env["pos.config"]._salon_till(config_id)
        self.env["salon.treatment.hold"].sudo()._release([order_uuid], config.company_id, line_uuids)
        return True
