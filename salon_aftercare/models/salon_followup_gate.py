from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import carry_out
from .salon_followup import BY_HAND

WEEK = timedelta(days=7)
CAP_LOCK = 7719  # the first key of the advisory locks, one a client
UNDISTURBED = ("task", "post")  # nobody is woken by them
GOES_TO = {"call": "phone", "sms": "phone_sanitized", "email": "email_normalized", "post": "street"}


class SalonFollowup(models.Model):
    """The gate: what passes when its time has come, and what is skipped or put off, and why.

    Each rule takes those that are left and returns those that pass. It asks the database once for all of them.
    """

    _inherit = "salon.followup"

    @api.model
    def _gate_rules(self):
        """Return the names of the rules, in their order. An addon adds its own."""
        return [
            "_gate_late",
            "_gate_consent",
            "_gate_wanted",
            "_gate_booked",
            "_gate_complaint",
            "_gate_address",
            "_gate_quiet",
            "_gate_spread",
            "_gate_cap",
            "_gate_merge",
        ]

    def _gate(self):
        """Let these, whose time has come, through the rules; carry out those that pass."""
        followups = self.filtered(lambda one: one.state == "planned").sorted(lambda one: one._get_rank())
        for rule in self._gate_rules():
            if not followups:
                return
            followups = getattr(followups, rule)()
        if followups:
            followups.write({"state": "due"})
            followups._carry_out()

    def _get_rank(self):
        """Return what these are sorted by where they compete: care first, then the priority of the plan."""
        return (self.is_marketing, self.plan_id.sequence if self.plan_id else 0, self.due_at, self.id)

    def _skip(self, code, reason=False):
        """Skip these by a rule.

        :param str code: see `skip_code`
        :param str reason: a sentence that says more than the code does, where there is one
        """
        if not self:
            return
        activities = self.sudo().activity_id.filtered("active")
        self.write({"state": "skipped", "skip_code": code, **({"reason": reason} if reason else {})})
        activities.unlink()
        self._revive_merged()

    def _revive_merged(self):
        """What was to be made with one of these, which is not made, stands by itself again; return it."""
        alone = self.search(
            [("merged_into_id", "in", self.ids), ("state", "=", "skipped"), ("skip_code", "=", "merged")]
        )
        alone.write({"state": "planned", "skip_code": False, "merged_into_id": False})
        return alone

    def _leave_merged(self):
        """Take these out of the open contacts that they were to be made with; return those that were."""
        leaving = self.filtered(lambda one: one.skip_code == "merged" and one.merged_into_id.is_open)
        kept = leaving.merged_into_id
        leaving.write({"state": "planned", "skip_code": False, "merged_into_id": False})
        kept._renew_merged()
        return leaving

    def _renew_merged(self):
        """What is made together with these has changed: they say something else now."""
        self.invalidate_recordset(["merged_ids", "script"])
        self._renew_notes()

    def _drop_offers(self):
        """Take the offers to which the client does not agree any more out of these, which wait to be made; return the
        offers.

        A contact for care goes on without the offer that was to be made with it.
        """
        offers = self.merged_ids.filtered("is_marketing")
        left = offers
        for rule in ("_gate_consent", "_gate_complaint", "_gate_booked"):
            left = left and getattr(left, rule)()
        dropped = offers - left
        if dropped:
            kept = dropped.merged_into_id
            dropped.merged_into_id = False
            kept._renew_merged()
        return dropped

    def _carries_offer(self):
        """Tell whether this is an offer, or one is made together with it."""
        self.ensure_one()
        return self.is_marketing or any(self.merged_ids.mapped("is_marketing"))

    def _put_off(self, moments, code):
        """Put these off until `moments` ({record: naive UTC}); skip those for which that is too late."""
        skipped = self.browse()
        for followup, moment in moments.items():
            if moment > followup.latest_at:
                skipped |= followup
            else:
                followup.due_at = moment
        skipped._skip(code)

    # The rules ----------------------------------------------------------------------------------------

    def _gate_late(self):
        now = fields.Datetime.now()
        late = self.filtered(lambda one: one.latest_at < now)
        late._skip("late")
        return self - late

    def _gate_wanted(self):
        """Skip what is about nothing any more: the booking was moved, the date changed, the client came again."""
        left = self._gate_gone()
        for step, followups in left.grouped("step_id").items():
            planned = followups.filtered(lambda one: one.origin_model and one.origin_model != self._name)
            if not step or not planned:
                continue
            plan = step.plan_id
            if not (step.active and plan.active and plan._is_known()):
                planned._skip("plan")
                left -= planned
                continue
            found = plan._find_occasions(planned.mapped("origin_id"))
            over = planned.filtered(lambda one, found=found: (one.occasion, one.partner_id.id) not in found)
            over._skip("gone")
            left -= over
        return left

    def _gate_gone(self):
        """Skip what is for nobody any more."""
        gone = self.filtered(lambda one: not one.partner_id.active)
        files = gone.sudo().partner_id.with_context(active_test=False).salon_file_ids.filtered("erased_at")
        erased = gone.filtered(lambda one: one.partner_id in files.partner_id)
        erased._skip("erased")
        (gone - erased)._skip("gone")
        return self - gone

    def _gate_again(self):
        """Ask again of these, which wait for a person: clients object, complain, book and leave meanwhile."""
        left = self.filtered(lambda one: one.state == "due")
        for rule in ("_gate_gone", "_gate_consent", "_gate_complaint", "_gate_booked"):
            left = left and getattr(left, rule)()
        left._drop_offers()

    def _gate_booked(self):
        asked = self.filtered("plan_id.stop_when_booked")
        if not asked:
            return self
        groups = (
            self.env["calendar.event"]
            .sudo()
            ._read_group(
                [
                    ("salon_client_id", "in", asked.partner_id.ids),
                    ("salon_state", "in", ("booked", "confirmed", "arrived", "in_service")),
                    ("start", ">", fields.Datetime.now()),
                ],
                ["salon_client_id", "company_id"],
            )
        )
        booked = asked.filtered(lambda one: (one.partner_id, one.company_id) in set(groups))
        booked._skip("booked")
        return self - booked

    def _gate_complaint(self):
        """Offers wait for nobody whose complaint is open."""
        offers = self.filtered("is_marketing")
        complaining = self._find_complaining(offers.partner_id) if offers else self.env["res.partner"]
        stopped = offers.filtered(lambda one: one.partner_id in complaining)
        stopped._skip("complaint")
        return self - stopped

    @api.model
    def _find_complaining(self, partners):
        """Return those of these clients who have an open complaint, or were hurt and are not well yet."""
        if "salon.case" not in self.env:
            return self.env["res.partner"]
        cases = self.env["salon.case"].sudo()
        domain = Domain("partner_id", "in", partners.ids) & Domain("kind", "in", ("complaint", "incident"))
        for name in ("solved_at", "closed_at"):
            if name in cases._fields:
                domain &= Domain(name, "=", False)
        return cases.search(domain).partner_id

    def _gate_consent(self):
        left = self
        for (marketing, channel), followups in self.grouped(lambda one: (one.is_marketing, one.channel)).items():
            if channel == "task":
                continue
            purpose = "marketing" if marketing else "care"
            refusals = self.env["salon.client.file"]._find_refusals(followups.partner_id, purpose, channel)
            by_code = followups.grouped(lambda one, refusals=refusals: refusals.get(one.partner_id.id))
            for code, refused in by_code.items():
                if code:
                    refused._skip(code)
                    left -= refused
        return left

    def _gate_address(self):
        missing = self.filtered(lambda one: not one._has_address())
        missing._skip("no_address")
        return self - missing

    def _has_address(self):
        """Tell whether the client can be reached by this channel."""
        partner = self.partner_id
        if self.channel == "wechat":
            return bool(self.sudo().wechat)
        if self.channel == "call":
            return bool(partner.phone or partner.sudo().salon_file_ids.second_phone)
        return self.channel not in GOES_TO or bool(partner[GOES_TO[self.channel]])

    def _gate_quiet(self):
        """Put off what would come in the client's quiet hours."""
        now = fields.Datetime.now()
        moments = {}
        for followup in self:
            if followup.channel not in UNDISTURBED:
                decent = followup._decent(now)
                if decent > now:
                    moments[followup] = decent
        self._put_off(moments, "quiet")
        return self.filtered(lambda one: one not in moments)

    def _decent(self, moment):
        """Return the first decent moment for this client that is not before `moment`."""
        return self.company_id._salon_decent_hours(self.partner_id).next(moment)

    def _gate_spread(self):
        """After a standstill, spread what was left lying: so many contacts a day for a person.

        What is of today goes today; what would be too late tomorrow goes today as well.
        """
        now = fields.Datetime.now()
        day = timedelta(days=1)
        lying = self.filtered(
            lambda one: one.channel in BY_HAND and one.planned_for and one.planned_for < now - day and one.user_id
        )
        if not lying:
            return self
        groups = self._read_group(
            [("user_id", "in", lying.user_id.ids), ("state", "=", "due"), ("channel", "in", BY_HAND)],
            ["user_id", "company_id"],
            ["__count"],
        )
        counts = defaultdict(int, {(user, company): count for user, company, count in groups})
        moments = {}
        for followup in lying.sorted(lambda one: (one.planned_for, one.id)):
            tomorrow = followup._decent(now + day)
            key = (followup.user_id, followup.company_id)
            if counts[key] >= followup.company_id.salon_followups_a_day and tomorrow <= followup.latest_at:
                moments[followup] = tomorrow
            counts[key] += followup not in moments
        self._put_off(moments, "late")
        return self.filtered(lambda one: one not in moments)

    def _gate_cap(self):
        """Keep offers to so many a week and client (invariant 9); what is one too many waits until a week is over.

        What is due and not made yet counts as made now: nobody knows when the call will be. Several on one channel at
        once are one, for they are made together.
        """
        offers = self.filtered("is_marketing")
        if not offers:
            return self
        now = fields.Datetime.now()
        clients = sorted(offers.partner_id.ids)
        self.env.cr.execute(SQL("SELECT pg_advisory_xact_lock(%s, id) FROM unnest(%s::int[]) AS id", CAP_LOCK, clients))
        made = self._find_offers_made(clients, now)
        moments, taken = {}, set()
        for followup in offers:
            cap = followup.company_id.salon_marketing_cap
            times = made[followup.partner_id.id]
            key = (followup.partner_id, followup.channel, followup.company_id)
            if key in taken:
                continue
            if len(times) < cap:
                times.append(now)
                taken.add(key)
            elif cap:
                moments[followup] = followup._decent(sorted(times)[len(times) - cap] + WEEK + timedelta(seconds=1))
            else:
                moments[followup] = followup.latest_at + timedelta(seconds=1)
        self._put_off(moments, "cap")
        return self.filtered(lambda one: one not in moments)

    @api.model
    def _find_offers_made(self, client_ids, now):
        """Return {partner id: moments of the offers of the last week}; those that are due count as made `now`, and a
        contact for care that an offer is made with counts as an offer."""
        made = defaultdict(list)
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT made.partner_id, COALESCE(made.done_at, %s) FROM salon_followup made
                 WHERE made.partner_id = ANY(%s)
                   AND (made.state = 'due' OR (made.state = 'done' AND made.done_at > %s))
                   AND (made.is_marketing OR EXISTS (
                       SELECT FROM salon_followup offer WHERE offer.merged_into_id = made.id AND offer.is_marketing))
                """,
                now,
                client_ids,
                now - WEEK,
            )
        )
        for partner_id, moment in rows:
            made[partner_id].append(moment)
        return made

    def _gate_merge(self):
        """Make together what goes to one client by one channel now: the first by priority says all of it."""
        groups = self.grouped(lambda one: (one.partner_id, one.company_id, one.channel))
        return self - self._merge(groups, self._find_waiting(groups))

    # Together --------------------------------------------------------------------------------------------

    def _settle(self):
        """See to follow-ups that were just planned: together what is on one day, and people reminded of what is near.

        Offers are put together at the gate alone, once it is known that the client agreed to them.
        """
        care = self.filtered(lambda one: one.state == "planned" and not one.is_marketing)
        care._merge_planned()
        now = fields.Datetime.now()
        left = self.filtered(lambda one: one.state == "planned")
        left._at_hand().filtered(lambda one: not one.activity_id)._schedule_activities()
        if any(one.due_at <= now for one in left):
            self._trigger_due()

    def _merge_planned(self):
        """Put care together that is planned for one client, one channel and one day, on the client's clocks."""
        if not self:
            return
        others = self.search(
            [
                ("partner_id", "in", self.partner_id.ids),
                ("state", "=", "planned"),
                ("is_marketing", "=", False),
                ("id", "not in", self.ids),
            ]
        )
        planned = self | others
        self._merge(planned.grouped(lambda one: (one.partner_id, one.company_id, one.channel, one._client_day())))

    @api.model
    def _merge(self, groups, waiting=()):
        """Put those of each of `groups` together.

        :param dict groups: follow-ups by any key
        :param dict waiting: by the same keys, follow-ups that are due already and take up the others
        :return: those that are made with another now
        """
        merged = self.browse()
        for key, group in groups.items():
            if len(group) > 1 or key in waiting:
                kept = waiting[key] if key in waiting else group.sorted(lambda one: one._get_rank())[0]
                merged |= (group - kept)._merge_into(kept)
        return merged

    @api.model
    def _find_waiting(self, groups):
        """Return {key: the contact by hand that is due and not made yet} of the keys of `groups`.

        Nobody is called twice because the first call was not made in time.
        """
        clients = self.env["res.partner"].union(*(key[0] for key in groups))
        found = {}
        domain = [("partner_id", "in", clients.ids), ("state", "=", "due"), ("channel", "in", BY_HAND)]
        for followup in self.search(domain, order="id desc"):
            key = (followup.partner_id, followup.company_id, followup.channel)
            if key in groups:
                found[key] = followup
        return found

    def _merge_into(self, kept):
        """Have `kept` say what these say too."""
        own = self.merged_ids
        activities = self.sudo().activity_id.filtered("active")
        self.write({"state": "skipped", "skip_code": "merged", "merged_into_id": kept.id})
        own.write({"merged_into_id": kept.id})
        activities.unlink()
        kept._renew_merged()
        return self

    def _client_day(self):
        """Return the day on which this is due, on the client's clocks."""
        return self.company_id._salon_decent_hours(self.partner_id).day(self.due_at)

    # Carried out -----------------------------------------------------------------------------------------

    def _carry_out(self):
        """Have these, which are due, made. A channel is one method, `_carry_out_<channel>`."""
        for channel, followups in self.grouped("channel").items():
            carry_out(followups, f"_carry_out_{channel}")

    def _carry_out_by_hand(self):
        """A person makes these: see that they are reminded."""
        self.filtered(lambda one: not one.activity_id.active)._schedule_activities()

    def _carry_out_call(self):
        self._carry_out_by_hand()

    def _carry_out_task(self):
        self._carry_out_by_hand()

    def _carry_out_wechat(self):
        """WeChat is written by hand: the activity has the text ready to copy, and whom to write to."""
        self._carry_out_by_hand()

    def _carry_out_post(self):
        """Letters wait in the list, from which their labels are printed; one who sends them is reminded."""
        self._carry_out_by_hand()

    def _carry_out_email(self):
        """Without a way to send, a person does: the activity has the text ready to copy, and whom to write to."""
        self._carry_out_by_hand()

    def _carry_out_sms(self):
        self._carry_out_by_hand()
