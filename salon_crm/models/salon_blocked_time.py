from datetime import timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import ValidationError


class SalonBlockedTime(models.Model):
    """Time in which a stylist or a station is not for clients: a break, a training, a repair.

    It takes the same blocks as a booking does, so that nothing is ever booked over it, nor it over a booking.
    """

    _name = "salon.blocked.time"
    _description = "Blocked Time"
    _order = "start desc, id"
    _check_company_auto = True

    kind = fields.Selection(
        [
            ("break", "Break"),
            ("training", "Training"),
            ("meeting", "Meeting"),
            ("illness", "Illness"),
            ("out_of_service", "Out of Service"),
            ("other", "Other"),
        ],
        required=True,
        default="break",
    )
    note = fields.Char(help="Why, for the team; clients never see it.")
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company, index=True)
    stylist_id = fields.Many2one(
        "hr.employee",
        ondelete="cascade",
        check_company=True,
        index="btree_not_null",
        domain="[('is_salon_stylist', '=', True)]",
    )
    station_id = fields.Many2one("salon.station", ondelete="cascade", check_company=True, index="btree_not_null")
    start = fields.Datetime(required=True)
    stop = fields.Datetime(string="End", required=True)
    active = fields.Boolean(default=True)
    block_ids = fields.One2many("salon.booking.block", "blocked_id")

    _whose = models.Constraint(
        "CHECK (num_nonnulls(stylist_id, station_id) = 1)", "Name either a stylist or a station: whose time is blocked?"
    )
    _not_empty = models.Constraint("CHECK (start < stop)", "Blocked time must end after it starts.")

    @api.depends("kind", "stylist_id", "station_id")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for blocked in self:
            whose = blocked.stylist_id.name or blocked.station_id.name or ""
            blocked.display_name = f"{whose} · {labels.get(blocked.kind, '')}"

    @api.model_create_multi
    def create(self, vals_list):
        blocked = super().create(vals_list)
        blocked._sync_blocks()
        return blocked

    def write(self, vals):
        result = super().write(vals)
        if {"start", "stop", "stylist_id", "station_id", "active"} & vals.keys():
            self._sync_blocks()
        return result

    def unlink(self):
        self.env["salon.freed.time"]._note_blocks("blocked_id", self)
        return super().unlink()

    def action_repeat(self):
        """Ask on which other days the same time is blocked as well."""
        self.ensure_one()
        zone = self.company_id._salon_timezone()
        start, stop = (pytz.utc.localize(moment).astimezone(zone) for moment in (self.start, self.stop))
        action = self.env["ir.actions.act_window"]._for_xml_id("salon_crm.salon_blocked_time_repeat_action")
        hours = [moment.hour + moment.minute / 60 for moment in (start, stop)]
        return {
            **action,
            "context": {
                "default_kind": self.kind,
                "default_note": self.note,
                "default_company_id": self.company_id.id,
                "default_stylist_ids": self.stylist_id.ids,
                "default_station_ids": self.station_id.ids,
                "default_date_from": fields.Date.to_string(start.date() + timedelta(days=1)),
                "default_hour_from": hours[0],
                "default_hour_to": hours[1] if stop.date() == start.date() else 24.0,
            },
        }

    def _sync_blocks(self):
        """Make the blocks of these times say what they say.

        :raise ValidationError: a booking is in the way; it names who is taken and when
        """
        blocks = self.env["salon.booking.block"].sudo()
        resources = self.sudo().stylist_id._salon_block_resource_ids()
        values = [
            (
                blocked.id,
                resources.get(blocked.stylist_id.id) or blocked.station_id.resource_id.id,
                blocked.start,
                blocked.stop,
                blocked.active,
            )
            for blocked in self.sudo()
        ]
        if clash := blocks._find_clash("blocked_id", self.ids, values):
            raise ValidationError(
                blocks._clash_message(*clash)
                + " "
                + self.env._("To hand bookings over first, use “Out of Service or Ill”.")
            )
        blocks._replace("blocked_id", self.ids, values)
