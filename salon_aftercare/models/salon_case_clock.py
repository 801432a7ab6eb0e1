import logging

import psycopg2
from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.salon_crm.tools.spoken import spoken

from .salon_case import MANAGER, OVER

_logger = logging.getLogger(__name__)

CLOCKS = {"answer": "answered_at", "proposal": "proposed_at", "solution": "solved_at"}
WARN = 80  # percent of the time at which the manager hears of it
DUE = [f"{clock}_due_at" for clock in CLOCKS]
# Those of the first answer and the first proposal count, also where a case is taken up again.
FIRST = ("answered_at", "answer_due_at", "proposed_at", "proposal_due_at")
KEPT = {"reopened_at", *(f"first_{name}" for name in FIRST)}
TIMES = {*DUE, *(f"{clock}_warn_at" for clock in CLOCKS)}


class SalonCase(models.Model):
    """The clocks of a case. What they say is reckoned once, when the case is opened; only a manager who says why moves
    it. All that a clock needs lies in the database, so it goes on whatever is restarted meanwhile."""

    _inherit = "salon.case"

    answer_due_at = fields.Datetime(string="Answer By", readonly=True, copy=False)
    answer_warn_at = fields.Datetime(readonly=True, copy=False)
    proposal_due_at = fields.Datetime(string="Proposal By", readonly=True, copy=False)
    proposal_warn_at = fields.Datetime(readonly=True, copy=False)
    solution_due_at = fields.Datetime(string="Solution By", readonly=True, copy=False)
    solution_warn_at = fields.Datetime(readonly=True, copy=False)
    reopened_at = fields.Datetime(
        string="Taken Up Again", readonly=True, copy=False, help="The clocks run from then on anew."
    )
    # How fast the salon was when the case came up: what is done after it was taken up again makes it no slower.
    first_answered_at = fields.Datetime(readonly=True, copy=False)
    first_answer_due_at = fields.Datetime(readonly=True, copy=False)
    first_proposed_at = fields.Datetime(readonly=True, copy=False)
    first_proposal_due_at = fields.Datetime(readonly=True, copy=False)
    deadline_moves = fields.Integer(
        string="Deadlines Moved", readonly=True, copy=False, help="How often a manager moved a deadline of this case."
    )
    due_at = fields.Datetime(
        string="Deadline",
        compute="_compute_due_at",
        store=True,
        index="btree_not_null",
        help="The next clock that runs out.",
    )
    is_overdue = fields.Boolean(string="Overdue", compute="_compute_is_overdue", search="_search_is_overdue")
    escalation_ids = fields.One2many(
        "salon.case.escalation", "case_id", string="Escalations", readonly=True, groups=MANAGER
    )

    @api.depends("state", *CLOCKS.values(), *DUE)
    def _compute_due_at(self):
        for case in self:
            running = [case[f"{clock}_due_at"] for clock, stamp in CLOCKS.items() if not case[stamp]]
            case.due_at = min(filter(None, running), default=False) if case.state not in OVER else False

    @api.depends("due_at")
    def _compute_is_overdue(self):
        now = fields.Datetime.now()
        for case in self:
            case.is_overdue = bool(case.due_at and case.due_at < now)

    def _search_is_overdue(self, operator, value):
        return [("due_at", "<", fields.Datetime.now())] if operator == "in" else NotImplemented

    def _begin(self):
        result = super()._begin()
        self._set_clocks()
        return result

    def write(self, vals):
        if not self.env.su and (TIMES | KEPT) & vals.keys():
            raise UserError(self.env._("Deadlines are moved by “Move Deadlines”, with a reason."))
        return super().write(vals)

    def _set_clocks(self):
        """Reckon until when each of these is answered, has a proposal and is solved: from now on, for they are new or
        taken up again."""
        for case in self.sudo():
            rule = self.env["salon.case.rule"]._find(case)
            case.write(rule._reckon(case.company_id, case.reopened_at or case.opened_at))
            case._trigger_clocks()

    def _begin_again(self):
        """The clocks run anew from now on; what they said before stays in the history, and counts in the figures."""
        kept = {} if self.reopened_at else {f"first_{name}": self[name] for name in FIRST}
        self._message_log(body=self._say_before())
        result = super()._begin_again()
        self.sudo().write({"reopened_at": fields.Datetime.now(), **kept})
        self._set_clocks()
        return result

    def _say_before(self):
        """Return what was done up to now and by when it was due, for the history of a case that is taken up again."""
        said = [self.env._("Taken up again. What was before:")]
        for clock, stamp in CLOCKS.items():
            if self[stamp]:
                name, moment = self._fields[stamp]._description_string(self.env), self._say_moment(self[stamp])
                due = self[f"{clock}_due_at"]
                said.append(
                    self.env._("%(step)s: %(at)s, due %(due)s", step=name, at=moment, due=self._say_moment(due))
                    if due
                    else self.env._("%(step)s: %(at)s", step=name, at=moment)
                )
        said += [self.answer] if self.answer else []
        return Markup("<br/>").join(said)

    def _trigger_clocks(self):
        """Have the cron look at these cases at the very moments at which their clocks ring."""
        now = fields.Datetime.now()
        moments = {case[name] for case in self for name in TIMES if case[name] and case[name] > now}
        cron = self.env.ref("salon_aftercare.ir_cron_case_clocks", raise_if_not_found=False)
        if cron and moments:
            cron.sudo()._trigger(sorted(moments))

    def _move_deadlines(self, values, reason):
        """Set other deadlines, and keep in the log who did it and why. They ring anew.

        :param dict values: {"answer_due_at": datetime, …}
        :raise UserError: the user is no manager, says no reason, or a deadline would be over already
        """
        self.ensure_one()
        self._check_manager()
        now, said = fields.Datetime.now(), []
        if not (reason or "").strip():
            raise UserError(self.env._("Say why the deadlines of this case are moved."))
        for name, due_at in list(values.items()):
            if due_at == self[name]:
                del values[name]
                continue
            if due_at and due_at <= now:
                raise UserError(self.env._("A deadline can only be moved to a time that is still to come."))
            values[name.replace("due", "warn")] = due_at and now + (due_at - now) * WARN / 100
            said.append(f"{self._fields[name]._description_string(self.env)}: {self._say_moment(due_at)}")
        if not values:
            return
        self.sudo().write({**values, "deadline_moves": self.deadline_moves + 1})
        self._message_log(
            body=self.env._("Deadlines moved: %(what)s. Why: %(reason)s", what="; ".join(said), reason=reason)
        )
        self._trigger_clocks()
        self._moved()

    def _say_moment(self, moment):
        """Return a moment as people of the salon read it."""
        if not moment:
            return self.env._("none")
        return spoken(self.env, moment, self.company_id._salon_timezone())

    def action_move_deadlines(self):
        """Ask for other deadlines and a reason."""
        self._check_manager()
        action = self.env["ir.actions.act_window"]._for_xml_id("salon_aftercare.salon_case_deadline_action")
        return {**action, "context": {"default_case_id": self.id}}

    # By the clock ------------------------------------------------------------------------------------

    @api.model
    def _cron_clocks(self):
        """Tell managers of clocks that are at 80 % or have run out, each once.

        After a standstill a clock that has run out says so, and not that it was at 80 % before.
        """
        ringing = self._find_ringing()
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=len(ringing))
        for case_id, clock, level, due_at in ringing:
            try:
                with self.env.cr.savepoint():
                    self.browse(case_id)._ring(clock, level, due_at)
            except psycopg2.errors.SerializationFailure:
                _logger.info("The %s clock of case %s was rung by another process.", clock, case_id)
            except Exception:
                _logger.exception("The %s clock of case %s could not ring; it is tried again.", clock, case_id)
            if not cron._commit_progress(1):
                return

    @api.model
    def _find_ringing(self):
        """Return (case id, clock, level, due at) of all clocks that are past 80 % or over and have not rung for it."""
        self.flush_model()
        self.env["salon.case.escalation"].flush_model()
        clocks = SQL(", ").join(
            SQL(
                "(%s, %s, %s, %s)",
                clock,
                SQL.identifier("salon_case", f"{clock}_warn_at"),
                SQL.identifier("salon_case", f"{clock}_due_at"),
                SQL.identifier("salon_case", stamp),
            )
            for clock, stamp in CLOCKS.items()
        )
        return self.env.execute_query(
            SQL(
                """
                SELECT salon_case.id, clock.name, clock.level, clock.due_at
                  FROM salon_case
                 CROSS JOIN LATERAL (
                       SELECT name, due_at, CASE WHEN due_at <= %(now)s THEN 100 ELSE %(warn)s END AS level
                         FROM (VALUES %(clocks)s) AS each (name, warn_at, due_at, stopped_at)
                        WHERE stopped_at IS NULL AND due_at IS NOT NULL AND LEAST(warn_at, due_at) <= %(now)s
                 ) clock
                 WHERE salon_case.state NOT IN %(over)s AND salon_case.due_at IS NOT NULL
                   AND NOT EXISTS (
                       SELECT FROM salon_case_escalation rung
                        WHERE rung.case_id = salon_case.id AND rung.clock = clock.name
                          AND rung.due_at = clock.due_at AND rung.level >= clock.level)
              ORDER BY clock.due_at, salon_case.id
                """,
                now=fields.Datetime.now(),
                warn=WARN,
                clocks=clocks,
                over=OVER,
            )
        )

    def _ring(self, clock, level, due_at):
        """Tell of one clock, unless it was told of already: the row that says so is unique in the database."""
        self.ensure_one()
        if self.env["salon.case.escalation"]._note(self, clock, level, due_at):
            self._escalate(clock, level, due_at)

    def _escalate(self, clock, level, due_at):
        """Tell the managers, in the same transaction as the row that says that they were told."""
