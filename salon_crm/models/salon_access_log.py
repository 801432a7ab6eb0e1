from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class SalonAccessLog(models.Model):
    """Who read, changed, exported or printed health data of whom, when and what for. Lines are added, never changed."""

    _name = "salon.access.log"
    _inherit = ["salon.kept.line"]
    _description = "Access to Health Data"
    _order = "id desc"
    _log_access = False
    _rec_name = "user_name"

    file_id = fields.Many2one(
        "salon.client.file", string="Client", required=True, readonly=True, ondelete="restrict", index=True
    )
    what = fields.Selection(
        [
            ("notes", "Health Notes"),
            ("sensitivities", "Sensitivities"),
            ("override", "Exception"),
            ("intake", "Intake Form"),
            ("everything", "All Data"),
            ("photos", "Photos"),
        ],
        required=True,
        readonly=True,
    )
    operation = fields.Selection(
        [
            ("read", "Read"),
            ("change", "Changed"),
            ("remove", "Removed"),
            ("export", "Exported"),
            ("print", "Printed"),
            ("erase", "Erased"),
        ],
        string="Did",
        required=True,
        readonly=True,
    )
    purpose = fields.Selection(
        [
            ("service", "Preparing or doing a service"),
            ("consultation", "Consultation"),
            ("update", "Bringing the file up to date"),
            ("request", "The client asked"),
            ("incident", "A reaction or an accident"),
            ("review", "Review"),
            ("list", "Looking at the sensitivities"),
        ],
        required=True,
        readonly=True,
    )
    records = fields.Integer(string="How Many", required=True, readonly=True, default=1)
    created_at = fields.Datetime(index=True)

    @api.model
    def _check_purpose(self, purpose):
        """Refuse to show or change anything for no purpose that we know."""
        if purpose not in [code for code, _label in self._fields["purpose"].selection]:
            raise UserError(self.env._("Say what you need the health information for. Choose one of the purposes."))

    @api.model
    def _note(self, records, what, operation, purpose, files=None):
        """Note what the user of this environment did: a line for each client.

        :param records: with a `file_id`
        :param files: whose lines are written, also where none of the records is theirs; else those of the records
        """
        self._check_purpose(purpose)
        its = records.sudo().grouped("file_id")
        self.sudo().create(
            [
                {
                    "file_id": file.id,
                    "what": what,
                    "operation": operation,
                    "purpose": purpose,
                    "records": len(its.get(file, ())),
                    **self.env.user._salon_signature(),
                }
                for file in (its if files is None else files)
            ]
        )

    @api.autovacuum
    def _gc_access_log(self):
        """Remove what is older than the salon keeps it; of clients whom companies share, the longest of them."""
        self.env.flush_all()
        companies = self.env["res.company"].sudo().search([])
        months = {company.id: company.salon_access_log_months for company in companies}
        longest = 0 if 0 in months.values() else max(months.values())
        self.env.cr.execute("SELECT set_config('salon.unlock', 'on', true)")
        for company_id, kept in [(None, longest), *months.items()]:
            if kept:
                self.env.cr.execute(
                    SQL(
                        """
                        DELETE FROM salon_access_log l
                         USING salon_client_file f
                          JOIN res_partner p ON p.id = f.partner_id
                         WHERE l.file_id = f.id AND p.company_id IS NOT DISTINCT FROM %s
                           AND l.created_at < timezone('UTC', now()) - make_interval(months => %s)
                        """,
                        company_id,
                        kept,
                    )
                )
        self.env.cr.execute("SELECT set_config('salon.unlock', 'off', true)")
        self.invalidate_model()
