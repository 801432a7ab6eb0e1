from datetime import timedelta

from odoo import api, fields, models

from odoo.addons.salon_crm.models.salon_sending import knows_no_such_address

OF_USE = timedelta(days=30)
STATES = [
    ("planned", "To Be Told"),
    ("sending", "On Its Way"),
    ("retry", "Not Sent, Tries Again"),
    ("sent", "Told"),
    ("unsure", "Perhaps Sent"),
    ("unreachable", "No Email"),
    ("no", "Not to Be Told"),
    ("failed", "Not Sent: Error"),
]


class SalonNotice(models.AbstractModel):
    """A letter to a client about what is theirs at the salon: prepaid money, points, their membership.

    It goes as `salon.sending` sends, at hours at which the client may be written to; it serves what they have already
    and is no marketing. Who inherits this has `partner_id` and `company_id`, and says by which letter and which job it
    goes. Its selection of states also has no (it is not to be told) and unreachable (there is no email address).
    """

    _name = "salon.notice"
    _inherit = ["salon.sending"]
    _description = "Letter to a Client about What Is Theirs"
    _most_tries = 6
    _pauses = (5, 60, 240, 720, 1440)  # minutes: a server may be out of order for a day

    channel = fields.Selection([("email", "Email")], required=True, readonly=True, default="email")
    try_at = fields.Datetime(default=fields.Datetime.now)
    why = fields.Char(string="Why Not", compute="_compute_why", compute_sudo=True)

    @api.depends(lambda self: (self._sending_state, "mail_id.failure_type", "mail_id.failure_reason"))
    def _compute_why(self):
        """Say why a letter did not go, in the server's own words where it had any."""
        reasons = dict(self.env["mail.mail"]._fields["failure_type"]._description_selection(self.env))
        for notice in self:
            refused = notice[self._sending_state] in ("retry", "failed", "unsure")
            said = refused and (notice._server_said() or reasons.get(notice.mail_id.failure_type))
            notice.why = said or (refused and notice._say_broken())

    def _say_broken(self):
        return self.env._("The letter could not be made or sent. A manager looks at its template and the mail server.")

    # What who inherits this says ------------------------------------------------------------------------------------

    def _letter(self):
        """Return the mail template by which this is told, or none where somebody deleted it."""
        raise NotImplementedError

    def _letter_of(self):
        """Return the record that the letter's template is about."""
        return self

    def _papers(self):
        """Return the values of the files that go along."""
        return []

    def _job(self):
        """Return the job that sends this."""
        raise NotImplementedError

    def _is_wanted(self):
        """Tell whether the salon wants its clients to be told of this, now that it would go."""
        return True

    def _is_urgent(self):
        """Tell whether it waits for no morning."""
        return False

    def _has_address(self):
        return "email" in self.partner_id._salon_channels(self.company_id)

    def _of_use_until(self):
        """Return the moment from which this is of no use to its client any more."""
        raise NotImplementedError

    @api.model
    def _job_of(self, name):
        """Return the job of this external id, by what Odoo has in its caches: orders wait for it."""
        return self.env["ir.cron"].browse(self.env["ir.model.data"]._xmlid_to_res_id(name, raise_if_not_found=True))

    # Sent -----------------------------------------------------------------------------------------------------------

    @api.model
    def _cron_tell(self):
        """Send the letters that are due. Safe to stop at any moment, to run twice, and by two workers at once."""
        self._in_step(self._note_stuck)
        self._send_due()

    def _still_of_use(self):
        now = fields.Datetime.now()
        stopped = self.mail_id.state == "cancel" or (self.tries and not self.mail_id)  # by hand
        if self.mail_id.state == "sent":  # somebody sent it by hand
            self._note_sent(now)
        elif stopped or not self._letter() or not self._is_wanted():
            self._end("no")
        elif not self._has_address():
            self._end("unreachable")
        elif now >= self._of_use_until():
            self._note_failed("late")
        elif (at := self._may_go_at(now)) > now:
            self.try_at = at
            self._job()._trigger(at)
        else:
            return self
        return self.browse()

    def _may_go_at(self, now):
        """Return when the client may be written to; what keeps their money safe waits for no morning."""
        return now if self._is_urgent() else self.company_id._salon_decent_hours(self.partner_id).next(now)

    def _end(self, state):
        """End this without its having gone, and see to it that nobody sends it by mistake."""
        self.mail_id.filtered(lambda mail: mail.state != "sent").state = "cancel"
        self.write({self._sending_state: state, "try_at": False})

    def _make_email(self):
        papers = self.env["ir.attachment"].create(self._papers())
        values = {**self._parked_mail(), "attachment_ids": [(4, paper.id) for paper in papers]}
        self.mail_id = self._letter().send_mail(self._letter_of().id, email_values=values)
        return self

    def _judge(self, carrier, error):
        """What the server has no address for is not tried again: staff see that it did not go."""
        return "rejected" if error and knows_no_such_address(error) else super()._judge(carrier, error)

    def _note_outcome(self, outcome, carrier, error):
        result = super()._note_outcome(outcome, carrier, error)
        if self[self._sending_state] == "retry":
            self._job()._trigger(self.try_at)
        return result

    def _note_sent(self, at):
        result = super()._note_sent(at)
        if (letter := self._letter()) and letter.auto_delete:  # only now: what became of it was read from it
            self.mail_id.unlink()
        return result
