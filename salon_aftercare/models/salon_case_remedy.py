from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.salon_crm.tools.frame import local_day

REMEDIES = [
    ("redo", "Free redo"),
    ("replacement", "Equal replacement"),
    ("refund", "Refund"),
    ("discount", "Discount"),
    ("coupon", "Coupon"),
    ("gift", "Gift"),
    ("apology", "Apology"),
    ("repair", "Repair"),
]


class SalonCase(models.Model):
    """What the salon does to put it right, and what that costs."""

    _inherit = "salon.case"

    remedy = fields.Selection(REMEDIES, copy=False, tracking=True)
    remedy_note = fields.Char(
        string="Remedy in Detail", copy=False, help="Which gift, how much off, the code of the coupon."
    )
    cost = fields.Monetary(
        copy=False, tracking=True, help="What the remedy costs the salon: what was given back, or not charged."
    )
    guarantee_until = fields.Date(
        compute="_compute_guarantee",
        help="Until when a service of the visit is done again for free, by its quality guarantee.",
    )
    guaranteed_ids = fields.Many2many("product.product", compute="_compute_guarantee", string="Guaranteed Services")
    redo_service_ids = fields.Many2many(
        "product.product",
        "salon_case_redo_rel",
        string="Done Again for Free",
        domain="[('is_salon_service', '=', True)]",
        copy=False,
        help="What of the booking that repairs it is not charged at the till.",
    )
    redo_event_ids = fields.One2many("calendar.event", "salon_redo_case_id", string="Free Redo", readonly=True)
    redo_count = fields.Integer(compute="_compute_redo_count")
    order_count = fields.Integer(related="visit_id.pos_order_count", string="Orders")

    _cost_sensible = models.Constraint("CHECK (cost >= 0)", "What a remedy costs can't be negative.")

    @api.depends("visit_id", "opened_at")
    def _compute_guarantee(self):
        for case in self:
            visit = case.visit_id.sudo()
            zone = case.company_id._salon_timezone() if visit else None
            ends = {
                line.product_id: local_day(zone, visit.date) + timedelta(days=line.product_id.salon_guarantee_days)
                for line in visit.line_ids
                if line.product_id.salon_guarantee_days
            }
            today = zone and local_day(zone, case.opened_at or fields.Datetime.now())
            held = {product: end for product, end in ends.items() if end >= today}
            case.guaranteed_ids = case.guaranteed_ids.union(*held) if held else False
            case.guarantee_until = max(held.values(), default=False)

    @api.depends("redo_event_ids")
    def _compute_redo_count(self):
        for case in self:
            case.redo_count = len(case.sudo().redo_event_ids)

    def _begin(self):
        """A free redo is offered by itself while the guarantee holds."""
        result = super()._begin()
        for case in self.sudo().filtered(lambda case: case.kind == "complaint" and not case.remedy):
            if case.guaranteed_ids:
                case.write({"remedy": "redo", "redo_service_ids": [(6, 0, case.guaranteed_ids.ids)]})
        return result

    def action_book_redo(self):
        """Open a booking for what is done again at no charge, tied to this case."""
        self.ensure_one()
        self.check_access("write")
        if not self.partner_id:
            raise UserError(self.env._("Say first which client it is about."))
        lines = self.visit_id.line_ids
        again = lines.filtered(lambda line: line.product_id in self.redo_service_ids) or lines
        if not self.redo_service_ids:
            self.redo_service_ids = again.product_id
        values = again._prepare_booking_lines() or [
            {"product_id": product.id, "stylist_id": False, "assignment": "assigned", "station_id": False}
            for product in self.redo_service_ids
        ]
        self.remedy = "redo"
        action = self.env["calendar.event"]._salon_next_booking(
            self.partner_id, self.company_id, values, self.visit_id.date or fields.Datetime.now()
        )
        return {
            **action,
            "name": self.env._("Free Redo"),
            "context": {**action["context"], "default_salon_redo_case_id": self.id},
        }

    def action_view_redo(self):
        """Show the bookings by which this is repaired."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("salon_crm.salon_booking_action")
        action |= {"domain": [("id", "in", self.redo_event_ids.ids)], "views": [(False, "list"), (False, "form")]}
        return {**action, "context": {}}

    def action_refund(self):
        """Open what was paid for the visit: it is refunded there, at the till or in the back office."""
        self.ensure_one()
        if not self.visit_id.pos_order_count:
            raise UserError(self.env._("Nothing was paid for at the till in this visit: there is no order to refund."))
        return self.visit_id.action_view_orders()
