from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

RECEPTION = "salon_crm.group_salon_reception"


class SalonCase(models.Model):
    """A coupon or a gift as a remedy: given to the client once, and tied to the case. Who keeps coupons need not be
    known here (see salon.goodwill); where nobody does, the remedy is what its note says."""

    _inherit = "salon.case"

    coupon_model = fields.Char(readonly=True, copy=False)
    coupon_res_id = fields.Many2oneReference(string="Coupon", model_field="coupon_model", readonly=True, copy=False)
    coupon_code = fields.Char(readonly=True, copy=False)
    coupon_until = fields.Date(string="Coupon Valid Until", readonly=True, copy=False)
    coupon_used_at = fields.Datetime(string="Coupon Used", compute="_compute_coupon_used_at", compute_sudo=True)
    can_give_coupon = fields.Boolean(compute="_compute_can_give_coupon")

    @api.depends("coupon_res_id")
    def _compute_coupon_used_at(self):
        goodwill = self.env["salon.goodwill"]
        for case in self:
            given = case.coupon_model and case.coupon_res_id
            case.coupon_used_at = goodwill._used_at(case.coupon_model, case.coupon_res_id) if given else False

    @api.depends("remedy", "partner_id", "coupon_code")
    def _compute_can_give_coupon(self):
        kept = self.env["salon.goodwill"]._can_give()
        for case in self:
            wanted = case.remedy in ("coupon", "gift", "discount") and case.partner_id and not case.coupon_code
            case.can_give_coupon = bool(kept and wanted)

    def action_offer_coupon(self):
        """Show which coupons the client can be given."""
        self.ensure_one()
        self.check_access("write")
        if not self.partner_id:
            raise UserError(self.env._("Say first which client it is about."))
        offers = self.env["salon.goodwill"]._offers(self.partner_id, self.company_id, self.remedy == "gift")
        if not offers:
            raise UserError(
                self.env._("There is no coupon that this client can be given. A manager sets up coupons as offers.")
            )
        choices = self.env["salon.case.coupon"].create(
            [{"case_id": self.id, "key": key, "name": name} for key, name in offers.items()]
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Give a Coupon"),
            "res_model": choices._name,
            "views": [(False, "list")],
            "domain": [("id", "in", choices.ids)],
            "target": "new",
        }

    def _give_coupon(self, key):
        """Give the client of this case a coupon: once, whoever presses the button how often.

        :param str key: of `salon.goodwill._offers`
        :raise UserError: one was given, or this one can't be given
        """
        self.ensure_one()
        self.check_access("write")
        if not self.env.user.has_group(RECEPTION):
            raise AccessError(self.env._("Only the front desk gives coupons."))
        case = self.sudo()
        case.lock_for_update()
        case.invalidate_recordset(["coupon_code"])
        if case.coupon_code:
            raise UserError(self.env._("A coupon was given in this case already: %s.", case.coupon_code))
        # As the user and not as superuser: who gave it is noted.
        coupon = self.env["salon.goodwill"]._give(key, self.partner_id, self.company_id, self.display_name)
        case.write(
            {
                "remedy": self.remedy or "coupon",
                "coupon_model": coupon["model"],
                "coupon_res_id": coupon["id"],
                "coupon_code": coupon["code"],
                "coupon_until": coupon["until"],
            }
        )
        case._message_log(body=self.env._("Coupon given: %s", coupon["code"]))
