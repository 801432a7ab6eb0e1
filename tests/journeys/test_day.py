"""One day in the salon, over all three addons, each person in their own browser."""
from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from odoo.addons.point_of_sale.tests.test_frontend import TestPointOfSaleHttpCommon
from odoo.addons.salon_crm.tests.common import SalonCommon


@tagged("post_install", "-at_install")
class TestDay(SalonCommon, TestPointOfSaleHttpCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cut.taxes_id = False
        cls.main_pos_config.write({"limit_categories": False, "iface_available_categ_ids": False})
        cls.silver = cls.env.ref("salon_membership.tier_silver")
        cls.membership = cls.env["salon.membership"]._enrol(cls.client, cls.silver)

    def test_a_day_in_the_salon(self):
        # The front desk books the client, who comes; the stylist shares the work and notes it.
        self.start_tour("/odoo/salon-bookings", "salon_reception_books", login="salon_reception")
        self.start_tour("/odoo/salon-visits", "salon_stylist_notes", login="salon_stylist")
        visit = self.client.salon_visit_ids
        self.assertEqual((visit.state, visit.event_id.salon_state), ("open", "arrived"))

        # At the till her visit comes into the order at the member's price, and is paid.
        self.main_pos_config.with_user(self.reception).open_ui()
        self.start_pos_tour("salon_day_cashier", login="salon_reception")
        order = visit.pos_order_ids
        self.assertEqual((order.state, order.amount_total, order.partner_id), ("paid", 85, self.client))
        self.assertEqual((visit.state, visit.event_id.salon_state), ("done", "done"))
        self.assertEqual(visit.line_ids.pos_order_line_id, order.lines)
        self.assertEqual(order.lines.salon_list_price, 100, "what the discount cost is a plain sum")

        # The points are settled with the order, in a ledger that Odoo's card shows.
        self.assertEqual(order.salon_points_move_ids.mapped("amount"), [102], "85 paid, times 1.2 for silver")
        self.assertEqual((self.membership.points, self.membership.card_id.points), (102, 102))

        # Tomorrow her stylist calls her.
        # Several plans are about this first visit: what they ask on the same day is one call.
        followups = self.env["salon.followup"].search([("visit_id", "=", visit.id), ("is_open", "=", True)])
        tomorrow = fields.Date.today() + timedelta(days=1)
        followup = followups.filtered(lambda followup: followup.activity_id.date_deadline == tomorrow)
        self.assertEqual((followup.partner_id, followup.channel, followup.state), (self.client, "call", "planned"))
        self.assertLess(followup.due_at, visit.done_at + timedelta(hours=48))
        self.assertIn("How do you feel with the result", followup.script)
        self.assertEqual(followup.activity_id.user_id, self.stylist_user)

        # In the evening the session closes, and the accountant finds an entry that balances.
        session = order.session_id
        session.post_closing_cash_details(0)
        session.close_session_from_ui()
        self.assertEqual(session.state, "closed")
        items = session.move_id.line_ids
        self.assertEqual(session.move_id.state, "posted")
        self.assertEqual(sum(items.mapped("debit")), sum(items.mapped("credit")))
        income = items.filtered(lambda item: item.account_id.account_type == "income")
        self.assertEqual(sum(income.mapped("credit")), 85)
        self.assertEqual(len(income.account_id), 1)
