from odoo import api, models
from odoo.tools import format_amount

from odoo.addons.salon_crm.tools.client_date import ClientDate

TOLD = ("planned", "sending", "retry", "sent", "unsure")  # states of a notice that reached its client, or still may
PARTS = {"bonus_end": "bonus", "principal_end": "principal"}


class SalonClientDate(models.AbstractModel):
    """What members and holders of cards have that ends: the addon writes to them of each end, but of no coupon's."""

    _inherit = "salon.client.date"

    @api.model
    def _dates(self):
        points, card = self.env._("Points end"), self.env._("A treatment card ends")
        points_left = (("remaining", ">", 0), ("membership_id.state", "=", "active"))
        card_left = (("sessions_left", ">", 0), ("state", "in", ("active", "blocked")))
        return {
            **super()._dates(),
            "points_end": ClientDate(points, "salon.points.lot", "expires_on", "membership_id.partner_id", points_left),
            "card_end": ClientDate(card, "salon.treatment.card", "expires_on", domain=card_left),
            **{key: self._date_of_lots(key, part) for key, part in PARTS.items()},
        }

    @api.model
    def _date_of_lots(self, key, part):
        names = {"bonus": self.env._("Bonus of stored value ends"), "principal": self.env._("Stored value ends")}
        left = ((f"{part}_left", ">", 0), ("wallet_id.state", "!=", "closed"))
        return ClientDate(names[part], "salon.wallet.lot", f"{part}_expires_on", "wallet_id.partner_id", left)

    @api.model
    def _say(self, key, record):
        if key == "points_end":
            lots = record.membership_id.lot_ids.filtered(lambda lot: lot.expires_on == record.expires_on)
            return self.env._("%s points", sum(lots.mapped("remaining")))
        if key == "card_end":
            return self.env._(
                "%(card)s, %(left)s of %(sessions)s left",
                card=record.product_id.name,
                left=record.sessions_left,
                sessions=record.sessions,
            )
        if key in PARTS:
            part, ends = PARTS[key], f"{PARTS[key]}_expires_on"
            lots = record.wallet_id.lot_ids.filtered(lambda lot: lot[ends] == record[ends])
            return format_amount(self.env, sum(lots.mapped(f"{part}_left")), record.currency_id)
        return super()._say(key, record)

    @api.model
    def _find_told(self, key, records):
        if key == "points_end":
            until = {lot: lot.membership_id.points_told_until for lot in records}
            return records.filtered(lambda lot: until[lot] and lot.expires_on <= until[lot])
        if key == "card_end":
            return self._find_noticed(records, "salon.treatment.notice", "card_id", "expires_on")
        if key in PARTS:
            return self._find_noticed(records, "salon.wallet.notice", "lot_id", f"{PARTS[key]}_expires_on")
        return super()._find_told(key, records)

    @api.model
    def _find_noticed(self, records, notices, link, ends):
        """Return those of `records` of whose end, as it is now, a notice was given or is on its way."""
        found = (
            self.env[notices].sudo().search([(link, "in", records.ids), ("kind", "=", "ending"), ("state", "in", TOLD)])
        )
        ends_told = {(notice[link].id, notice.ends_on) for notice in found}
        return records.filtered(lambda record: (record.id, record[ends]) in ends_told)
