from collections import defaultdict
from datetime import datetime, timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools import timeline
from ..tools.frame import Frame, local_day, utc
from ..tools.roster import Roster, load_stylists
from ..tools.spoken import clock

COMING = ("booked", "confirmed", "arrived", "in_service")
WEEK = timedelta(days=7)
DAY = timedelta(days=1)
WEEKS_AHEAD = 52  # how far a week is copied on at most


class SalonShift(models.Model):
    """The roster on the screen: a week of everybody, loaded by one call and changed by dragging.

    Each method that changes something answers with the week as it is then, so that the screen shows what stands.
    """

    _inherit = "salon.shift"

    @api.model
    def roster_load(self, day=None):
        """Return the week of the current company in which `day` (today where not given) lies.

        :param str day: a date
        :return dict: "first" (date of the first day), "today", "can_edit", "templates", "days" (date, and the name of
            the public holiday) and "stylists", each with "hours" (of the week) and "cells", one for each day: "shifts",
            "calendar" (stretches of the working hours, which hold where there is no shift), "asked" (works whenever
            asked), "absent" and "blocked" (what is off), "outside" (ids of bookings outside the hours)
        """
        self.check_access("read")
        day = fields.Date.to_date(day) or self._roster_today()
        week_start = int(self.env["res.lang"]._get_data(code=self.env.lang or "en_US").week_start or 1)
        first = day - timedelta(days=(day.isoweekday() - week_start) % 7)
        zone, frame, stylists, sheets = self._roster_week(first)
        days = _week_days(first)
        return {
            "first": fields.Date.to_string(first),
            "today": fields.Date.to_string(self._roster_today()),
            "can_edit": self.has_access("write"),
            "templates": self._roster_templates(),
            "days": self._roster_days(days, frame, zone),
            "stylists": self._roster_rows(days, frame, zone, stylists, sheets),
        }

    @api.model
    def roster_put(self, employee_id, day, template_id):
        """Put a shift by a template on a day of a stylist; what it overlaps there gives way.

        :raise UserError: the stylist or the template is gone
        """
        employee, day = self._roster_cell(employee_id, day)
        template = self.env["salon.shift.template"].browse(template_id).exists()
        if not template:
            raise UserError(self.env._("This shift template is gone. Load the roster again."))
        template.check_access("read")
        values = {
            "employee_id": employee.id,
            "date": day,
            "template_id": template.id,
            "kind": template.kind,
            "hour_from": template.hour_from,
            "hour_to": template.hour_to,
        }
        self._roster_make_room(values).unlink()
        self.create(values)
        return self._roster_answer(day, {(employee.id, day)})

    @api.model
    def roster_move(self, shift_id, employee_id, day):
        """Move a shift to another day or stylist; what it overlaps there gives way.

        :raise UserError: the stylist or the shift is gone
        """
        shift = self._roster_shift(shift_id)
        employee, day = self._roster_cell(employee_id, day)
        touched = {*shift._roster_cells(), (employee.id, day)}
        values = {"employee_id": employee.id, "date": day}
        (self._roster_make_room({**shift._roster_values(), **values}) - shift).unlink()
        shift.write(values)
        return self._roster_answer(day, touched)

    @api.model
    def roster_remove(self, shift_id):
        """Take a shift out: without any other its day goes by the working hours again.

        :raise UserError: the shift is gone
        """
        shift = self._roster_shift(shift_id)
        day, touched = shift.date, shift._roster_cells()
        shift.unlink()
        return self._roster_answer(day, touched)

    @api.model
    def roster_copy(self, first, weeks=1):
        """Copy the seven days from `first` on to the weeks after them; days that have shifts there stay as they are.

        :param str first: a date
        :param int weeks: to how many weeks
        :raise UserError: there is nothing to copy, or the number of weeks is not 1 to 52
        """
        self.check_access("create")
        first, weeks = fields.Date.to_date(first), int(weeks)
        if not 0 < weeks <= WEEKS_AHEAD:
            raise UserError(self.env._("A week can be copied on for 1 to %s weeks.", WEEKS_AHEAD))
        shifts = self._roster_shifts(first, first + WEEK)
        if not shifts:
            raise UserError(
                self.env._("This week has no shifts to copy. Put some in, or fill it from the working hours.")
            )
        taken = self._roster_shifts(first + WEEK, first + WEEK * (weeks + 1))._roster_cells()
        new, kept = [], set()
        for number in range(1, weeks + 1):
            for shift in shifts:
                day = shift.date + WEEK * number
                if (shift.employee_id.id, day) in taken:
                    kept.add((shift.employee_id.id, day))
                else:
                    new.append({**shift._roster_values(), "date": day})
        touched = self.create(new)._roster_cells()
        message = self.env._("Shifts copied: %s.", len(new))
        if kept:
            message += " " + self.env._("Days kept as they were, for they had shifts: %s.", len(kept))
        return self._roster_answer(first, touched, message)

    @api.model
    def roster_fill(self, first):
        """Make shifts out of the working hours for the seven days from `first`, where there are none.

        Days on which somebody works whenever asked stay empty: there are no hours to make a shift of.

        :param str first: a date
        """
        self.check_access("create")
        first = fields.Date.to_date(first)
        zone, frame, stylists, sheets = self._roster_week(first)
        taken = self._roster_shifts(first, first + WEEK)._roster_cells()
        templates = {
            (template.hour_from, template.hour_to): template.id
            for template in self.env["salon.shift.template"].search([("kind", "=", "work")], order="sequence desc")
        }
        new = [
            {
                "employee_id": stylist_id,
                "date": day,
                "template_id": templates.get(hours, False),
                "hour_from": hours[0],
                "hour_to": hours[1],
            }
            for day in _week_days(first)
            for stylist_id in stylists
            if (stylist_id, day) not in taken
            for hours in self._roster_hours(sheets[stylist_id].fixed, frame, zone, day)
        ]
        touched = self.create(new)._roster_cells()
        message = self.env._("Shifts made from the working hours: %s.", len(new))
        if free := [stylist_id for stylist_id in stylists if sheets[stylist_id].asked]:
            names = ", ".join(self.env["hr.employee"].sudo().browse(free).mapped("name"))
            message += " " + self.env._("Without fixed hours, and left as they were: %s.", names)
        return self._roster_answer(first, touched, message)

    @api.model
    def roster_bookings(self, booking_ids):
        """Return the action that lists bookings."""
        action = self.env["ir.actions.actions"]._for_xml_id("salon_crm.salon_booking_action")
        return {
            "type": action["type"],
            "res_model": action["res_model"],
            "name": self.env._("Bookings Outside Working Hours"),
            "domain": [("id", "in", booking_ids)],
            "views": [view for view in action["views"] if view[1] in ("list", "form")],
        }

    # What the screen names ------------------------------------------------------------------------------------

    @api.model
    def _roster_cell(self, employee_id, day):
        """Return the stylist and the date of a cell; whoever is no stylist of this company has none."""
        self.check_access("create")
        if employee_id not in load_stylists(self.env, self.env.company):
            raise UserError(self.env._("Only the stylists of this company have a row in its roster. Load it again."))
        return self.env["hr.employee"].sudo().browse(employee_id), fields.Date.to_date(day)

    @api.model
    def _roster_shift(self, shift_id):
        shift = self.browse(shift_id).exists()
        if not shift:
            raise UserError(self.env._("This shift is gone: somebody changed the roster. Load it again."))
        shift.check_access("write")
        return shift

    def _roster_cells(self):
        """Return {(stylist id, date)} of these shifts."""
        return {(shift.employee_id.id, shift.date) for shift in self}

    def _roster_values(self):
        """Return what makes another shift like this one."""
        return {
            "employee_id": self.employee_id.id,
            "date": self.date,
            "template_id": self.template_id.id,
            "kind": self.kind,
            "hour_from": self.hour_from,
            "hour_to": self.hour_to,
        }

    @api.model
    def _roster_make_room(self, values):
        """Return the shifts of the same day that can't stay beside a shift of these values."""
        there = self.search([("employee_id", "=", values["employee_id"]), ("date", "=", values["date"])])
        if values["kind"] == "off":
            return there
        return there.filtered(
            lambda shift: (
                shift.kind == "off" or (shift.hour_from < values["hour_to"] and values["hour_from"] < shift.hour_to)
            )
        )

    @api.model
    def _roster_answer(self, day, touched, message=None):
        """Return the week of `day`, and what the change brought.

        :param set touched: (stylist id, date) of the days that were changed; past midnight their next day is as well
        """
        touched = touched | {(stylist_id, date + DAY) for stylist_id, date in touched}
        outside = set()
        if touched:
            dates = [date for _stylist, date in touched]
            zone = self.env.company._salon_timezone()
            frame = self._roster_frame(zone, min(dates), max(dates) + DAY)
            stylists = load_stylists(self.env, self.env.company)
            concerned = [stylists[stylist_id] for stylist_id in {cell[0] for cell in touched} & stylists.keys()]
            worked = Roster(self.env, self.env.company, frame).worked(concerned)
            by_stylist = {stylist.id: worked[stylist.resource_id] for stylist in concerned}
            found = self._roster_outside(frame, zone, by_stylist)
            outside = {booking for cell, bookings in found.items() if cell in touched for booking in bookings}
        return {**self.roster_load(day), "message": message or False, "now_outside": sorted(outside)}

    # What the screen shows --------------------------------------------------------------------------------------

    @api.model
    def _roster_today(self):
        return self.env.company._salon_today()

    @api.model
    def _roster_week(self, first):
        """Return what the seven days from `first` are made of: (timezone, Frame, stylists and sheets by their id)."""
        zone = self.env.company._salon_timezone()
        frame = self._roster_frame(zone, first, first + WEEK)
        stylists = load_stylists(self.env, self.env.company)
        return zone, frame, stylists, Roster(self.env, self.env.company, frame).sheets(list(stylists.values()))

    @api.model
    def _roster_frame(self, zone, first, until):
        return Frame(*(utc(zone, datetime.combine(day, datetime.min.time())) for day in (first, until)))

    @api.model
    def _roster_shifts(self, first, until):
        """Return the shifts of the current stylists of the company from the day `first` to before `until`."""
        stylists = load_stylists(self.env, self.env.company)
        return self.search([("employee_id", "in", list(stylists)), ("date", ">=", first), ("date", "<", until)])

    @api.model
    def _roster_templates(self):
        company = self.env.company
        templates = self.env["salon.shift.template"].search([("company_id", "in", (company.id, False))])
        return [
            {
                "id": template.id,
                "name": template.name,
                "color": template.color,
                "label": _label(template.hour_from, template.hour_to) if template.kind == "work" else "",
            }
            for template in templates
        ]

    @api.model
    def _roster_days(self, days, frame, zone):
        """Return the days of the week, each with the public holiday that it is."""
        calendars = (False, self.env.company.sudo().salon_opening_calendar_id.id)
        holidays = (
            self.env["resource.calendar.leaves"]
            .sudo()
            .search(
                [
                    ("resource_id", "=", False),
                    ("company_id", "in", (False, self.env.company.id)),
                    ("calendar_id", "in", calendars),
                    ("date_from", "<", frame.end),
                    ("date_to", ">", frame.base),
                ]
            )
        )
        found = []
        for day in days:
            start, stop = (frame.moment(minute) for minute in frame.local_minutes(zone, day))
            names = [leave.name or "" for leave in holidays if leave.date_from < stop and leave.date_to > start]
            holiday = bool(names) and (", ".join(filter(None, names)) or self.env._("Public holiday"))
            found.append({"date": fields.Date.to_string(day), "holiday": holiday})
        return found

    @api.model
    def _roster_rows(self, days, frame, zone, stylists, sheets):
        employees = self.env["hr.employee.public"].sudo().browse(stylists)
        names = {employee.id: (employee.name, employee.salon_level_id.name or "") for employee in employees}
        shifts = defaultdict(list)
        for shift in self.search([("employee_id", "in", list(stylists)), ("date", "in", days)]):
            shifts[shift.employee_id.id, shift.date].append(shift)
        worked = {stylist_id: sheet.worked for stylist_id, sheet in sheets.items()}
        outside = self._roster_outside(frame, zone, worked)
        blocked = self._roster_blocked(frame, zone, stylists)
        rows = []
        for stylist_id, stylist in stylists.items():
            sheet, minutes, cells = sheets[stylist_id], 0, []
            for day in days:
                cell = (stylist_id, day)
                mine = shifts[cell]
                minutes += self._roster_minutes(mine, sheet, stylist, frame, zone, day)
                cells.append(
                    {
                        "date": fields.Date.to_string(day),
                        "shifts": [shift._roster_prepare() for shift in mine],
                        **self._roster_calendar(sheet, stylist, frame, zone, day),
                        "absent": self._roster_absent(sheet, frame, zone, day),
                        "blocked": blocked[cell],
                        "outside": sorted(outside.get(cell, ())),
                    }
                )
            name, level = names[stylist_id]
            rows.append({"id": stylist_id, "name": name, "level": level, "hours": clock(minutes / 60), "cells": cells})
        return rows

    def _roster_prepare(self):
        """Return one shift as the screen shows it."""
        template = self.template_id
        off = self.kind == "off"
        return {
            "id": self.id,
            "kind": self.kind,
            "name": template.name or (self.env._("Day off") if off else ""),
            "color": template.color,
            "label": "" if off else _label(self.hour_from, self.hour_to),
        }

    @api.model
    def _roster_minutes(self, shifts, sheet, stylist, frame, zone, day):
        """Return how many minutes a day counts: those of its shifts, else of the working hours, without time off."""
        if shifts:
            work = [(frame.minute(shift.start), frame.minute(shift.stop)) for shift in shifts if shift.kind == "work"]
            bits = timeline.fill(frame.size, work)
        else:
            bits = 0 if stylist.roster_only else sheet.fixed & self._roster_day(frame, zone, day)
        return (bits & ~sheet.absent).bit_count()

    @api.model
    def _roster_day(self, frame, zone, day):
        return timeline.fill(frame.size, [frame.local_minutes(zone, day)])

    @api.model
    def _roster_calendar(self, sheet, stylist, frame, zone, day):
        """Return the working hours of a day without shifts: in words, and whether somebody works whenever asked."""
        if stylist.roster_only:
            return {"calendar": [], "asked": False}
        asked = bool(sheet.asked & ~sheet.absent & self._roster_day(frame, zone, day))
        hours = self._roster_hours(sheet.fixed & ~sheet.absent, frame, zone, day)
        return {"calendar": [_label(*stretch) for stretch in hours], "asked": asked}

    @api.model
    def _roster_absent(self, sheet, frame, zone, day):
        """Return the time off of a day in words: why is for nobody who only looks at the roster."""
        start, stop = frame.local_minutes(zone, day)
        bits = sheet.absent & self._roster_day(frame, zone, day)
        if bits.bit_count() == stop - start:
            return [self.env._("Time off")]
        return [self.env._("Time off %s", _label(*hours)) for hours in self._roster_hours(bits, frame, zone, day)]

    @api.model
    def _roster_blocked(self, frame, zone, stylists):
        """Return {(stylist id, date): blocked times in words}, of those that this user may see."""
        times = self.env["salon.blocked.time"].search(
            [("stylist_id", "in", list(stylists)), ("start", "<", frame.stop), ("stop", ">", frame.start)],
            order="start, id",
        )
        labels = dict(times._fields["kind"]._description_selection(self.env))
        blocked = defaultdict(list)
        for time in times:
            bits = timeline.fill(frame.size, [(frame.minute(time.start), frame.minute(time.stop, up=True))])
            day = local_day(zone, max(time.start, frame.start))
            while day <= local_day(zone, min(time.stop, frame.stop)):
                for hours in self._roster_hours(bits, frame, zone, day):
                    blocked[time.stylist_id.id, day].append(
                        {"id": time.id, "label": _label(*hours), "kind": labels[time.kind]}
                    )
                day += DAY
        return blocked

    @api.model
    def _roster_hours(self, bits, frame, zone, day):
        """Return [(from, to)] of the stretches of `bits` in a local day, in hours by the salon's clocks."""
        bits &= self._roster_day(frame, zone, day)
        return [
            (frame.clock(zone, day, start), frame.clock(zone, day, stop)) for start, stop in timeline.stretches(bits)
        ]

    @api.model
    def _roster_outside(self, frame, zone, worked):
        """Return {(stylist id, date): ids of the coming bookings that lie outside the hours}.

        What was agreed outside working hours does not count. Only bookings that the user may see are named.

        :param dict worked: {stylist id: bits of the minutes that they work}
        """
        lines = (
            self.env["salon.booking.line"]
            .sudo()
            .search_fetch(
                [
                    ("stylist_id", "in", list(worked)),
                    ("start", "<", frame.stop),
                    ("start", ">=", frame.start),
                    ("stop", ">", fields.Datetime.now()),
                    ("event_id.salon_state", "in", COMING),
                    ("event_id.salon_off_hours", "!=", True),
                    ("event_id.company_id", "=", self.env.company.id),
                ],
                ["event_id", "stylist_id", "start", "active_minutes", "processing_minutes", "finishing_minutes"],
            )
        )
        outside = defaultdict(set)
        for line in lines:
            minutes = (line.active_minutes, line.processing_minutes, line.finishing_minutes)
            for start, stop in timeline.parts(frame.minute(line.start), *minutes):
                if ~(worked[line.stylist_id.id] >> start) & timeline.run(stop - start):
                    outside[line.stylist_id.id, local_day(zone, line.start)].add(line.event_id.id)
        bookings = self.env["calendar.event"].browse({booking for ids in outside.values() for booking in ids})
        seen = set(bookings._filtered_access("read").ids)
        return {cell: ids & seen for cell, ids in outside.items() if ids & seen}


def _week_days(first):
    return [first + DAY * number for number in range(7)]


def _label(hour_from, hour_to):
    """Return "9:00–17:30"; past midnight the clock begins anew."""
    return f"{clock(hour_from)}–{clock(hour_to if hour_to <= 24 else hour_to - 24)}"
