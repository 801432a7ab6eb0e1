from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, format_datetime


class SalonDealVoucher(models.Model):
    """A voucher that was redeemed at the till: once only for each platform, as the database says (invariant 6).

    There is no client on it other than the order's.
    """

    _name = "salon.deal.voucher"
    _description = "Group-buying Voucher"
    _order = "redeemed_at desc, id desc"
    _rec_name = "code"

    platform_id = fields.Many2one("salon.deal.platform", required=True, readonly=True, ondelete="restrict", index=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="restrict", index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    payment_method_id = fields.Many2one("pos.payment.method", required=True, readonly=True, ondelete="restrict")
    code = fields.Char(
        readonly=True, index=True, help="Empty where an order was paid by the platform, but its code was used before."
    )
    offer_id = fields.Many2one(
        "salon.deal.offer", string="Group-buying Offer", readonly=True, ondelete="restrict", index=True
    )
    pos_order_id = fields.Many2one(
        "pos.order", string="Order", required=True, readonly=True, ondelete="restrict", index=True
    )
    config_id = fields.Many2one(related="pos_order_id.config_id", string="Till")
    amount = fields.Monetary(readonly=True, help="What the platform settles before its fee: the tender on the order.")
    fee = fields.Monetary(readonly=True)
    net = fields.Monetary(string="Payout", compute="_compute_net", store=True)
    redeemed_at = fields.Datetime(required=True, readonly=True, index=True)
    redeemed_by = fields.Integer(string="Redeemed by User ID", required=True, readonly=True, aggregator=False)
    redeemed_by_name = fields.Char(string="Redeemed By", compute="_compute_redeemed_by_name")
    state = fields.Selection(
        [
            ("redeemed", "Redeemed"),
            ("given_back", "Given Back"),
            ("settled", "Settled"),
            ("disputed", "Disputed"),
        ],
        default="redeemed",
        required=True,
        readonly=True,
        index=True,
    )
    refund_id = fields.Many2one(
        "pos.order", string="Given Back By", readonly=True, ondelete="restrict", index="btree_not_null"
    )
    note = fields.Char(readonly=True)
    line_ids = fields.One2many("salon.deal.statement.line", "voucher_id", string="On Statements", readonly=True)
    is_listed = fields.Boolean(string="On a Statement", readonly=True, help="A statement of the platform names it.")
    is_missing = fields.Boolean(
        string="On No Statement",
        compute="_compute_is_missing",
        search="_search_is_missing",
        help="It was redeemed long enough ago, and no statement of the platform names it.",
    )

    # A voucher that was given back may be redeemed again: its code is good again on the platform too.
    _once = models.UniqueIndex("(platform_id, code) WHERE state <> 'given_back'", "This voucher is redeemed already.")
    _sensible = models.Constraint(
        "CHECK (amount > 0 AND fee >= 0 AND fee <= amount AND (code IS NOT NULL OR state IN ('disputed', 'settled'))"
        " AND (state = 'given_back') = (refund_id IS NOT NULL))",
        "A voucher has a code, and a platform settles more than 0 for it.",
    )

    @api.depends("amount", "fee")
    def _compute_net(self):
        for voucher in self:
            voucher.net = voucher.amount - voucher.fee

    def _compute_redeemed_by_name(self):
        users = self.env["res.users"].sudo().browse(set(self.mapped("redeemed_by"))).exists()
        names = {user.id: user.name for user in users}
        for voucher in self:
            voucher.redeemed_by_name = names.get(voucher.redeemed_by, self.env._("Deleted user"))

    @api.depends("code", "platform_id")
    def _compute_display_name(self):
        for voucher in self:
            voucher.display_name = f"{voucher.platform_id.name} {voucher.code or self.env._('without a code')}"

    # What no statement names ------------------------------------------------------------------------

    def _compute_is_missing(self):
        now = fields.Datetime.now()
        for voucher in self:
            until = now - timedelta(days=voucher.platform_id.statement_days)
            voucher.is_missing = voucher.state == "redeemed" and not voucher.is_listed and voucher.redeemed_at < until

    def _search_is_missing(self, operator, value):
        if operator != "in":
            return NotImplemented
        now = fields.Datetime.now()
        platforms = self.env["salon.deal.platform"].sudo().with_context(active_test=False).search([])
        old = Domain.OR(
            Domain("platform_id", "=", platform.id)
            & Domain("redeemed_at", "<", now - timedelta(days=platform.statement_days))
            for platform in platforms
        )
        missing = Domain("state", "=", "redeemed") & Domain("is_listed", "=", False) & old
        return missing if True in value else ~missing

    # Redeeming --------------------------------------------------------------------------------------

    @api.model
    @api.private
    def _find_kept(self, platform, codes):
        """Return the vouchers with these codes, normalised ones, that are redeemed."""
        domain = [("platform_id", "=", platform.id), ("code", "in", list(codes)), ("state", "!=", "given_back")]
        return self.sudo().search(domain)

    @api.model
    @api.private
    def _claim(self, offer, code, amount, order):
        """Redeem a voucher for this order; nobody else can any more.

        Where another transaction redeems it at this very moment, this one waits for it, and begins anew once that is
        done: Odoo repeats what the database could not serialize.

        :param str code: the normalised code
        :param amount: what the order was paid with by it
        :return: the voucher, none if it is used already
        """
        platform = offer.platform_id
        fee = offer.fee if not offer.currency_id.compare_amounts(amount, offer.price) else platform._fee_of(amount)
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO salon_deal_voucher
                       (platform_id, company_id, payment_method_id, code, offer_id, pos_order_id, amount, fee, net,
                        redeemed_at, redeemed_by, state, is_listed, create_uid, create_date, write_uid, write_date)
                VALUES (%(platform)s, %(company)s, %(method)s, %(code)s, %(offer)s, %(order)s, %(amount)s, %(fee)s,
                        %(net)s, %(at)s, %(by)s, 'redeemed', FALSE, %(uid)s, now() AT TIME ZONE 'UTC', %(uid)s,
                        now() AT TIME ZONE 'UTC')
                ON CONFLICT (platform_id, code) WHERE state <> 'given_back' DO NOTHING
                RETURNING id
                """,
                platform=platform.id, company=platform.company_id.id, method=platform.payment_method_id.id, code=code,
                offer=offer.id, order=order.id, amount=amount, fee=fee, net=amount - fee, uid=self.env.uid,
                by=order.user_id.id or self.env.uid,
                at=order._salon_moment(),
            )
        )  # fmt: skip
        found = self.env.cr.fetchone()
        order.invalidate_recordset(["salon_deal_voucher_ids"], flush=False)
        return self.sudo().browse(found or ())

    def _say_used(self):
        """Return one sentence that says when and where this voucher was redeemed; by whose order it does not say."""
        self.ensure_one()
        return self.env._(
            "%(voucher)s was redeemed already: on %(when)s, at the till %(till)s.",
            voucher=self.display_name,
            when=format_datetime(
                self.env, self.redeemed_at, tz=self.company_id._salon_timezone().zone, dt_format="short"
            ),
            till=self.sudo().pos_order_id.config_id.name,
        )

    def _give_back(self, refund):
        """Give these vouchers back with a refund: the platform does not settle them, and their codes are good again.

        :raise UserError: the platform has settled one
        """
        self._check_give_back()
        self.write({"state": "given_back", "refund_id": refund.id})

    def _check_give_back(self):
        for voucher in self.filtered("is_listed"):
            raise UserError(
                self.env._(
                    "%s is on a statement of the platform. Pay the refund by another method: the voucher stays used.",
                    voucher.display_name,
                )
            )

    # What the back office does ----------------------------------------------------------------------

    def _may_reconcile(self):
        """Refuse those who have nothing to do with the platforms' statements."""
        self.env["salon.deal.statement"]._check_accountant()
        self.check_access("read")

    def action_dispute(self):
        """Note that the platform has to be asked about these vouchers."""
        self._may_reconcile()
        for voucher in self.filtered(lambda one: one.state == "given_back"):
            raise UserError(self.env._("%s was given back: there is nothing to dispute.", voucher.display_name))
        self.sudo().write({"state": "disputed"})
        return True

    def action_settle(self):
        """Accept these vouchers as the platform settled them, or close what was disputed.

        :raise UserError: one was given back, or is not disputed
        """
        self._may_reconcile()
        for voucher in self.filtered(lambda one: one.state != "disputed"):
            raise UserError(self.env._("%s is not disputed.", voucher.display_name))
        self.sudo().write({"state": "settled"})
        return True
