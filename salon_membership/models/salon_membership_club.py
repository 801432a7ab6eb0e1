from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.why import Why


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
