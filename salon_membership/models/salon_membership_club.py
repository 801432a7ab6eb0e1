from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.why import Why

MANAGER = "salon_crm.group_salon_manager"


class SalonMembership(models.Model):
    """How one becomes a member: by a purchase, by a top-up or by hand, accepting the rules of the club."""

    _inherit = "salon.membership"

    rules_consent_id = fields.Many2one(
        "salon.consent", string="Club Rules Accepted", readonly=True, copy=False, ondelete="set null",
        index="btree_not_null", help="What the member accepted, in which words, and when.",
    )  # fmt: skip

    def _accept_rules(self):
        """Note that these members accept the rules of the club as they are now; who did keeps what they accepted."""
        for member in self.sudo():
            form = member.company_id.salon_club_form_id
            if form and member.rules_consent_id.version != form.version:
                member.rules_consent_id = member._prepare_consent(form)

    def _prepare_consent(self, form):
        """Return what was accepted, in the client's language; whoever enrolled them noted it."""
        lang = self.partner_id.lang or self.env.lang or "en_US"
        form = form.with_context(lang=lang)
        today = self.company_id._salon_today()
        return self.env["salon.consent"].create(
            {
                "file_id": self.partner_id.salon_file_ids.id,
                "form_id": form.id,
                "version": form.version,
                "title": form.name,
                "text": form.text,
                "lang": lang,
                "signed_name": self.partner_id.name,
                "way": "tablet",
                "valid_until": today + relativedelta(months=form.months) if form.months else False,
                **self.env.user._salon_signature(),
            }
        )

    @api.model
    def _salon_enrol_on(self, order):
        """Return by what an order makes its client a member: a `reason` of the history, or False.

        Asked before each order is settled, so it has to be cheap; who is a member already stays as they are. Stored
        value and treatment cards, which other addons sell, answer for the first top-up or card (`salon_enrol_topup`
        of the company).

        :param order: pos.order that is being paid, as superuser
        """
        if order.salon_enrol and order._salon_reaches_enrolment():
            return "purchase"
        return False

    @api.model
    def _enrol_buyer(self, order):
        """Make the client of a paid order a member, where the order brings that about."""
        company, client = order.company_id, order.partner_id
        reason = client and self.sudo()._salon_enrol_on(order)
        if not (reason or order.salon_enrol) or self.sudo()._get_active(client, company):
            return self.browse()
        if not reason:
            order._salon_say_not_enrolled()
            return self.browse()
        members = self.sudo().with_company(company).with_context(salon_why=Why(reason, order_id=order.id))
        member = members._enrol(client, company._salon_first_tier())
        if order.salon_rules_accepted:
            member._accept_rules()
        return member

    # The purchase comes back ------------------------------------------------------------------------

    @api.model
    def _follow_refund(self, refund, origins):
        """End the memberships that came of these sales where nothing is left of them; managers are told.

        Where too little is left of a sale, managers decide. Who reached the amount by another purchase since, or was
        enrolled anew, stays.

        :param refund: pos.order that was just paid, as superuser
        :param origins: pos.order that it refunds
        """
        domain = [("pos_order_id", "in", origins.ids), ("kind", "in", ("enrolled", "reopened"))]
        changes = self.env["salon.membership.change"].sudo().search([*domain, ("reason", "=", "purchase")])
        for change in changes.filtered(lambda one: one.membership_id.state == "active"):
            member = change.membership_id
            began = member.change_ids.filtered(lambda one: one.kind in ("enrolled", "reopened"))
            if began.sorted("id")[-1:] == change:
                member._follow_refund_of(change.pos_order_id, refund)

    def _follow_refund_of(self, sale, refund):
        self.ensure_one()
        company, currency = self.company_id, self.company_id.currency_id
        left = sale._salon_left()
        back = -sum(
            line.price_subtotal_incl / (refund.currency_rate or 1)
            for line in refund.lines
            if line.refunded_orderline_id.order_id == sale
        )
        # With the tier's price at once a sale may have come to less.
        enough = min(company.salon_enrol_amount, sale._salon_count_spend())
        if currency.compare_amounts(left, enough) >= 0 or self._reached_again(sale, enough):
            return
        if currency.compare_amounts(left, 0) <= 0:
            self.with_context(salon_why=Why("refund", order_id=refund.id)).action_end()
            self.partner_id._salon_ask_managers(
                company,
                lambda env: (
                    env._("Membership ended: the purchase was refunded"),
                    env._("%(member)s was enrolled by %(order)s.", member=self.display_name, order=sale.name),
                ),
            )
        elif currency.compare_amounts(left + back, enough) >= 0:
            self.partner_id._salon_ask_managers(
                company,
                lambda env: (
                    env._("A part of the purchase that made a member was refunded: do they stay one?"),
                    env._("%(member)s was enrolled by %(order)s.", member=self.display_name, order=sale.name),
                ),
            )

    def _reached_again(self, sale, enough):
        """Tell whether another purchase since, of which as much is left, would have made this member one."""
        domain = [
            ("partner_id", "=", self.partner_id.id),
            ("company_id", "=", self.company_id.id),
            ("state", "in", ("paid", "done")),
            ("id", ">", sale.id),
            ("salon_spend", ">=", enough),
        ]
        others = self.env["pos.order"].sudo().search(domain, order="id", limit=20)
        return any(self.company_id.currency_id.compare_amounts(one._salon_left(), enough) >= 0 for one in others)

    # By hand ----------------------------------------------------------------------------------------

    @api.model
    def _check_may_enrol(self, tier, company, note):
        """Refuse a tier above the first one, but by a manager with a reason.

        :raise UserError: who enrols is no manager, or gives no reason
        """
        first = company._salon_first_tier()
        if not tier or not first or tier._rank() <= first._rank():
            return
        if not self.env.user.has_group(MANAGER):
            raise UserError(
                self.env._(
                    "New members begin as %(first)s. Ask a manager for %(tier)s.", first=first.name, tier=tier.name
                )
            )
        if not (note or "").strip():
            raise UserError(self.env._("Say the reason why they begin as %s, in “Enrol Clients”.", tier.name))

    @api.model
    def load_till_offer(self, partner_id, config_id):
        """Return what the till needs to make its client a member.

        :param int partner_id: the client chosen at the till
        :param int config_id: the till
        :return dict: "is_member", "tier" (name), "pricelist_id", "rules" (False, or "title" and "text" in the client's
            language)
        """
        company = self.env["pos.config"]._salon_till(config_id).company_id
        partner = self.env["res.partner"].sudo().browse(partner_id)
        tier = company._salon_first_tier()
        if not tier:
            raise UserError(self.env._("There is no tier to begin in. Ask a manager to make one."))
        form = company.salon_club_form_id.sudo().with_context(lang=partner.lang or self.env.lang)
        return {
            "is_member": bool(self.sudo()._get_active(partner, company)),
            "tier": tier.with_env(self.env).sudo().name,
            "pricelist_id": tier._get_pricelist(company).id,
            "rules": {"title": form.name, "text": form.text} if form else False,
        }
