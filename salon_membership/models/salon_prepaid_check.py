import hashlib

from markupsafe import Markup

from odoo import api, fields, models

from .salon_prepaid_check_line import RECORDS

MOST_NAMED = 20


class SalonPrepaidCheck(models.Model):
    """What the daily check of prepaid money found, and still finds: a difference, with the records that explain it.

    It never corrects anything. The accountant gets one activity for a difference; another one only when the difference
    became another. What is not found any more is closed by itself.
    """

    _name = "salon.prepaid.check"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _description = "Difference in Prepaid Money"
    _order = "state, found_at desc, id desc"
    _rec_name = "subject"
    _mail_post_access = "read"

    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="restrict")
    currency_id = fields.Many2one(related="company_id.currency_id")
    subject = fields.Selection(
        [
            ("wallet", "Stored Value and Its Account"),
            ("treatment", "Treatment Cards and Their Account"),
            ("sessions", "Till Sessions and Their Entries"),
            ("wallets", "Balances of Stored Value"),
            ("cards", "Balances of Treatment Cards"),
            ("sums", "Sums of the Report"),
        ],
        string="Where",
        required=True,
        readonly=True,
    )
    state = fields.Selection(
        [("open", "Differs"), ("gone", "Agrees Again")], required=True, readonly=True, default="open", tracking=True
    )
    difference = fields.Monetary(readonly=True, help="Cards less books. Below 0: the books have more.")
    line_ids = fields.One2many("salon.prepaid.check.line", "check_id", string="What Explains It", readonly=True)
    found_at = fields.Datetime(string="Found", required=True, readonly=True, default=fields.Datetime.now)
    seen_at = fields.Datetime(string="Last Seen", readonly=True)
    gone_at = fields.Datetime(string="Gone Since", readonly=True)
    told_of = fields.Char(readonly=True, copy=False, help="The difference for which an activity was made.")

    _open_uniq = models.UniqueIndex("(company_id, subject) WHERE state = 'open'", "This difference is noted already.")

    @api.depends("subject", "found_at")
    def _compute_display_name(self):
        names = dict(self._fields["subject"]._description_selection(self.env))
        for check in self:
            check.display_name = names.get(check.subject, "")

    @api.model
    def _open_of(self, company, subject, make=False):
        """Return what is open of a subject; a new one, if `make` says so and there is none."""
        domain = [("company_id", "=", company.id), ("subject", "=", subject), ("state", "=", "open")]
        check = self.search(domain, limit=1)
        return check or (self.create({"company_id": company.id, "subject": subject}) if make else check)

    @api.model
    def _note(self, company, subject, vals_list, among=None):
        """Note what was found of a subject, in place of what was found there before.

        :param vals_list: of lines; each has its own "key", and the difference of none is 0
        :param among: domain of the lines that these replace, where a part was looked at
        """
        check = self._open_of(company, subject, make=bool(vals_list))
        if not check:
            return
        lines = check.line_ids.filtered_domain(among) if among else check.line_ids
        known = {line.key: line for line in lines}
        for vals in vals_list:
            line = known.pop(vals["key"], None)
            if not line:
                check.line_ids.create({"check_id": check.id, **vals})
            elif any(line[name] != value for name, value in vals.items() if name not in RECORDS):
                line.write(vals)
        for line in known.values():
            line.unlink()

    @api.model
    def _settle(self, company, subject, difference=None):
        """End the look at a subject: have the accountant told of what is new, close what is gone."""
        check = self._open_of(company, subject)
        if not check:
            return
        now = fields.Datetime.now()
        if not check.line_ids:
            check.write({"state": "gone", "gone_at": now, "difference": 0.0})
            check.activity_ids.unlink()
            check.message_post(body=self.env._("The difference is gone."))
            return
        total = sum(check.line_ids.mapped("difference")) if difference is None else difference
        check.write({"seen_at": now, "difference": total})
        print_ = check._fingerprint()
        if print_ != check.told_of:
            check.told_of = print_
            check._tell()

    def _fingerprint(self):
        """Return what makes this difference the same as yesterday's."""
        parts = sorted(f"{line.key}={line.difference:.6f}={line.name}" for line in self.line_ids)
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def _tell(self):
        """Make the accountant's activity, or have the one that is still open say what is found now."""
        user = self.company_id._salon_accountant()
        check = self.with_context(lang=user.lang) if user else self
        subject = dict(check._fields["subject"]._description_selection(check.env))[check.subject]
        summary = check.env._("Prepaid money differs: %s", subject)
        items = Markup().join(Markup("<li>%s</li>") % line.name for line in check.line_ids[:MOST_NAMED])
        more = len(check.line_ids) - MOST_NAMED
        if more > 0:
            items += Markup("<li>%s</li>") % check.env._("… and %s more", more)
        note = Markup("<ul>%s</ul>") % items
        if activity := self.activity_ids[:1]:
            activity.write({"summary": summary, "note": note})
        elif user:
            self.activity_schedule("mail.mail_activity_data_todo", user_id=user.id, summary=summary, note=note)

    # Screens ----------------------------------------------------------------------------------------

    def action_open_report(self):
        """Show the report in which this difference stands."""
        self.ensure_one()
        xmlid = "salon_session_report_action" if self.subject == "sessions" else "salon_prepaid_report_action"
        action = self.env["ir.actions.actions"]._for_xml_id(f"salon_membership.{xmlid}")
        return {**action, "context": {"salon_options": {"company_id": self.company_id.id}}}

    @api.model
    def action_check_now(self):
        """Have the check run at once, in the background."""
        self.env["salon.books"]._check_reader()
        self.env["salon.prepaid.check.run"].sudo()._begin_again(self.env.companies)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info",
                "message": self.env._("The check runs in the background. Look here again in a minute."),
            },
        }
