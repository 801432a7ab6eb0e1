from odoo.tests import tagged

from .prepaid_shop import PrepaidCommon


@tagged("post_install", "-at_install")
class TestWalletSpeed(PrepaidCommon):
    """What stored value costs an order: few questions to the database more than one that is paid by bank."""

    def setUp(self):
        super().setUp()
        self.env["salon.membership.tier"].search([]).write({"spend": 0, "visits": 0})
        self.company.salon_enrol_topup = False  # who is no member has no points to settle
        self._top_up(1000, partner=self.guest)
        self.usual = [self._queries(0) for _warm in range(2)][-1]

    def _queries(self, by_value, **values):
        """Return how many queries it takes to sync an order of 110, so much of which is paid by stored value."""
        data = self._prepare_paid_by_value(110, by_value, partner=self.guest, **values)
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        order = self._sync(data)
        self.env.flush_all()
        self.assertEqual((order.state, order.salon_wallet_principal < 0), ("paid", bool(by_value)))
        return self.env.cr.sql_log_count - before

    def test_paying_by_stored_value_costs_few_queries(self):
        counts = [self._queries(110) for _warm in range(3)]
        # Is the order there, for the line of the bonus; then come the lock with the hold, its end, the lots, the move,
        # and what the client is told.
        self.assertLessEqual(counts[-1] - self.usual, 9)  # one of them has the session's closing wait

    def test_the_job_that_tells_clients_is_called_once_it_is_switched_on(self):
        job = self.env.ref("salon_membership.cron_tell_wallets")
        triggers = self.env["ir.cron.trigger"]
        for active in (True, False):
            job.active = active
            before = triggers.search([])
            self._buy(10, 10, partner=self.guest)
            self.assertEqual((triggers.search([]) - before).cron_id, job if active else job.browse())

    def test_an_order_without_stored_value_asks_nothing_of_it(self):
        data = self._prepare_paid_by_value(110, 0, partner=self.guest)
        with self.assertLogs("odoo.sql_db", "DEBUG") as log:
            self._sync(data)
        asked = [line for line in log.output if "salon_wallet" in line or "salon_treatment" in line]
        self.assertEqual(len(asked), 1, asked)  # all that could be there is asked for at once

    def test_an_order_is_written_once(self):
        """Stored value does not make the server write order, lines and payments more often than a bank card."""
        self.assertEqual(self._updates(110), self._updates(0))

    def _updates(self, by_value):
        data = self._prepare_paid_by_value(110, by_value, partner=self.guest)
        self.env.flush_all()
        with self.assertLogs("odoo.sql_db", "DEBUG") as log:
            self._sync(data)
            self.env.flush_all()
        tables = ("pos_order", "pos_order_line", "pos_payment")
        return {table: sum(f'UPDATE "{table}"' in line for line in log.output) for table in tables}

    def test_what_an_order_shows_is_what_the_ledger_says(self):
        """The figures that the settlement hands on are those that are read anew."""
        names = ("salon_wallet_principal", "salon_wallet_bonus", "salon_wallet_left")
        paid = self._buy(110, 110, partner=self.guest)
        plain = self._buy(20, 0, partner=self.guest)
        for order in (paid, plain, self._top_up(50, partner=self.guest), self._give_back(paid)):
            wallet = self._wallet(self.guest)
            shown = [
                [order[name] for name in names],
                [wallet.principal, wallet.bonus, *wallet.move_ids.mapped("bonus")],
            ]
            lots = wallet.lot_ids.mapped("principal_left")
            self.env.flush_all()
            self.env.invalidate_all()
            again = [
                [order[name] for name in names],
                [wallet.principal, wallet.bonus, *wallet.move_ids.mapped("bonus")],
            ]
            self.assertEqual(shown, again)
            self.assertEqual(lots, wallet.lot_ids.mapped("principal_left"))
