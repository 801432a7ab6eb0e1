from datetime import datetime, timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools.misc import format_date

from ..tools import timeline
from ..tools.frame import Frame, utc
from ..tools.roster import Roster, load_stylists
from ..tools.spoken import spoken_time

LONGEST = timedelta(days=366)


class SalonBlockedTimeRepeat(models.TransientModel):
    """The same blocked time on many days. Days that are taken already are left out, and named."""

    _name = "salon.blocked.time.repeat"
    _description = "Block Time Repeatedly"
    _check_company_auto = True

    kind = fields.Selection(
        lambda self: self.env["salon.blocked.time"]._fields["kind"]._description_selection(self.env),
        required=True,
        default="break",
    )
    note = fields.Char(help="Why, for the team; clients never see it.")
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    # The public employee: the front desk may read no other.
    stylist_ids = fields.Many2many(
        "hr.employee.public", string="Stylists", check_company=True, domain="[('is_salon_stylist', '=', True)]"
    )
    station_ids = fields.Many2many("salon.station", string="Stations", check_company=True)
    rhythm = fields.Selection([("daily", "Every day"), ("weekly", "Every week")], required=True, default="daily")
    date_from = fields.Date(string="First Day", required=True, default=fields.Date.context_today)
    date_to = fields.Date(string="Until", required=True)
    hour_from = fields.Float(string="From", required=True, default=13.0, help="By the salon's clocks.")
    hour_to = fields.Float(string="To", required=True, default=13.5, help="By the salon's clocks.")
    only_worked = fields.Boolean(
        string="Only When They Work",
        default=True,
        help="Leave out days on which a stylist does not work at that time.",
    )
    made = fields.Integer(readonly=True)
    skipped = fields.Text(readonly=True)

    @api.constrains("date_from", "date_to", "hour_from", "hour_to", "stylist_ids", "station_ids")
    def _check_sensible(self):
        for repeat in self:
            if not timedelta() <= repeat.date_to - repeat.date_from <= LONGEST:
                raise ValidationError(self.env._("The last day comes after the first, and at most a year later."))
            if not 0 <= repeat.hour_from < repeat.hour_to <= 24:
                raise ValidationError(self.env._("Blocked time begins and ends on the same day, and ends later."))
            if not repeat.stylist_ids and not repeat.station_ids:
                raise ValidationError(self.env._("Name at least one stylist or station: whose time is blocked?"))

    def action_block(self):
        """Block all these times but those that are taken; show what was left out, if anything."""
        self.ensure_one()
        wanted = self._prepare_times()
        if not wanted:
            raise UserError(self.env._("Nobody works then: there is no time to block. Choose other days or hours."))
        clashes = self._find_clashes(wanted)
        self.env["salon.blocked.time"].create([values for n, values in enumerate(wanted) if n not in clashes])
        self.made = len(wanted) - len(clashes)
        self.skipped = "\n".join(self._name_clash(wanted[number], clashes[number]) for number in sorted(clashes))
        if self.skipped:
            return self._show()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("Times blocked: %s.", self.made),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def action_show(self):
        """Show the blocked times."""
        return self.env["ir.actions.act_window"]._for_xml_id("salon_crm.salon_blocked_time_action")

    def _show(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Block Time Repeatedly"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def _days(self):
        step = 7 if self.rhythm == "weekly" else 1
        return [self.date_from + timedelta(days=n) for n in range(0, (self.date_to - self.date_from).days + 1, step)]

    def _prepare_times(self):
        """Return the values of the blocked times that are wanted, day by day."""
        zone = self.company_id._salon_timezone()
        moment = self.env["salon.shift"]._moment
        works = self._prepare_works(zone)
        times = []
        for day in self._days():
            start, stop = moment(day, self.hour_from, zone), moment(day, self.hour_to, zone)
            values = {
                "kind": self.kind,
                "note": self.note,
                "company_id": self.company_id.id,
                "start": start,
                "stop": stop,
            }
            times += [
                {**values, "stylist_id": stylist.id} for stylist in self.stylist_ids if works(stylist.id, start, stop)
            ]
            times += [{**values, "station_id": station.id} for station in self.station_ids]
        return times

    def _prepare_works(self, zone):
        """Return a function that tells whether a stylist works at some of a time, if that matters."""
        if not self.only_worked:
            return lambda stylist_id, start, stop: True
        midnights = (
            datetime.combine(day, datetime.min.time()) for day in (self.date_from, self.date_to + timedelta(days=1))
        )
        frame = Frame(*(utc(zone, midnight) for midnight in midnights))
        stylists = load_stylists(self.env, self.company_id)
        mine = [stylists[stylist_id] for stylist_id in self.stylist_ids.ids if stylist_id in stylists]
        worked = Roster(self.env, self.company_id, frame).worked(mine)
        by_stylist = {stylist.id: worked[stylist.resource_id] for stylist in mine}

        def works(stylist_id, start, stop):
            minutes = timeline.run(frame.minute(stop) - frame.minute(start))
            return bool(by_stylist.get(stylist_id, 0) >> frame.minute(start) & minutes)

        return works

    def _find_clashes(self, wanted):
        """Return {number of a wanted time: (resource id, start, stop)} of what takes it already."""
        resources = self.env["hr.employee"].sudo().browse(self.stylist_ids.ids)._salon_block_resource_ids()
        stations = {station.id: station.resource_id.id for station in self.sudo().station_ids}
        values = [
            (
                resources[values["stylist_id"]] if "stylist_id" in values else stations[values["station_id"]],
                values["start"],
                values["stop"],
            )
            for values in wanted
        ]
        return self.env["salon.booking.block"].sudo()._find_clashes(values)

    def _name_clash(self, values, clash):
        """Return which day was left out and why; whose booking it is stays unsaid."""
        resource_id, start, stop = clash
        return self.env._(
            "%(date)s: %(who)s is taken from %(start)s to %(stop)s.",
            date=format_date(self.env, fields.Datetime.context_timestamp(self, values["start"]).date()),
            who=self.env["resource.resource"].sudo().browse(resource_id).name,
            start=spoken_time(self.env, start),
            stop=spoken_time(self.env, stop),
        )
