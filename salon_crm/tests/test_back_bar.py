from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from odoo.addons.point_of_sale.tests.common import TestPoSCommon

from .common import SalonCommon


@tagged("post_install", "-at_install")
class TestBackBar(SalonCommon, TestPoSCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.config = cls.basic_config
        cls.config.write({"use_pricelist": False})
        cls.env.company.salon_moves_stock = True
        cls.tube, cls.developer, cls.mask = cls.env["product.product"].create(
            [
                {"name": name, "type": "consu", "is_storable": True, "salon_grams_per_unit": grams}
                for name, grams in (("Tube", 60), ("Developer", 1000), ("Mask", 0))
            ]
        )
        warehouse = cls.env["stock.warehouse"].search([("company_id", "=", cls.env.company.id)], limit=1)
        cls.stock = warehouse.lot_stock_id
        for product in (cls.tube, cls.developer, cls.mask):
            cls.env["stock.quant"]._update_available_quantity(product, cls.stock, 10)

    def _visit(self, grams=30, **used):
        booking = self._book((self.colour, self.anna))
        booking.action_salon_arrive()
        visit = booking.salon_visit_ids
        component = {"product_id": self.tube.id, "shade": "6/7", "target_grams": grams}
        bowl = {"developer_id": self.developer.id, "ratio": 1, "component_ids": [Command.create(component)]}
        self.env["salon.formula"].create({"line_id": visit.line_ids.id, "bowl_ids": [Command.create(bowl)]})
        visit.line_ids.used_ids = [Command.create({"product_id": self.mask.id, **used})]
        return visit

    def _end(self):
        """What a transaction does when it ends."""
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.env.invalidate_all()

    def _left(self):
        quants = self.env["stock.quant"].search([("location_id", "=", self.stock.id)])
        return [
            round(sum(quants.filtered(lambda quant, one=one: quant.product_id == one).mapped("quantity")), 2)
            for one in (self.tube, self.developer, self.mask)
        ]

    def test_what_was_used_leaves_the_stock_once(self):
        visit = self._visit()
        self._end()
        self.assertEqual(self._left(), [10, 10, 10], "not before the visit is done")
        visit.action_done()
        self._end()
        self.assertEqual(self._left(), [9.5, 9.97, 9])
        moves = self.env["stock.move"].search([("salon_visit_id", "=", visit.id)])
        self.assertEqual((set(moves.mapped("state")), len(moves)), ({"done"}, 3))
        visit._note_use()
        visit.note = "Corrected"
        self._end()
        self.assertEqual(self._left(), [9.5, 9.97, 9])

    def test_a_correction_moves_the_difference_forth_and_back(self):
        visit = self._visit()
        visit.action_done()
        self._end()
        visit.line_ids.formula_ids.bowl_ids.component_ids.actual_grams = 45
        self._end()
        self.assertEqual(self._left(), [9.25, 9.97, 9])
        visit.line_ids.used_ids.unlink()
        pad = visit.line_ids.formula_pad()
        pad["bowls"][0]["components"][0]["actual_grams"] = 15
        visit.line_ids.formula_save(pad["bowls"], "", pad["version"])
        self._end()
        self.assertEqual(self._left(), [9.75, 9.97, 10])
        visit.line_ids.formula_ids.unlink()
        self._end()
        self.assertEqual(self._left(), [10, 10, 10])

    def test_what_a_service_used_comes_back_with_it(self):
        visit = self._visit()
        visit.action_done()
        self._end()
        self.assertEqual(self._left(), [9.5, 9.97, 9])
        visit.line_ids.unlink()
        self._end()
        self.assertEqual(self._left(), [10, 10, 10])

    def test_the_stock_does_not_say_who_came(self):
        visit = self._visit()
        visit.action_done()
        self._end()
        keeper = new_test_user(self.env, "stock_keeper", "stock.group_stock_user")
        moves = self.env["stock.move"].search([("salon_visit_id", "=", visit.id)]).with_user(keeper)
        self.assertTrue(moves)
        names = ["origin", "reference", "display_name"]
        said = str(moves.read(names)) + str(moves.move_line_ids.read(["reference", "origin", "display_name"]))
        self.assertNotIn(self.client.name, said)
        self.assertEqual(moves.mapped("origin"), [f"Visit {visit.id}"] * len(moves))
        with self.assertRaises(AccessError):
            moves.mapped("salon_visit_id")

    def test_it_is_off_by_default(self):
        self.assertFalse(self.env["res.company"].create({"name": "Second Salon"}).salon_moves_stock)
        self.env.company.salon_moves_stock = False
        self._visit().action_done()
        self._end()
        self.assertEqual(self._left(), [10, 10, 10])

    def test_it_goes_from_where_to_where_the_salon_says(self):
        shelf = self.env["stock.location"].create({"name": "Shelf", "location_id": self.stock.id})
        gone = self.env["stock.location"].create({"name": "Back-bar", "usage": "production"})
        self.env.company.write({"salon_stock_location_id": shelf.id, "salon_use_location_id": gone.id})
        visit = self._visit()
        visit.action_done()
        self._end()
        moves = self.env["stock.move"].search([("salon_visit_id", "=", visit.id)])
        self.assertEqual((moves.location_id, moves.location_dest_id), (shelf, gone))

    def test_batches_are_counted_each_by_itself(self):
        self.mask.tracking = "lot"
        one, two = self.env["stock.lot"].create([{"name": name, "product_id": self.mask.id} for name in ("A", "B")])
        for lot in (one, two):
            self.env["stock.quant"]._update_available_quantity(self.mask, self.stock, 5, lot_id=lot)
        visit = self._visit(lot_id=one.id)
        visit.action_done()
        self._end()
        visit.line_ids.used_ids.lot_id = two
        self._end()
        quants = self.env["stock.quant"].search([("location_id", "=", self.stock.id), ("lot_id", "!=", False)])
        self.assertEqual({quant.lot_id.name: quant.quantity for quant in quants}, {"A": 5, "B": 4})

    def test_no_sale_is_lost_over_the_stock(self):
        self.mask.tracking = "lot"
        visit = self._visit()  # and nobody named the batch
        self.open_new_session()
        self.pos_session = self.config.current_session_id
        data = self.create_ui_order_data([{"product": self.colour, "quantity": 1}], customer=self.client)
        order = self.env["pos.order"].browse(self.env["pos.order"].sync_from_ui([data])["pos.order"][0]["id"])
        self._end()
        self.assertEqual((order.state, visit.state), ("paid", "done"))
        self.assertIn("could not be taken from the stock", visit.message_ids[0].body)
        self.assertEqual(self._left()[0], 10)
