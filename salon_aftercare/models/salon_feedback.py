from datetime import timedelta
from urllib.parse import urljoin

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.salon_crm.tools.token import is_token, new_token

from .salon_followup import RATINGS

PATH = "/salon/feedback/"
MARK = f"{PATH}answer-"  # with the feedback's id, what stands for its link until the mail goes
CATCH_UP = timedelta(days=7)  # visits that were done longer ago get none by themselves
PARTS = ("reception", "advice", "skill", "surroundings", "price")
NPS = [(str(number), str(number)) for number in range(11)]


class SalonFeedback(models.Model):
    """What a client says of a visit: one for each visit, answered once, by link or in person.

    It is there from the time that the visit is done, and empty until it is answered. The link opens it to whoever has
    it, until it has ended. What was answered stands on a rating of Odoo too, so that Odoo's views of ratings show it.
    """

    _name = "salon.feedback"
    _inherit = ["rating.mixin"]
    _description = "Feedback"
    _order = "date desc, id desc"
    _rec_names_search = ["partner_id"]

    visit_id = fields.Many2one("salon.visit", required=True, readonly=True, ondelete="restrict")
    partner_id = fields.Many2one(
        "res.partner", string="Client", required=True, readonly=True, ondelete="restrict", index=True
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="restrict")
    date = fields.Datetime(string="Visit On", required=True, readonly=True, index=True)
    employee_id = fields.Many2one(
        "hr.employee", string="Stylist", readonly=True, ondelete="set null", index="btree_not_null"
    )
    services = fields.Char(string="What Was Done", compute="_compute_services", compute_sudo=True)
    token = fields.Char(readonly=True, copy=False, groups=fields.NO_ACCESS, help="Who knows it may answer: the client.")
    asked_at = fields.Datetime(string="Asked", readonly=True, copy=False, help="When the client first got the link.")
    ends_at = fields.Datetime(string="Link Ends", readonly=True, copy=False)

    state = fields.Selection(
        [("new", "Not Asked"), ("asked", "Asked"), ("answered", "Has Answered")],
        compute="_compute_state",
        store=True,
        precompute=True,
    )
    answered_at = fields.Datetime(readonly=True, copy=False)
    detailed_at = fields.Datetime(string="Told More", readonly=True, copy=False)
    way = fields.Selection([("link", "By Link"), ("person", "In Person")], readonly=True, copy=False)
    noted_by_id = fields.Many2one(
        "res.users", readonly=True, copy=False, ondelete="set null", help="Who was told in person."
    )
    rating = fields.Selection(RATINGS, string="Satisfaction", readonly=True, copy=False)
    reception = fields.Selection(RATINGS, string="Welcome", readonly=True, copy=False)
    advice = fields.Selection(RATINGS, readonly=True, copy=False)
    skill = fields.Selection(RATINGS, readonly=True, copy=False)
    surroundings = fields.Selection(RATINGS, readonly=True, copy=False)
    price = fields.Selection(RATINGS, string="Value for Money", readonly=True, copy=False)
    nps = fields.Selection(
        NPS,
        string="Recommends Us",
        readonly=True,
        copy=False,
        help="How likely the client is to recommend the salon to a friend: 0 is not at all, 10 is for sure.",
    )
    comment = fields.Text(string="In Their Words", readonly=True, copy=False)

    _once_per_visit = models.UniqueIndex("(visit_id)", "This visit has its feedback already.")
    _token_idx = models.UniqueIndex("(token) WHERE token IS NOT NULL")
    _company_date_idx = models.Index("(company_id, date)")
    _answered_when_answered = models.Constraint(
        "CHECK ((rating IS NOT NULL) = (answered_at IS NOT NULL) AND (rating IS NOT NULL) = (way IS NOT NULL)"
        " AND (detailed_at IS NULL OR rating IS NOT NULL))",
        "A feedback is answered by its client, or noted by “Note Feedback”.",
    )

    @api.depends("visit_id")
    def _compute_display_name(self):
        """Say nothing of who it was: Odoo writes this name on ratings."""
        for feedback in self:
            feedback.display_name = self.env._("Feedback %s", feedback.id or "")

    @api.depends("asked_at", "answered_at")
    def _compute_state(self):
        for feedback in self:
            feedback.state = "answered" if feedback.answered_at else "asked" if feedback.asked_at else "new"

    @api.depends("visit_id.line_ids.product_id")
    def _compute_services(self):
        for feedback in self:
            feedback.services = ", ".join(feedback.visit_id.line_ids.product_id.mapped("name"))

    def action_note(self):
        """Note what the client said of this visit in person."""
        self.ensure_one()
        self.check_access("read")
        return self.visit_id.action_note_feedback()

    # Made ----------------------------------------------------------------------------------------------------

    @api.model
    def _of_visits(self, visits):
        """Return the feedbacks (as superuser) of done visits with a client; those that are missing are made."""
        feedbacks = self.sudo()
        feedbacks._make_missing(SQL("visit.id = ANY(%s)", visits.ids))
        return feedbacks.search([("visit_id", "in", visits.ids)])

    @api.model
    def _make_for_latest(self):
        """Make what the visits of the last days lack; return how many that were."""
        return self._make_missing(SQL("visit.done_at >= %s", fields.Datetime.now() - CATCH_UP))

    @api.model
    def _make_missing(self, condition):
        """Make the feedbacks of done visits that have none, all at once; two who do so at once make one each.

        :param SQL condition: which visits, of the row `visit`
        """
        self.env.flush_all()
        now = fields.Datetime.now()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO salon_feedback (visit_id, partner_id, company_id, date, employee_id, state, send_state,
                                            try_at, tries, create_uid, create_date, write_uid, write_date)
                SELECT visit.id, visit.partner_id, visit.company_id, visit.date, performer.employee_id, 'new',
                       CASE WHEN asks.yes THEN 'planned' END,
                       CASE WHEN asks.yes
                            THEN visit.done_at + company.salon_feedback_hours * interval '1 hour' END,
                       0, %(user)s, %(now)s, %(user)s, %(now)s
                  FROM salon_visit visit
                  JOIN res_company company ON company.id = visit.company_id
            CROSS JOIN LATERAL (SELECT company.salon_feedback_ask IS TRUE
                                   AND visit.done_at >= company.salon_feedback_since AS yes) AS asks
             LEFT JOIN LATERAL (SELECT who.employee_id
                                  FROM salon_visit_line line
                                  JOIN salon_visit_performer who ON who.line_id = line.id
                                 WHERE line.visit_id = visit.id
                                 ORDER BY who.part DESC, line.sequence, line.id, who.id LIMIT 1) AS performer ON TRUE
                 WHERE visit.state = 'done' AND visit.partner_id IS NOT NULL AND %(condition)s
                   AND NOT EXISTS (SELECT FROM salon_feedback feedback WHERE feedback.visit_id = visit.id)
              ORDER BY visit.id
                ON CONFLICT DO NOTHING
                """,
                user=SUPERUSER_ID,
                now=now,
                condition=condition,
            )
        )
        made = self.env.cr.rowcount
        if made:
            self.env["salon.visit"].invalidate_model(["feedback_ids"])
        return made

    def _follow_client(self):
        """The visit turned out to be someone else's: that client is asked, and the link of the other one ends."""
        for feedback in self:
            client = feedback.visit_id.partner_id
            if client:
                feedback.write({"partner_id": client.id, "token": False, "asked_at": False, "ends_at": False})
            elif not feedback.answered_at:
                feedback.unlink()

    # The link ------------------------------------------------------------------------------------------------

    def _path(self):
        """Return the path of the page on which the client answers; from now on it can be opened for some days."""
        self.ensure_one()
        feedback, now = self.sudo(), fields.Datetime.now()
        if not feedback.token or (feedback.ends_at <= now and not feedback.answered_at):
            feedback.write(
                {
                    "token": feedback.token or new_token(),
                    "asked_at": feedback.asked_at or now,
                    "ends_at": now + timedelta(days=feedback.company_id.salon_feedback_days),
                }
            )
        return PATH + feedback.token

    def _link(self):
        """Return the address at which the client answers, for the client alone."""
        return urljoin(self.sudo().get_base_url(), self._path())

    def _mark(self):
        """Return what stands for the link in a mail that the team can read, until the mail goes."""
        return urljoin(self.get_base_url(), f"{MARK}{self.id}")

    @api.model
    def _by_token(self, token):
        """Return the feedback (as superuser) that a link names, also one that has ended; none where it is wrong."""
        feedbacks = self.sudo()
        return feedbacks.search([("token", "=", token)], limit=1) if is_token(token) else feedbacks.browse()

    def _has_ended(self):
        return not self.ends_at or self.ends_at <= fields.Datetime.now()

    # Only by its own ways ------------------------------------------------------------------------------------

    def _rating_get_parent_field_name(self):
        """Ratings are of the salon: who may read them is asked by its company."""
        return "company_id"

    def _rating_get_operator(self):
        employee = self.sudo().employee_id
        return employee.user_id.partner_id or employee.work_contact_id

    def _rating_get_access_token(self, partner=None):
        raise self._not_that_way()

    def rating_send_request(self, template, lang=False, force_send=True):
        """Refuse: the client is asked by the salon's own link."""
        raise self._not_that_way()

    def rating_apply(self, rate, token=None, rating=None, feedback=None, subtype_xmlid=None, notify_delay_send=False):
        """Refuse: it is answered once, by the client's own link or by “Note Feedback”."""
        raise self._not_that_way()

    def message_post(self, **kwargs):
        if kwargs.get("rating_value") or kwargs.get("rating_id"):
            raise self._not_that_way()
        return super().message_post(**kwargs)

    def _message_update_content(self, message, /, *, body, rating_value=None, **kwargs):
        if rating_value is not None:
            raise self._not_that_way()
        return super()._message_update_content(message, body=body, **kwargs)

    def _not_that_way(self):
        return UserError(self.env._("A feedback is answered by its client's own link, or noted by “Note Feedback”."))
