import psycopg2

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import MembershipCommon


@tagged("post_install", "-at_install")
class TestPointsGift(MembershipCommon):
    def test_points_are_given_once_for_the_same(self):
        move = self.membership._grant(200, "test,1", "For a test")
        self.assertEqual((move.kind, move.amount, move.note), ("gift", 200, "For a test"))
        self.assertFalse(self.membership._grant(200, "test,1", "Again"))
        self.membership._grant(50, "test,2", "For another")
        self._assert_ledger(self.membership, 200, 50)

    def test_the_database_gives_once_too(self):
        lot = self.membership._grant(200, "test,1", "For a test").lot_id
        values = {"lot_id": lot.id, "amount": 5, "kind": "gift", "gift_key": "test,1"}
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.errors.UniqueViolation), self.env.cr.savepoint():
            self.env["salon.points.move"].sudo().create(values)
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.errors.CheckViolation), self.env.cr.savepoint():
            self.env["salon.points.move"].sudo().create({**values, "amount": -5, "gift_key": "test,2"})

    def test_nothing_is_given_for_no_points(self):
        self.assertFalse(self.membership._grant(0, "test,1", "Nothing"))

    def test_what_was_given_is_taken_back_once_as_far_as_it_is_there(self):
        lot = self.membership._grant(200, "test,1", "For a test").lot_id
        lot._book(-150, "adjust", note="spent")
        self.assertEqual(self.membership._take_gift_back("test,1", "Refunded"), 150)
        self.assertEqual(self.membership._take_gift_back("test,1", "Refunded"), 0)
        self.assertEqual(self.membership._take_gift_back("test,9", "Never given"), 0)
        self.assertEqual(self._moves().mapped("amount"), [200, -150, -50])
        self.assertEqual(self.membership.points, 0)
