from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

BATCH = 1000
SESSIONS = 50
LOOK_BACK = timedelta(days=40)
STEPS = ("wallets", "cards", "sums", "books", "sessions")


class SalonPrepaidCheckRun(models.Model):
    """How far the daily check of a company is: it goes on where it was, whatever ended it."""

    _name = "salon.prepaid.check.run"
    _description = "Run of the Check of Prepaid Money"
    _log_access = False

    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    day = fields.Date(readonly=True, help="The day for which it was begun.")
    step = fields.Selection([(step, step) for step in (*STEPS, "done")], required=True, readonly=True, default="done")
    last_id = fields.Integer(readonly=True, help="The last record that was looked at.")
    finished_at = fields.Datetime(readonly=True)

    _company_uniq = models.UniqueIndex("(company_id)", "This company has a run already.")

    @api.model
    def _cron_check(self):
        """Prove the prepaid money of every company, in batches that are committed; a second run changes nothing."""
        companies = self._companies()
        for left, company in zip(range(len(companies), 0, -1), companies, strict=True):
            run = self._of(company)
            while run.step != "done":
                if not run.try_lock_for_update():
                    break  # somebody else is at it
                run._go_on()
                remaining = left - (run.step == "done")
                if not self.env["ir.cron"]._commit_progress(1, remaining=remaining):
                    return

    @api.model
    def _companies(self):
        return self.env["res.company"].search(
            ["|", ("salon_wallet_account_id", "!=", False), ("salon_treatment_account_id", "!=", False)]
        )

    @api.model
    def _of(self, company):
        """Return the run of a company: begun, if today's is not."""
        run = self.search([("company_id", "=", company.id)]) or self.create({"company_id": company.id})
        if run.step == "done" and run.day != company._salon_today():
            run._begin()
        return run

    def _begin(self):
        for run in self:
            run.write({"day": run.company_id._salon_today(), "step": STEPS[0], "last_id": 0})

    @api.model
    def _begin_again(self, companies):
        for company in self._companies() & companies:
            self._of(company)._begin()
        self.env.ref("salon_membership.cron_check_prepaid")._trigger()

    def _next_step(self):
        step = (*STEPS, "done")[STEPS.index(self.step) + 1]
        self.write({"step": step, "last_id": 0, **({"finished_at": fields.Datetime.now()} if step == "done" else {})})

    def _go_on(self):
        """Look at the next batch, in the words of who is told of it."""
        self.ensure_one()
        lang = self.company_id._salon_accountant().lang or self.company_id.partner_id.lang
        getattr(self.with_context(lang=lang), f"_check_{self.step}")()

    # Balances ---------------------------------------------------------------------------------------

    def _check_wallets(self):
        self._check_balances("wallets", "salon.wallet", "wallet_id")

    def _check_cards(self):
        self._check_balances("cards", "salon.treatment.card", "card_id")

    def _check_balances(self, subject, model, link):
        """Rebuild the next balances from their movements."""
        checks, company = self.env["salon.prepaid.check"], self.company_id
        domain = [("company_id", "=", company.id), ("id", ">", self.last_id)]
        records = self.env[model].search(domain, order="id", limit=BATCH)
        among = Domain(link, ">", self.last_id)
        if records:
            among &= Domain(link, "<=", records[-1].id)
        vals_list = [
            {"key": f"{record.id}", "name": "\n".join(mistakes), link: record.id}
            for record, mistakes in self._find_mistakes(records)
        ]
        checks._note(company, subject, vals_list, among)
        if len(records) == BATCH:
            self.last_id = records[-1].id
        else:
            checks._settle(company, subject)
            self._next_step()

    @api.model
    def _find_mistakes(self, records):
        """Return (record, sentences) of those whose figures disagree: all are right, mostly, and are asked at once."""
        mistakes = records._mistakes()
        if not mistakes:
            return []
        if len(records) == 1:
            return [(records, mistakes)]
        half = len(records) // 2
        return self._find_mistakes(records[:half]) + self._find_mistakes(records[half:])

    def _check_sums(self):
        """Make the report's rows of each day one, and see that they are what the ledgers come to."""
        reports, company = self.env["salon.prepaid.report"], self.company_id
        reports._compact(company._salon_today())
        names = dict(reports._fields["ledger"]._description_selection(self.env))
        vals_list = [
            {
                "key": f"{ledger}:{day}",
                "name": self.env._(
                    "%(ledger)s, %(day)s: the report says %(shown)s, the movements come to %(real)s",
                    ledger=names[ledger], day=day, shown=shown, real=real,
                ),
                "difference": float(shown - real),
            }
            for day, ledger, shown, real in reports._mistaken_days(company)
        ]  # fmt: skip
        self.env["salon.prepaid.check"]._note(company, "sums", vals_list)
        self.env["salon.prepaid.check"]._settle(company, "sums")
        self._next_step()

    # Books ------------------------------------------------------------------------------------------

    def _check_books(self):
        """Prove that the cards and the accounts agree (invariant 8)."""
        reports, checks, company = self.env["salon.prepaid.report"], self.env["salon.prepaid.check"], self.company_id
        links = {"entry": "account_move_id", "payment": "account_payment_id", "session": "session_id"}
        for side in reports._sides(company):
            # What lies ahead, as a till's wrong clock has it, counts too.
            day = fields.Date.to_date("9999-12-31")
            vals_list = []
            for source in reports._explain(company, side, day):
                vals = {
                    "key": f"{source.kind}:{source.id}",
                    "name": reports._name_source(source, company),
                    "ledger": source.ledger,
                    "booked": source.booked,
                    "unposted": source.unposted,
                    "difference": source.difference,
                }
                if source.kind in links:
                    vals[links[source.kind]] = source.id
                vals_list.append(vals)
            checks._note(company, side.ledger, vals_list)
            checks._settle(company, side.ledger, reports._prove(company, side, day)["difference"])
        self._next_step()

    def _check_sessions(self):
        """Prove that the entries of till sessions say what their orders say: those closed lately, or changed since."""
        checks, company = self.env["salon.prepaid.check"], self.company_id
        sessions = self.env["pos.session"].search(self._sessions_to_check(), order="id", limit=SESSIONS)
        among = Domain("session_id", ">", self.last_id)
        if sessions:
            among &= Domain("session_id", "<=", sessions[-1].id)
        vals_list = [
            {
                "key": f"{session.id}:{number}",
                "name": f"{session.name}: {words}",
                "difference": difference,
                "session_id": session.id,
            }
            for session, mistakes in sessions._salon_all_mistakes().items()
            for number, (words, difference) in enumerate(mistakes)
        ]
        checks._note(company, "sessions", vals_list, among)
        if len(sessions) == SESSIONS:
            self.last_id = sessions[-1].id
        else:
            checks._settle(company, "sessions")
            self._next_step()

    def _sessions_to_check(self):
        """Return the domain of the next sessions to look at."""
        since = (self.finished_at or fields.Datetime.now()) - LOOK_BACK
        named = self.env["salon.prepaid.check"]._open_of(self.company_id, "sessions").line_ids.session_id
        late = Domain("stop_at", ">=", since) | Domain("id", "in", named.ids)
        if self.finished_at:
            late |= Domain("move_id.write_date", ">=", self.finished_at - timedelta(days=1))
        return (
            Domain([("config_id.company_id", "=", self.company_id.id), ("state", "=", "closed")])
            & late
            & Domain("id", ">", self.last_id)
        )
