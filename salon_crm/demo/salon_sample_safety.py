from datetime import timedelta

from odoo import api, fields, models

SERVICE = "salon_crm.service_colour_correction"
CLIENT = "salon_crm.client_01"


class SalonSampleSafety(models.AbstractModel):
    """One client of the sample salon has all that a colour correction needs; the others are still to be asked."""

    _name = "salon.sample.safety"
    _description = "Sample Patch Test and Consent"

    @api.model
    def _set_up_safety(self, company_id):
        """Name what the service needs only now: what was booked before is the sample's history."""
        company = self.env["res.company"].browse(company_id)
        form = self.env.ref("salon_crm.consent_form_colour")
        line = self.env.ref("salon_crm.product_line_koleston")
        self.env.ref(SERVICE).write(
            {"salon_patch_test_line_ids": [(4, line.id)], "salon_consent_form_ids": [(4, form.id)]}
        )
        client = self.env.ref(CLIENT)
        client._make_salon_clients()
        self.env["salon.patch.test"].create(
            {
                "file_id": client.salon_file_ids.id,
                "product_line_id": line.id,
                "applied_at": fields.Datetime.now() - timedelta(days=20),
                "employee_id": self.env.ref("salon_crm.stylist_mei").id,
                "result": "clear",
            }
        )
        asked = self.env["salon.consent.request"]._ask(client, form, company, "tablet")
        asked._sign(form, {"signed_name": client.name})
        asked.unlink()
