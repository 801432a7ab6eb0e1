from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date, format_datetime

from ..tools import carry_out

BY_HAND = ("call", "wechat", "task")  # somebody of the salon makes these, one by one
BEFORE = 3  # earlier contacts that are shown
RESULT = ("reached", "rating", "said", "next_action", "call_again_on")


class SalonFollowup(models.Model):
    """Working through the day's follow-ups one after the other, by the keys."""

    _inherit = "salon.followup"

    @api.model
    def action_round(self):
        """Show the first of today's follow-ups, with all that is needed for it; closing it shows the next."""
        return self.env["ir.actions.client"]._for_xml_id("salon_aftercare.salon_followup_round_action")

    @api.model
    def load_round(self):
        """Return the ids of what the user has to do today: what was given to them or to nobody, the most urgent first.

        What is for a later hour of today may be made now, as far as the gate lets it through; and what is due already
        is asked again: a client may have objected, complained or booked since.

        :return list: ids of salon.followup
        """
        domain = [
            ("user_id", "in", [self.env.uid, False]),
            ("state", "in", ("planned", "due")),
            ("channel", "in", BY_HAND),
            ("due_at", "<", "today +1d"),
        ]
        followups = self.search(domain)
        mine = followups.sudo().try_lock_for_update(allow_referencing=True)
        carry_out(mine.filtered(lambda one: one.state == "due"), "_gate_again")
        carry_out(mine.filtered(lambda one: one.state == "planned"), "_gate")
        return followups.filtered(lambda one: one.state == "due").ids

    def load_card(self):
        """Return what one needs to know for this contact.

        :return dict: names of fields and what they say, as people read it; "before": the last contacts
        """
        self.ensure_one()
        channels = dict(self._fields["channel"]._description_selection(self.env))
        return {
            "id": self.id,
            "is_open": self.is_open,
            "is_overdue": self.is_overdue,
            "client": self.partner_id.name,
            "phone": self.phone or "",
            "wechat": (self.wechat or "") if self.channel == "wechat" else "",
            "channel": self.channel,
            "channel_name": channels[self.channel],
            "plan": self.plan_id.name or "",
            "alert": self.alert or "",
            "script": self.script or "",
            "visit": format_date(self.env, self._on_clocks(self.visit_date)) if self.visit_date else "",
            "services": self.services or "",
            "performers": self.performers or "",
            "note": self.visit_note or "",
            "latest": format_datetime(self.env, self.latest_at, dt_format="short"),
            "next_booking": self._say_next_booking(),
            "before": self._earlier_contacts(),
            **{name: self[name] or "" for name in ("reached", "rating", "said", "next_action")},
            "call_again_on": fields.Date.to_string(self.call_again_on) or "",
        }

    def _on_clocks(self, moment):
        """Return the day of a moment, on the clocks of the salon."""
        return fields.Datetime.context_timestamp(self.with_context(tz=self.company_id._salon_timezone().zone), moment)

    def _say_next_booking(self):
        """Return when this client comes next, as the file says it; "" where they do not, or where one may not know."""
        file = self.env["salon.client.file"].search([("partner_id", "=", self.partner_id.id)], limit=1)
        return format_datetime(self.env, file.next_booking, dt_format="short") if file.next_booking else ""

    def _earlier_contacts(self):
        """Return what was said in the last contacts with this client, the latest first."""
        domain = [("partner_id", "=", self.partner_id.id), ("state", "=", "done"), ("id", "!=", self.id)]
        ratings = dict(self._fields["rating"]._description_selection(self.env))
        return [
            {
                "id": contact.id,
                "day": format_date(self.env, contact._on_clocks(contact.done_at)),
                "rating": ratings.get(contact.rating, ""),
                "said": contact.said or "",
                "reached": contact.reached or "",
            }
            for contact in self.search(domain, order="done_at desc, id desc", limit=BEFORE)
        ]

    def close_card(self, values):
        """Note how this contact went, and close it.

        :param dict values: of reached ("yes" or "no"), rating ("1" to "5"), said, next_action, call_again_on
        :return: the action that begins what comes next, or False
        :raise UserError: somebody closed it meanwhile, or something is missing
        """
        self._check_still_open()
        if values.get("reached") not in ("yes", "no"):
            raise UserError(self.env._("Say first whether the client was reached."))
        result = {name: values.get(name) or False for name in RESULT}
        if result["reached"] == "no":
            result["rating"] = False
        self.write(result)
        return self.action_done()

    def skip_card(self, reason):
        """Close this contact without having made it.

        :param str reason: why
        :raise UserError: somebody closed it meanwhile, or no reason is given
        """
        self._check_still_open()
        if not (reason or "").strip():
            raise UserError(self.env._("Say why this client is not contacted."))
        self.reason = reason.strip()
        self.action_skip()

    def _check_still_open(self):
        """Two people may have the same contact before them: the first who closes it has made it."""
        self.ensure_one()
        self.lock_for_update()
        self.invalidate_recordset(["state", "done_by"])
        if not self.is_open:
            raise UserError(
                self.env._("This contact with %s is closed already. Go on with the next.", self.partner_id.name)
            )
