from odoo import models

from odoo.addons.salon_crm.tools.personal import Answer


class SalonPersonalData(models.AbstractModel):
    _inherit = "salon.personal.data"

    def _answers(self):
        ledger = self.env._("The ledger of points, and the number that it is kept by.")
        money = self.env._("The ledger of stored value, and the number that it is kept by: the books refer to it.")
        vouchers = self.env._(
            "The codes of vouchers that were redeemed: the books refer to them, and each is used once."
        )
        of_member = "membership_id.partner_id"
        history = self.env._("That somebody had a tier, and by which figures: for the figures of the club.")
        return [
            Answer(
                "salon.referral",
                by=("file_id.partner_id", "referrer_file_id.partner_id"),
                keeps=("flags",),
                why=self.env._("That somebody brought somebody, without their names: for the points and the figures."),
                export=("way", "state", "invited_at", "rewarded_at", "points", "new_points"),
            ),
            Answer("salon.birthday.given", by=(of_member,), keeps=("order_uuid",), why=history),
            Answer("salon.membership.change", by=(of_member,), why=history),
            Answer(
                "salon.draw.entry",
                by=("file_id.partner_id",),
                keeps=("seed", "digest", "word", "odds", "previous", "chain", "user_name"),
                why=self.env._("What was drawn, without saying by whom: so that the draw can still be checked."),
                export=("draw_id", "created_at", "prize_id", "points", "seed", "digest", "word", "number", "total"),
            ),
            Answer("salon.draw.ticket", by=("file_id.partner_id",), delete=True, export=()),
            Answer("salon.treatment.notice", by=("card_id.partner_id",), delete=True, export=()),
            Answer(
                "salon.prepaid.contract",
                by=("lot_id.wallet_id.partner_id", "card_id.partner_id"),
                keeps=("number", "product", "services", "lang", "title", "user_name"),
                why=self.env._("That a prepaid contract was made, and for how much, without its words and the name."),
                export=("number", "sold_on", "title", "client_name", "text", "price", "bonus", "sessions"),
            ),
            Answer(
                "salon.prepaid.check.line",
                by=("wallet_id.partner_id", "card_id.partner_id"),
                keeps=("key", "name"),
                why=self.env._("What the daily check found of a card, by its number."),
                export=(),
                left_out=self.env._("It says nothing of the client: the movements themselves are there."),
            ),
            Answer("salon.wallet.notice", by=("wallet_id.partner_id",), delete=True, export=()),
            Answer(
                "salon.wallet.move",
                by=("wallet_id.partner_id",),
                why=money,
                export=("date", "kind", "principal", "bonus", "principal_balance", "bonus_balance", "pos_order_id"),
            ),
            Answer("salon.wallet.hold", by=("wallet_id.partner_id",), delete=True, keeps=("order_uuid",), export=()),
            Answer(
                "salon.wallet.lot",
                by=("wallet_id.partner_id",),
                why=money,
                export=("topped_up_at", "principal", "bonus", "principal_left", "bonus_left", "bonus_expires_on"),
            ),
            Answer(
                "salon.treatment.move",
                by=("card_id.partner_id",),
                why=money,
                export=("date", "kind", "sessions", "amount", "sessions_balance", "pos_order_id"),
            ),
            Answer(
                "salon.treatment.hold",
                by=("card_id.partner_id",),
                delete=True,
                keeps=("order_uuid", "order_line_uuid"),
                export=(),
            ),
            Answer(
                "salon.treatment.card",
                keeps=("number",),
                why=money,
                export=("number", "product_id", "state", "sessions", "sessions_left", "amount", "expires_on"),
            ),
            Answer(
                "salon.deal.statement.line",
                by=("voucher_id.pos_order_id.partner_id",),
                keeps=("code", "key"),
                why=vouchers,
                export=(),
                left_out=self.env._("What the platform says of a voucher; the voucher itself is there."),
            ),
            Answer(
                "salon.deal.voucher",
                by=("pos_order_id.partner_id", "refund_id.partner_id"),
                keeps=("code", "note"),
                why=vouchers,
                export=("redeemed_at", "platform_id", "code", "offer_id", "amount", "state", "pos_order_id"),
            ),
            Answer(
                "pos.order.line",
                by=("order_id.partner_id",),
                keeps=("salon_deal_code",),
                why=vouchers,
                export=(),
                left_out=self.env._("The codes of vouchers on lines are those of the vouchers."),
            ),
            Answer(
                "salon.wallet",
                keeps=("number",),
                why=money,
                export=("number", "state", "principal", "bonus", "company_id"),
            ),
            Answer("salon.points.notice", by=(of_member,), delete=True, export=()),
            Answer("salon.points.move", by=(f"lot_id.{of_member}",), keeps=("gift_key",), why=ledger),
            Answer("salon.points.debt", by=(of_member,), why=ledger),
            Answer("salon.points.hold", by=(of_member,), delete=True, keeps=("order_uuid",)),
            Answer("salon.points.lot", by=(of_member,), why=ledger),
            Answer("salon.membership", keeps=("number",), why=ledger),
            *super()._answers(),
        ]
