from datetime import timedelta

from odoo import api, fields, models

from ..tools.spoken import spoken, spoken_day

NEAR = 7  # days before and after a birthday on which the till says so


class SalonClientFile(models.Model):
    """What the till shows beside the order of a client; nothing of their health ever gets there."""

    _inherit = "salon.client.file"

    @api.model
    def load_till_card(self, partner_id, config_id):
        """Return what whoever is at the till may know of a client, as texts in their language.

        It is asked for the chosen client alone. A cashier who has no role in the salon gets nothing.

        :param int partner_id: the client
        :param int config_id: the till
        :return dict: "alert", "birthday", "preferences" (texts, "" where there is none), "last" ("day", "what", "who",
            "formula") and "next" ("when", "what") or False; nothing at all for who has no file that the user may read
        """
        self.env["pos.config"].browse(config_id).check_access("read")
        company = self.env["pos.config"].sudo().browse(config_id).company_id
        if not self.has_access("read"):
            return {}
        file = self.with_company(company).search([("partner_id", "=", partner_id)])
        return file._prepare_till_card(company) if file else {}

    def _prepare_till_card(self, company):
        """Return the card of one client; other parts of the salon add what they know."""
        self.ensure_one()
        zone = company._salon_timezone()
        return {
            "alert": self.alert or "",
            "birthday": self._till_birthday(company._salon_today()),
            "preferences": self.preferences or "",
            "last": self._till_last_visit(company, zone),
            "next": self._till_next_booking(company, zone),
        }

    def _till_last_visit(self, company, zone):
        visit = self.env["salon.visit"].search(
            [("partner_id", "=", self.partner_id.id), ("company_id", "=", company.id), ("state", "=", "done")],
            limit=1,
        )
        if not visit:
            return False
        return {
            "day": spoken_day(self.env, visit.date, zone),
            "what": ", ".join(visit.line_ids.product_id.mapped("name")),
            "who": visit.performer_names,
            # Its name alone, for whoever may see the visit: what was mixed is for stylists.
            "formula": "; ".join(filter(None, visit.sudo().line_ids.mapped("formula_summary"))),
        }

    def _till_next_booking(self, company, zone):
        booking = self.env["calendar.event"].search_fetch(
            [
                ("salon_client_id", "=", self.partner_id.id),
                ("company_id", "=", company.id),
                ("salon_state", "in", ("booked", "confirmed")),
                ("start", ">", fields.Datetime.now()),
            ],
            ["start"],
            order="start",
            limit=1,
        )
        if not booking:
            return False
        return {
            "when": spoken(self.env, booking.start, zone),
            "what": ", ".join(booking.salon_line_ids.product_id.mapped("name")),
        }

    def _till_birthday(self, today):
        """Return how near the client's birthday is, "" where it is not."""
        born = self.birthdate_date
        if not born:
            return ""
        days = min((_birthday_in(born, today.year + year) - today for year in (-1, 0, 1)), key=abs).days
        if abs(days) > NEAR:
            return ""
        if not days:
            return self.env._("Birthday today")
        if days == 1:
            return self.env._("Birthday tomorrow")
        if days == -1:
            return self.env._("Birthday was yesterday")
        if days > 0:
            return self.env._("Birthday in %s days", days)
        return self.env._("Birthday was %s days ago", -days)


def _birthday_in(born, year):
    """Return the birthday in a year; who was born on a leap day has it on the last of February."""
    if (born.month, born.day) == (2, 29):
        return born.replace(year=year, month=3, day=1) - timedelta(days=1)
    return born.replace(year=year)
