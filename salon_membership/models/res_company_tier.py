from calendar import isleap
from datetime import datetime, time, timedelta
from typing import NamedTuple

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import ormcache

from odoo.addons.salon_crm.tools.frame import utc

YEAR = relativedelta(years=1)
TILL = ("salon_enrol_amount", "salon_enrol_at_once", "salon_tier_basis")


class Step(NamedTuple):
    """What of a tier each paid order asks for."""

    rank: tuple
    spend: float
    visits: int
    points_factor: float

    def may_be_reached(self, rank, spend, visits):
        """Tell whether who has the tier of `rank` might have come to this one, whatever the salon goes by.

        A little too generously, for amounts are rounded: who then looks closely decides.
        """
        return self.rank > rank and (0 < self.spend < spend + 1 or 0 < self.visits <= visits)


class ResCompany(models.Model):
    """The rules of the salon's club: who becomes a member, rises, falls and ends."""

    _inherit = "res.company"

    salon_enrol_amount = fields.Float(
        string="Enrolment From",
        digits=(16, 2),
        default=500.0,
        help="From a single purchase of this amount on, after discounts, the till offers to make the client a member."
        " Tips, top-ups and gift cards do not count. 0: never.",
    )
    salon_enrol_topup = fields.Boolean(
        string="Enrolment by Top-up",
        default=True,
        help="Who tops up or buys a treatment card for the first time becomes a member.",
    )
    salon_enrol_tier_id = fields.Many2one(
        "salon.membership.tier",
        string="First Tier",
        ondelete="set null",
        domain="[('company_id', 'in', (False, id))]",
        help="The tier in which one begins. Empty: the lowest.",
        prefetch="salon",
    )
    salon_enrol_at_once = fields.Boolean(
        string="Price at Once",
        help="The purchase that makes a client a member has the member's price already. Else it holds from the next"
        " one on.",
    )
    salon_club_form_id = fields.Many2one(
        "salon.consent.form",
        string="Club Rules",
        ondelete="set null",
        domain="[('kind', '=', 'club'), ('company_id', 'in', (False, id))]",
        default=lambda self: self.env.ref("salon_membership.consent_form_club", raise_if_not_found=False),
        help="What a new member accepts. Empty: nothing is asked.",
        prefetch="salon",
    )
    salon_tier_basis = fields.Selection(
        [
            ("spend", "What was spent"),
            ("visits", "Visits"),
            ("either", "What was spent or visits"),
            ("both", "What was spent and visits"),
        ],
        string="Promotion By",
        default="either",
        required=True,
        help="By what a member reaches a tier. The amounts and visits stand on the tiers.",
    )
    salon_tier_period = fields.Selection(
        [("rolling", "The last months"), ("year", "The calendar year")],
        string="Counted Over",
        default="rolling",
        required=True,
    )
    salon_tier_months = fields.Integer(string="Months Counted", default=12)
    salon_tier_review = fields.Boolean(
        string="Yearly Review",
        help="Who has held a tier for a year and does not reach it any more falls by one tier. In calendar years: at"
        " the end of the year after the one in which it was reached.",
        prefetch="salon",
    )
    salon_tier_grace_days = fields.Integer(
        string="Grace",
        default=30,
        help="Days for which a member can still reach what is missing, before they fall.",
        prefetch="salon",
    )
    salon_inactive_months = fields.Integer(
        string="Membership Ends After",
        default=24,
        help="Months without a visit or a purchase after which a membership ends. 0: never.",
        prefetch="salon",
    )
    salon_tell_member = fields.Boolean(
        string="Tell Members",
        default=True,
        help="Members are told by email when their tier or membership changes.",
        prefetch="salon",
    )

    salon_leap_birthday = fields.Selection(
        [("february", "28 February"), ("march", "1 March")],
        string="Leap-day Birthdays",
        default="february",
        required=True,
        help="When who was born on 29 February has their birthday in other years.",
        prefetch="salon",
    )

    _salon_club_sensible = models.Constraint(
        "CHECK (salon_enrol_amount >= 0 AND salon_tier_months BETWEEN 1 AND 60"
        " AND salon_tier_grace_days BETWEEN 0 AND 365 AND salon_inactive_months BETWEEN 0 AND 240)",
        "The rules of the club don't fit: no amount is negative, 1 to 60 months are counted, grace is a year at most,"
        " and memberships end after at most 240 months.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        companies = super().create(vals_list)
        self.env.registry.clear_cache("stable")  # of products that tills hide, see pos_config.py
        self.env["salon.membership.tier"].sudo().search([])._keep_pricelists()
        return companies

    def write(self, vals):
        """Tills load the tiers' prices when they are opened: a company with a new currency has them before."""
        result = super().write(vals)
        if "currency_id" in vals:
            self.env.registry.clear_cache("stable")  # of list prices, see product_product.py
            self.env["salon.membership.tier"].sudo().search([])._keep_pricelists()
        return result

    @api.model
    def _load_pos_data_fields(self, config):
        return [*super()._load_pos_data_fields(config), *TILL]

    def _salon_midnight(self, day):
        """Return the naive UTC moment at which a day of the salon begins."""
        return utc(self._salon_timezone(), datetime.combine(day, time.min))

    def _salon_birthday(self, born, year):
        """Return the day on which who was born on `born` has their birthday in a year."""
        if (born.month, born.day) == (2, 29) and not isleap(year):
            month, day = (2, 28) if self.salon_leap_birthday == "february" else (3, 1)
            return born.replace(year=year, month=month, day=day)
        return born.replace(year=year)

    def _salon_tiers(self):
        """Return the tiers that members of this company can have, the lowest first."""
        return self.env["salon.membership.tier"].sudo().browse(self._salon_ladder())

    @ormcache("self.id", cache="stable")
    def _salon_ladder(self):
        """Return {tier id: `Step`} of this company's tiers, the lowest first: what each paid order asks for."""
        tiers = self.env["salon.membership.tier"].sudo().with_context(active_test=True)
        return {
            tier.id: Step(tier._rank(), tier.spend, tier.visits, tier.points_factor)
            for tier in tiers.search([("company_id", "in", (False, self.id))])
        }

    def _salon_first_tier(self):
        """Return the tier in which one begins."""
        tier = self.sudo().salon_enrol_tier_id
        return tier if tier.active else self._salon_tiers()[:1]

    def _salon_counted_from(self, day, last_year=False):
        """Return the first date whose purchases and visits count on `day`.

        :param bool last_year: whether a whole calendar year is looked back on, as the review does
        """
        if self.salon_tier_period == "year":
            return day.replace(month=1, day=1) - (YEAR if last_year else relativedelta())
        return day - relativedelta(months=self.salon_tier_months) + timedelta(days=1)

    def _salon_review_before(self, today):
        """Return the date before which a tier must have been reached, or reviewed, to be reviewed on `today`."""
        if self.salon_tier_period == "year":
            return today.replace(month=1, day=1) - YEAR
        return today - YEAR + timedelta(days=1)

    def _salon_reviewed_as_of(self, today):
        """Return what is noted on a tier that was reviewed on `today`, that it be reviewed again in a year."""
        if self.salon_tier_period == "year":
            return today.replace(month=1, day=1) - timedelta(days=1)
        return today
