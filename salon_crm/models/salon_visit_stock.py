from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from .res_partner import STAFF

USED_UP = ("inventory", "production")  # where what was used goes to, by the kinds of Odoo's locations


class StockMove(models.Model):
    _inherit = "stock.move"

    # The name of a visit says who came when: that is not for everybody in the stock.
    salon_visit_id = fields.Many2one(
        "salon.visit", string="Visit", ondelete="restrict", index="btree_not_null", groups=STAFF
    )


class SalonVisit(models.Model):
    """What services used up leaves the stock, where the salon wants it (院装).

    The moves of a done visit add up to what its record says: it is moved once, and a correction moves the difference,
    forth or back. Nothing else keeps a count.
    """

    _inherit = "salon.visit"

    stock_move_ids = fields.One2many("stock.move", "salon_visit_id", groups=fields.NO_ACCESS)

    def _mark_done(self):
        result = super()._mark_done()
        self._note_use()
        return result

    def _note_use(self):
        """See to it that the stock follows when this transaction ends: what was used is written in several steps."""
        # What was used in another system is not in the stock of this one.
        visits = self.sudo().filtered(
            lambda visit: visit.state == "done" and visit.company_id.salon_moves_stock and not visit._is_imported()
        )
        if not visits:
            return
        precommit = self.env.cr.precommit
        if "salon_used" not in precommit.data:
            precommit.data["salon_used"] = set()
            precommit.add(visits.browse()._move_used_stock)
        precommit.data["salon_used"].update(visits.ids)

    @api.private
    def _move_used_stock(self):
        """Move what the record of the noted visits says and the stock does not yet. No sale fails over it: what can't
        be moved is said on the visit."""
        visits = self.browse(sorted(self.env.cr.precommit.data.pop("salon_used", ()))).exists()
        # What others note of these visits meanwhile refers to them, and is no reason to lose a sale.
        visits.lock_for_update(allow_referencing=True)
        for visit in visits:
            visit = visit.with_company(visit.company_id)
            try:
                with self.env.cr.savepoint():
                    moves = self.env["stock.move"].create(visit._prepare_use_moves())
                    moves.with_context(is_scrap=True)._action_done()
            except UserError as error:
                visit.message_post(
                    body=self.env._("What was used could not be taken from the stock: %s", error.args[0])
                )

    def _prepare_use_moves(self):
        """Return the values of the moves that bring the stock to what the record of this visit says."""
        self.ensure_one()
        used, moved = self._used_stock(), self._moved_stock()
        company = self.company_id
        warehouse = self.env["stock.warehouse"].search([("company_id", "=", company.id)], limit=1)
        stock = company.salon_stock_location_id or warehouse.lot_stock_id
        values = []
        for product, lot in {**used, **moved}:
            quantity = product.uom_id.round(used.get((product, lot), 0)) - moved.get((product, lot), 0)
            if not stock or product.uom_id.is_zero(quantity):
                continue
            gone = company.salon_use_location_id or product.property_stock_inventory
            source, target = (stock, gone) if quantity > 0 else (gone, stock)
            where = {"location_id": source.id, "location_dest_id": target.id}
            unit = {"product_id": product.id, "company_id": company.id}
            line = {**unit, **where, "product_uom_id": product.uom_id.id, "quantity": abs(quantity), "lot_id": lot.id}
            values.append(
                {
                    **unit,
                    **where,
                    "salon_visit_id": self.id,
                    "origin": self.env._("Visit %s", self.id),  # never the client: who works in the stock reads it
                    "product_uom": product.uom_id.id,
                    "product_uom_qty": abs(quantity),
                    "move_line_ids": [Command.create(line)],
                    "picked": True,
                }
            )
        return values

    def _used_stock(self):
        """Return {(product, lot): quantity in its unit} of what the stock keeps account of."""
        used = defaultdict(float)
        for part in self.line_ids.used_ids:
            used[part.product_id, part.lot_id] += part.quantity
        for product, lot, grams in self.line_ids.formula_ids.bowl_ids._used_grams():
            if unit := product._salon_unit_grams():
                used[product, lot] += grams / unit
        return {key: quantity for key, quantity in used.items() if key[0].is_storable}

    def _moved_stock(self):
        """Return the same of what was moved for this visit."""
        moved = defaultdict(float)
        for line in self.stock_move_ids.filtered(lambda move: move.state == "done").move_line_ids:
            sign = 1 if line.location_dest_id.usage in USED_UP else -1
            quantity = line.product_uom_id._compute_quantity(line.quantity, line.product_id.uom_id)
            moved[line.product_id, line.lot_id] += sign * quantity
        return moved
