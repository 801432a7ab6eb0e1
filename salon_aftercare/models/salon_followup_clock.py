import logging

from odoo import api, fields, models
from odoo.tools import split_every

from ..tools import carry_out
from .salon_followup import BY_HAND
from .salon_followup_planner import SOON

_logger = logging.getLogger(__name__)

BATCH = 200


class SalonFollowup(models.Model):
    """What runs by the clock. Each part can be stopped at any moment and taken up again."""

    _inherit = "salon.followup"

    @api.model
    def _cron_due(self):
        """Plan what can't wait for the night, remind of what is near, and let through what has come due."""
        if not self.env["salon.followup.plan"]._plan_all(SOON):
            return
        if self._work_off(self._find_unreminded(), "_remind_again"):
            self._work_off_due()

    @api.model
    def _work_off_due(self):
        """Let through the gate what has come due; take back offers that nobody made in time."""
        now = fields.Datetime.now()
        stale = [
            ("state", "=", "due"),
            ("is_marketing", "=", True),
            ("latest_at", "<", now),
            ("channel", "in", BY_HAND),
        ]
        if not self._work_off(self.search(stale), "_skip_stale"):
            return
        domain = [("state", "=", "planned"), ("due_at", "<=", now)]
        remaining = self.search_count(domain)
        seen = 0
        # By id, so that one that fails is not taken up again and again.
        while followups := self.search([*domain, ("id", ">", seen)], order="id", limit=BATCH):
            seen = followups[-1].id
            followups = followups.try_lock_for_update(allow_referencing=True)
            # Of one client at once: what competes and what goes together is judged together.
            carry_out(followups._with_same_client(domain), "_gate")
            remaining = max(remaining - len(followups), 0)
            if not self.env["ir.cron"]._commit_progress(len(followups), remaining=remaining):
                return
        self._work_off(self._find_waiting_by_hand(), "_gate_again")

    @api.model
    def _find_waiting_by_hand(self):
        """Return what is due and waits for a person to make it."""
        return self.search([("state", "=", "due"), ("channel", "in", BY_HAND)])

    def _with_same_client(self, domain):
        """Return these and what else is ripe of their clients."""
        others = self.search([*domain, ("partner_id", "in", self.partner_id.ids), ("id", "not in", self.ids)])
        return self | others.try_lock_for_update(allow_referencing=True)

    def _skip_stale(self):
        self._skip("late")

    @api.model
    def _cron_sweep(self):
        """Plan what comes by dates; find what a crash or a fault left out: occasions without their follow-ups,
        follow-ups without their activity.

        Running it twice does no harm: what is there is never made again.
        """
        self.env["salon.festival"].search([("month", ">", 0)])._add_fixed_dates()
        if self.env["salon.followup.plan"]._plan_all():
            self._work_off(self._find_unreminded(), "_remind_again")

    @api.model
    def _work_off(self, followups, method):
        """Call `method` on `followups` in batches that are kept as they are done.

        :return: False where the time of the job was up
        """
        remaining = len(followups)
        for ids in split_every(BATCH, followups.ids):
            carry_out(self.browse(ids).try_lock_for_update(allow_referencing=True), method)
            remaining -= len(ids)
            if not self.env["ir.cron"]._commit_progress(len(ids), remaining=remaining):
                return False
        return True

    @api.model
    def _trigger_sweep(self):
        """Have the sweep run as soon as this transaction is through, not only at night."""
        self._trigger_cron("ir_cron_sweep")

    @api.model
    def _trigger_due(self):
        """Have what is due already go as soon as this transaction is through."""
        self._trigger_cron("ir_cron_due")

    @api.model
    def _trigger_cron(self, name):
        if cron := self.env.ref(f"salon_aftercare.{name}", raise_if_not_found=False):
            cron.sudo()._trigger()
