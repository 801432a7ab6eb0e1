from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import float_compare


class SalonVisitLine(models.Model):
    _name = "salon.visit.line"
    _inherit = ["pos.load.mixin"]
    _description = "Visit Line"
    _order = "visit_id, sequence, id"
    _check_company_auto = True

    visit_id = fields.Many2one("salon.visit", required=True, ondelete="cascade", index=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(related="visit_id.company_id")
    product_id = fields.Many2one("product.product", string="Service", required=True, ondelete="restrict", index=True)
    quantity = fields.Float(default=1.0)
    station_id = fields.Many2one("salon.station", ondelete="restrict", check_company=True)
    performer_ids = fields.One2many("salon.visit.performer", "line_id", string="Performers", copy=True)
    performer_names = fields.Char(string="Who", compute="_compute_performer_names")
    stylist_public_id = fields.Many2one("hr.employee.public", compute="_compute_performer_names")
    pos_order_line_id = fields.Many2one(
        "pos.order.line", string="Paid By", ondelete="set null", readonly=True, copy=False, index="btree_not_null"
    )
    is_paid = fields.Boolean(string="Paid", compute="_compute_is_paid")

    _quantity_positive = models.Constraint("CHECK (quantity > 0)", "A visit line needs a quantity above zero.")

    @api.private
    def init(self):
        self.env["salon.visit"]._salon_install_lock(self._table)
        return super().init()

    @api.depends("product_id")
    def _compute_display_name(self):
        for line in self:
            line.display_name = line.product_id.display_name

    @api.depends("performer_ids.employee_id", "performer_ids.part", "performer_ids.share")
    def _compute_performer_names(self):
        for line in self:
            performers = line.performer_ids.sorted(lambda performer: performer.part != "stylist")
            names = [performer._short_name(alone=len(performers) == 1) for performer in performers]
            line.performer_names = ", ".join(names)
            line.stylist_public_id = performers[:1].employee_id.id

    @api.depends("pos_order_line_id")
    def _compute_is_paid(self):
        for line in self:
            line.is_paid = bool(line.sudo().pos_order_line_id)

    @api.constrains("performer_ids")
    def _check_shares(self):
        """The shares of those who did a service make the whole of it: commissions are paid by them."""
        for line in self:
            if line.performer_ids and float_compare(sum(line.performer_ids.mapped("share")), 100, precision_digits=2):
                raise ValidationError(
                    self.env._(
                        "The shares for “%(service)s” add up to %(sum)s %%. Correct them to make 100 %%.",
                        service=line.product_id.name,
                        sum=f"{sum(line.performer_ids.mapped('share')):g}",
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        self.env["salon.visit"].browse({vals.get("visit_id") for vals in vals_list} - {None})._check_not_locked()
        lines = super().create(vals_list)
        lines.visit_id._check_safety(lines.product_id)
        return lines

    def write(self, vals):
        self.visit_id._check_not_locked()
        if "visit_id" in vals and self.filtered(lambda line: line.visit_id.id != vals["visit_id"]):
            raise UserError(self.env._("What was done stays in its visit. Take it out here, and add it there."))
        result = super().write(vals)
        if "product_id" in vals:
            self.visit_id._check_safety(self.product_id)
        return result

    def unlink(self):
        visits = self.visit_id
        result = super().unlink()
        visits._note_use()  # what it used up goes with it
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_locked(self):
        self.visit_id._check_not_locked()

    @api.model
    def _load_pos_data_domain(self, data, config):
        return False

    @api.model
    def _load_pos_data_fields(self, config):
        return ["visit_id", "product_id", "quantity", "stylist_public_id"]

    def _is_paid_by(self, order_line):
        """Tell whether this line is what `order_line` sold: the same service, and the line that the till named."""
        return self.product_id == order_line.product_id and order_line.salon_visit_line_id in (self, self.browse())

    def _prepare_booking_lines(self):
        """Return the values of lines that book what was done here again, with who did it."""
        values = []
        for line in self.sudo().filtered(lambda line: line.product_id.active and line.product_id.is_salon_service):
            performer = line.performer_ids.sorted(lambda performer: performer.part != "stylist")[:1]
            same = performer and performer.employee_id._can_perform(line.product_id)
            values.append(
                {
                    "product_id": line.product_id.id,
                    "stylist_id": performer.employee_id.id if same else False,
                    "assignment": performer.assignment if same else "assigned",
                    "station_id": False,
                    "sequence": 10 + len(values),
                }
            )
        return values
