"""What the random sequences over prepaid money share: a clock, a savepoint, the till, and time that goes by."""
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from freezegun import freeze_time
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

START = datetime(2027, 1, 10, 12)
HOLD_MINUTES = 15
LATE = "odoo.addons.point_of_sale.models.pos_order"


def cents(amount):
    """Round as money is rounded."""
    return Decimal(amount).quantize(Decimal("0.01"), ROUND_HALF_UP)


class LedgerMachine(RuleBasedStateMachine):
    """What happens in a salon, on a day of its own; nothing of it stays. Who inherits this says how a till closes."""

    case = None  # the Odoo test

    def __init__(self):
        """Stop the clock, and note where to go back to."""
        super().__init__()
        self.savepoint = self.case.env.cr.savepoint(flush=True)
        self.clock = freeze_time(START)
        self.frozen = self.clock.start()
        self.last = None
        self.numbers = 0

    def teardown(self):
        """Close the till at last, and leave the database as it was."""
        try:
            self.close()
        finally:
            self.clock.stop()
            self.case.env.invalidate_all()
            self.savepoint.close(rollback=True)
            self.case.env.invalidate_all()

    @property
    def now(self):
        """The moment."""
        return self.frozen()

    def _number(self):
        self.numbers += 1
        return f"model-{self.numbers}"

    @rule()
    def send_again(self):
        """The till did not hear the answer."""
        if self.last:
            data, order = self.last
            assert self.case._sync({**data}) == order
            order.action_pos_order_paid()

    @rule(minutes=st.integers(1, 20))
    def wait(self, minutes):
        """Time goes by: holds end."""
        self.frozen.move_to(self.now + timedelta(minutes=minutes))

    def _send(self, data):
        from odoo.tools import mute_logger

        if not self.case.config.current_session_id:
            self.case.open_new_session()
        with mute_logger(LATE):
            order = self.case._sync({**data})
        self.last = ({**data}, order)
        return order
