from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL, format_date

from ..tools.frame import local_day

ADULT = 18


class SalonConsent(models.Model):
    """What a client signed: the exact words, when, from where and by whom. It never changes again (invariant 5).

    A withdrawal is a line of its own, which ends all that was signed of the same form before.

    Personal data: the file, the name and signature, the address. Merged files keep the consents of both; erasing a
    client deletes theirs (see `_erase_safety` of the file).
    """

    _name = "salon.consent"
    _inherit = ["salon.kept.line"]
    _description = "Consent"
    _order = "id desc"
    _log_access = False

    file_id = fields.Many2one(
        "salon.client.file", string="Client", required=True, readonly=True, ondelete="restrict", index=True
    )
    form_id = fields.Many2one("salon.consent.form", required=True, readonly=True, ondelete="restrict", index=True)
    kind = fields.Selection(related="form_id.kind")
    action = fields.Selection(
        [("signed", "Signed"), ("withdrawn", "Withdrawn")],
        string="What",
        required=True,
        readonly=True,
        default="signed",
    )
    version = fields.Integer(required=True, readonly=True, aggregator=False)
    title = fields.Char(required=True, readonly=True, help="The name of the form, as it was signed.")
    text = fields.Html(readonly=True, sanitize=False, help="The words, exactly as they were signed.")
    lang = fields.Char(string="Language", readonly=True)
    signed_name = fields.Char(string="Signed By", readonly=True)
    is_guardian = fields.Boolean(string="Guardian", readonly=True, help="Signed for the client, who is a minor.")
    # In the row itself: an attachment could get onto a public route.
    signature = fields.Binary(attachment=False, readonly=True)
    ip_address = fields.Char(string="Address", readonly=True, help="The internet address of who signed.")
    way = fields.Selection([("tablet", "In the Salon"), ("link", "By Link")], readonly=True)
    valid_until = fields.Date(readonly=True, help="The last day on which it holds. Empty: for ever.")
    write_date = fields.Datetime(related="created_at", string="Last Change")  # pictures on the screen ask for it
    user_name = fields.Char(string="Noted By", required=False, help="Who had it signed in the salon, or withdrew it.")
    state = fields.Selection(
        [("valid", "Valid"), ("expired", "Expired"), ("ended", "Withdrawn")], compute="_compute_state"
    )

    _find_idx = models.Index("(file_id, form_id, id)")

    @api.depends("title", "created_at")
    def _compute_display_name(self):
        for consent in self:
            day = consent.created_at and format_date(
                self.env, fields.Datetime.context_timestamp(consent, consent.created_at)
            )
            consent.display_name = " · ".join(filter(None, (consent.title, day)))

    def _compute_state(self):
        today = self.env.company._salon_today()
        valid = self._find_valid(self.file_id.sudo().partner_id, self.form_id.sudo(), None)
        for consent in self:
            if consent.action == "withdrawn" or consent not in valid:
                consent.state = "ended"
            else:
                over = consent.valid_until and consent.valid_until < today
                consent.state = "expired" if over else "valid"

    @api.model
    def _find_valid(self, partners, forms, day):
        """Return the consents of `partners` that hold on a day, as superuser.

        :param partners: res.partner
        :param forms: salon.consent.form records, or a kind of them ("photos")
        :param date day: where the salon is; None: whenever they end
        :return: salon.consent, signed and not withdrawn since; there may be several of one client
        """
        of_forms = SQL("form.kind = %s", forms) if isinstance(forms, str) else SQL("form.id = ANY(%s)", forms.ids)
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT one.id FROM salon_consent one
                  JOIN salon_client_file file ON file.id = one.file_id
                  JOIN salon_consent_form form ON form.id = one.form_id
                 WHERE file.partner_id = ANY(%s) AND %s AND one.action = 'signed'
                   AND (%s::date IS NULL OR one.valid_until IS NULL OR one.valid_until >= %s)
                   AND NOT EXISTS (SELECT FROM salon_consent later
                                    WHERE later.file_id = one.file_id AND later.form_id = one.form_id
                                      AND later.action = 'withdrawn' AND later.id > one.id)
                 ORDER BY one.id DESC
                """,
                partners.ids,
                of_forms,
                day,
                day,
            )
        )
        return self.sudo().browse(id_ for (id_,) in rows)

    @api.model
    def _find_missing(self, wanted, company, moment):
        """Return {(partner id, product id): forms} of what is not signed that a service needs, where anything is.

        What every service needs counts as well; what a guardian signs is for who is not 18 on that day.

        :param wanted: (partner id, product.product id) pairs
        :param company: res.company that serves
        :param datetime moment: naive UTC
        """
        wanted = [pair for pair in wanted if all(pair)]
        needs = self._find_needs({product_id for _client_id, product_id in wanted}, company) if wanted else {}
        if not needs:
            return {}
        day = local_day(company._salon_timezone(), moment)
        clients = self.env["res.partner"].sudo().browse({client_id for client_id, _product_id in wanted})
        forms = self.env["salon.consent.form"].sudo().union(*needs.values())
        signed = {(one.file_id.partner_id.id, one.form_id) for one in self._find_valid(clients, forms, day)}
        minors = {
            client.id
            for client in clients
            if client.birthdate_date and client.birthdate_date + relativedelta(years=ADULT) > day
        }
        missing = {}
        for client_id, product_id in wanted:
            found = needs[product_id].filtered(
                lambda form, client_id=client_id: (
                    (client_id, form) not in signed and (form.kind != "minors" or client_id in minors)
                )
            )
            if found:
                missing[client_id, product_id] = found
        return missing

    @api.model
    def _find_needs(self, product_ids, company):
        """Return {product id: forms that must be signed before it}; empty where none needs any."""
        forms = self.env["salon.consent.form"].sudo()
        forms = forms.search([("company_id", "in", (False, company.id))])
        if not forms:
            return {}
        general = forms.filtered("is_general")
        products = self.env["product.product"].sudo().browse(product_ids)
        needs = {one.id: general | (one.salon_consent_form_ids & forms) for one in products if one.is_salon_service}
        return (
            {product_id: needs.get(product_id, forms.browse()) for product_id in product_ids}
            if any(needs.values())
            else {}
        )

    def action_withdraw(self):
        """Note that the client takes back what they agreed to; what was signed stays on record.

        :raise AccessError: the user may not see these consents, or is neither at the front desk nor a stylist
        """
        self.check_access("read")
        if not self.env.user.has_group("salon_crm.group_salon_reception") and not self.env.user.has_group(
            "salon_crm.group_salon_stylist"
        ):
            raise AccessError(self.env._("Consents are for the people of the salon."))
        values = [
            {
                "file_id": one.file_id.id,
                "form_id": one.form_id.id,
                "action": "withdrawn",
                "version": one.version,
                "title": one.title,
                **self.env.user._salon_signature(),
            }
            for one in self.sudo()
            if one.state != "ended"
        ]
        self.sudo().create(values)
        self.invalidate_recordset(["state"])

    def action_print(self):
        """Give what was signed as a PDF."""
        return self.env.ref("salon_crm.salon_consent_report").report_action(self)
