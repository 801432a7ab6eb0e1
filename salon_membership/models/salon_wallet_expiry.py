from datetime import timedelta

from odoo import api, fields, models

BATCH = 500


class SalonWallet(models.Model):
    """Bonus ends on its day, with notice first. Principal ends only where the salon set it so, on a manager's word."""

    _inherit = "salon.wallet"

    principal_over = fields.Monetary(
        string="Principal That Is Over",
        compute="_compute_principal_over",
        compute_sudo=True,
        help="Principal whose last day is over, and whose client was told before: a manager may book it.",
    )

    def _compute_principal_over(self):
        for wallet in self:
            wallet.principal_over = sum(wallet._lots_over().mapped("principal_left"))

    def _lots_over(self):
        """Return the lots whose principal may be booked: its last day is over, and notice was given in time."""
        if not self.company_id.salon_principal_months and not self.lot_ids.filtered("principal_expires_on"):
            return self.env["salon.wallet.lot"]
        lots = self.env["salon.wallet.lot"].search(
            [
                ("wallet_id", "in", self.ids),
                ("principal_left", ">", 0),
                ("principal_expires_on", "<", self.company_id[:1]._salon_today()),
            ]
        )
        notices = self.env["salon.wallet.notice"].search(
            [("lot_id", "in", lots.ids), ("kind", "=", "ending"), ("state", "in", ("sent", "unreachable"))]
        )
        return lots.filtered(
            lambda lot: lot in notices.filtered(lambda one: one.ends_on == lot.principal_expires_on).lot_id
        )

    @api.model
    def _cron_expire(self):
        """End the bonus whose day is over, and give notice of what ends soon; wallet by wallet, each under its lock.

        What an order holds just now ends with the next run.
        """
        for company in self.env["res.company"].search([]):
            self._give_notice(company)
        for company in self.env["res.company"].search([]):
            today = company._salon_today()
            last = 0
            while wallets := self._with_bonus_over(company, today, last):
                last = wallets[-1].id
                for wallet in wallets.try_lock_for_update():
                    wallet._expire_bonus(today)
                if not self.env["ir.cron"]._commit_progress(len(wallets)):
                    return

    @api.model
    def _with_bonus_over(self, company, today, after):
        """Return the next stored values, by id, with bonus whose last day is before `today`."""
        self.env.flush_all()
        self.env.cr.execute(
            """
            SELECT DISTINCT wallet_id FROM salon_wallet_lot
             WHERE company_id = %s AND bonus_left > 0 AND bonus_expires_on < %s AND wallet_id > %s
             ORDER BY wallet_id LIMIT %s
            """,
            [company.id, today, after, BATCH],
        )
        return self.browse(row[0] for row in self.env.cr.fetchall())

    def _expire_bonus(self, today):
        """End the bonus of this stored value whose last day is before `today`."""
        self._lock()
        self._clear_holds()
        if self.bonus_held:
            return
        lots = self._open_lots().filtered(
            lambda lot: lot.bonus_left and lot.bonus_expires_on and lot.bonus_expires_on < today
        )
        if lots:
            self._book([lot._prepare_move_values(0.0, -lot.bonus_left, "expire") for lot in lots])

    @api.model
    def _give_notice(self, company):
        """Have the clients told whose bonus or principal ends within the days of notice: once for each end."""
        today = company._salon_today()
        until = today + timedelta(days=company.salon_prepaid_notice_days)
        notices = self.env["salon.wallet.notice"]
        for part in ("bonus", "principal"):
            left, ends = f"{part}_left", f"{part}_expires_on"
            lots = self.env["salon.wallet.lot"].search(
                [("company_id", "=", company.id), (left, ">", 0), (ends, ">=", today), (ends, "<=", until)], order="id"
            )
            known = {(one.lot_id, one.ends_on) for one in notices.search([("lot_id", "in", lots.ids)])}
            vals_list = [
                {
                    "wallet_id": lot.wallet_id.id,
                    "company_id": company.id,
                    "lot_id": lot.id,
                    "kind": "ending",
                    part: lot[left],
                    "at": fields.Datetime.now(),
                    "ends_on": lot[ends],
                }
                for lot in lots
                if (lot, lot[ends]) not in known
            ]
            notices.create(vals_list)
            self.env["ir.cron"]._commit_progress(len(vals_list))
        if notices.search_count([("state", "=", "planned")], limit=1):
            self.env.ref("salon_membership.cron_tell_wallets")._trigger()
