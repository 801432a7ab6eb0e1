"""The cooling-off time: random salons, sales and moments on the real database, reckoned anew on the salon's clocks."""

from datetime import date, datetime, timedelta

import pytz
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.tests import TransactionCase, tagged

ZONES = ("America/New_York", "Europe/Berlin", "Asia/Shanghai", "Asia/Kathmandu", "Pacific/Kiritimati", "Pacific/Apia")
# Around days on which clocks are put forward or back, in New York and in Berlin.
moments = st.one_of(
    st.datetimes(datetime(2027, 3, 10), datetime(2027, 3, 31)),
    st.datetimes(datetime(2027, 10, 28), datetime(2027, 11, 9)),
).map(lambda at: at.replace(microsecond=0))
uses = st.lists(st.sampled_from(("spend", "give back", "pay out", "end bonus")), max_size=3)


@tagged("post_install", "-at_install")
class TestCoolingOff(TransactionCase):
    @settings(deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        zone=st.sampled_from(ZONES), days=st.integers(0, 10), sold=moments, uses=uses,
        later=st.timedeltas(timedelta(0), timedelta(days=12)), at_midnight=st.booleans(),
    )  # fmt: skip
    def test_unused_and_in_time_is_taken_back_whole_and_nothing_else(self, zone, days, sold, uses, later, at_midnight):
        company = self.env.company
        company.resource_calendar_id.tz = zone
        company.salon_cooling_days = days
        partner = self.env["res.partner"].create({"name": "Clara"})
        wallet = self.env["salon.wallet"]._open_for(partner, company)
        lot = wallet._top_up(100.0, 10.0, sold).lot_id
        clocks = pytz.timezone(zone)
        asked = sold + later
        if at_midnight:  # the first moment of the day on which it is over, or the last before
            over = pytz.utc.localize(sold).astimezone(clocks).date() + timedelta(days=days + 1)
            midnight = clocks.localize(datetime.combine(over, datetime.min.time())).astimezone(pytz.utc)
            asked = midnight.replace(tzinfo=None) - timedelta(seconds=int(later.total_seconds()) % 2)
        gone = self._use(wallet, lot, uses)

        whole = lot._taken_back_whole(asked)

        day = self._day(clocks, asked) - self._day(clocks, sold)
        self.assertEqual(whole, bool(days) and day <= timedelta(days=days) and not gone)
        self.assertEqual(bool(lot._cooling_until()), bool(days))

    def _use(self, wallet, lot, uses):
        """Do these things with a top-up; tell whether any of it is gone after them."""
        spent = []
        for use in uses:
            if use == "spend" and lot.principal_left >= 5:
                spent.append(wallet._take(5.0, min(lot.bonus_left, 0.5), "spend"))
            elif use == "give back" and spent:
                move = spent.pop()
                wallet._book([lot._prepare_move_values(-move.principal, -move.bonus, "return")])
            elif use == "pay out" and lot.principal_left >= 20:
                wallet._pay_out(20.0, lot)
                spent.append(None)
                break
            elif use == "end bonus" and lot.bonus_left:
                wallet._book([lot._prepare_move_values(0.0, -lot.bonus_left, "expire")])
        return bool(spent)

    def _day(self, clocks, at) -> date:
        return pytz.utc.localize(at).astimezone(clocks).date()
