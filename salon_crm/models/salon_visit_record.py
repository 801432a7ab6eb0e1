from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..tools.frame import local_day


class SalonVisit(models.Model):
    """The record of a visit: how it came out, what was advised, when the client should come again; and what of it a
    service demands before the visit can be closed."""

    _inherit = "salon.visit"

    result = fields.Selection(
        [("as_wished", "As wished"), ("to_correct", "To be corrected"), ("redone", "Redone")],
        copy=False,
        help="How it stands: “Redone” is a visit that put an earlier one right.",
    )
    reaction = fields.Text(string="Client's Reaction", copy=False)
    home_advice = fields.Text(string="Advice for Home", copy=False)
    next_on = fields.Date(
        string="Next Visit Recommended", copy=False, help="The next visit is proposed for this day, also at the till."
    )
    next_weeks = fields.Integer(
        string="In Weeks", compute="_compute_next_weeks", inverse="_inverse_next_weeks", help="Weeks after this visit."
    )
    missing = fields.Char(
        string="Still Missing",
        compute="_compute_missing",
        help="What the services of this visit demand before it can be closed.",
    )

    @api.depends("next_on", "date")
    def _compute_next_weeks(self):
        for visit in self:
            visit.next_weeks = visit._weeks_until_next()

    @api.onchange("next_weeks")
    def _inverse_next_weeks(self):
        """Weeks say the day; a day that was chosen stays, as long as it lies in that week."""
        for visit in self:
            if visit.next_weeks > 0 and visit._weeks_until_next() != visit.next_weeks:
                visit.next_on = visit._local_day() + timedelta(weeks=visit.next_weeks)

    def _weeks_until_next(self):
        return round((self.next_on - self._local_day()).days / 7) if self.next_on else 0

    def _local_day(self):
        return local_day(self.company_id._salon_timezone(), self.date or fields.Datetime.now())

    @api.constrains("next_on", "date")
    def _check_next_on(self):
        for visit in self:
            if visit.next_on and visit.next_on < visit._local_day():
                raise ValidationError(self.env._("The next visit can't be before this one. Choose a later day."))

    # What a service demands ---------------------------------------------------------------------------------

    @api.depends(
        "reaction",
        "home_advice",
        "next_on",
        "line_ids.product_id.salon_mandatory_ids",
    )
    def _compute_missing(self):
        missing = self._missing()
        for visit in self:
            visit.missing = self._spoken_missing(missing[visit]) if visit in missing else False

    def _missing(self):
        """Return {visit: [(salon.visit.field, product.product)]} of those of these visits that lack something which a
        service of theirs demands; nothing where all is there."""
        missing = {}
        for visit in self.sudo():
            lacks = [
                (field, line.product_id)
                for line in visit.line_ids
                for field in line.product_id.salon_mandatory_ids
                if not getattr(line, f"_has_{field.code}")()
            ]
            if lacks:
                missing[visit.with_env(self.env)] = lacks
        return missing

    @api.model
    def _spoken_missing(self, lacks):
        """Return "Formula (Colour), Client's Reaction": a service is named where what is missing is its own."""
        own = self.env["salon.visit.line"]._of_each_line()
        return ", ".join(
            dict.fromkeys(
                f"{field.with_env(self.env).sudo().name} ({product.with_env(self.env).sudo().name})"
                if field.code in own
                else field.with_env(self.env).sudo().name
                for field, product in lacks
            )
        )

    def action_done(self):
        """Close the visit, also one that sold nothing (a consultation).

        :raise UserError: something is missing that a service of it demands
        """
        for visit, lacks in self.filtered(lambda visit: visit.state == "open")._missing().items():
            raise UserError(
                self.env._(
                    "The visit %(visit)s can't be closed yet. Still missing: %(missing)s.",
                    visit=visit.display_name,
                    missing=self._spoken_missing(lacks),
                )
            )
        return super().action_done()

    def _close_paid(self):
        """Close those of these paid visits that lack nothing; the others stay open and say what is missing.

        The client has paid and left: nobody is busy with them any more.
        """
        missing = self._missing()
        incomplete = self.browse(visit.id for visit in missing)
        (self - incomplete).action_done()
        incomplete.sudo()._finish_booked_lines()
        return incomplete

    # The next visit -----------------------------------------------------------------------------------------

    @api.model
    def _recommended_day(self, client, company, products):
        """Return the day (a date) that the last visit for one of these services recommends for the next one; False
        where it says nothing, or that day is over."""
        if not client or not products:
            return False
        last = self.sudo().search_fetch(
            [
                ("partner_id", "=", client.id),
                ("company_id", "=", company.id),
                ("line_ids.product_id", "in", products.ids),
            ],
            ["next_on"],
            limit=1,
        )
        today = company._salon_today()
        return last.next_on if last.next_on and last.next_on >= today else False
