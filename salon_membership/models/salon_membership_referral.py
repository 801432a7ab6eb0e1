import re
import secrets

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.salon_crm.tools.token import is_token, new_token

LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # none that is read or heard for another
LENGTH = 8


def new_code():
    """Return a new code, to be said aloud or typed."""
    return "".join(secrets.choice(LETTERS) for _number in range(LENGTH))


def clean_code(text):
    """Return a code as it is kept, however somebody typed it."""
    return re.sub(r"[\W_]+", "", text or "").upper()[:64]


class SalonMembership(models.Model):
    """What a member brings others by: a code for the front desk, and a link to send."""

    _inherit = "salon.membership"

    referral_code = fields.Char(
        compute="_compute_referral_code",
        store=True,
        copy=False,
        help="New clients say it at the front desk: then it is known who brought them.",
    )
    referral_token = fields.Char(compute="_compute_referral_code", store=True, copy=False, groups=fields.NO_ACCESS)
    referral_url = fields.Char(string="Referral Link", compute="_compute_referral_url", compute_sudo=True)

    _referral_code_uniq = models.UniqueIndex("(referral_code)", "Another member has this code.")
    _referral_token_uniq = models.UniqueIndex("(referral_token)", "Another member has this link.")

    def _compute_referral_code(self):
        """Each member has a code and a link from the beginning, and keeps them."""
        codes = {new_code() for _member in self}
        taken = set(self.sudo().search([("referral_code", "in", list(codes))]).mapped("referral_code"))
        codes = list(codes - taken)
        for membership in self:
            membership.referral_code = codes.pop() if codes else new_code()
            membership.referral_token = new_token()

    @api.model_create_multi
    def create(self, vals_list):
        memberships = super().create(vals_list)
        memberships.sudo()._compute_referral_code()
        return memberships

    @api.depends("referral_token")
    def _compute_referral_url(self):
        for membership in self:
            token = membership.referral_token
            membership.referral_url = f"{membership.get_base_url()}/salon/invite/{token}" if token else False

    @api.model
    def _by_referral_token(self, token):
        """Return the active membership with this link, as superuser; none where nobody has it."""
        if not is_token(token):
            return self.sudo().browse()
        return self.sudo().search([("referral_token", "=", token), ("state", "=", "active")], limit=1)

    @api.model
    def _by_referral_code(self, code, company):
        """Return the active membership with this code or number, as superuser; none where nobody has it."""
        memberships = self.sudo()
        active = [("company_id", "=", company.id), ("state", "=", "active")]
        typed = code.strip() if isinstance(code, str) else ""
        if not typed or len(typed) > 64:
            return memberships
        number = re.sub(r"([\\\\%_])", r"\\\1", typed)  # what is typed is no pattern
        return memberships.search(
            ["|", ("referral_code", "=", clean_code(typed)), ("number", "=ilike", number), *active], limit=1
        )

    def _join(self):
        """Who becomes a member may have been brought by another, or have brought others before."""
        result = super()._join()
        domain = [
            ("company_id", "in", self.company_id.ids),
            ("state", "!=", "refused"),
            "|",
            ("file_id.partner_id", "in", self.partner_id.ids),
            ("referrer_file_id.partner_id", "in", self.partner_id.ids),
        ]
        self.env["salon.referral"].sudo().search(domain, order="id")._settle()
        return result

    @api.model
    def enter_referral(self, partner_id, config_id, code):
        """Note at the till who brought a client, by the code or the membership number that they say.

        :param int partner_id: the new client
        :param int config_id: the till
        :param str code: as it was typed
        :return str: what the till says
        :raise UserError: nobody has this code, or the client is not new
        """
        company = self.env["pos.config"]._salon_till(config_id).company_id
        client = self.env["res.partner"].browse(partner_id)
        client.check_access("read")
        referrer = self._by_referral_code(code, company).partner_id
        if not referrer:
            typed = code.strip()[:20] if isinstance(code, str) else ""
            raise UserError(self.env._("No member has the code %s. Please look again.", typed))
        if not company.salon_referral:
            raise UserError(self.env._("The salon gives nothing for referrals at the moment."))
        known = self.env["salon.referral"]._of_client(client).referrer_file_id.partner_id
        if known and known != referrer:
            raise UserError(
                self.env._("%(client)s was brought by %(referrer)s. Reception can correct that on the client file.",
                           client=client.name, referrer=known.name)
            )  # fmt: skip
        referral = self.env["salon.referral"]._refer(client.sudo(), referrer, company, "till")
        return self.env._("Brought by %s", referral.referrer_file_id.partner_id.name)
