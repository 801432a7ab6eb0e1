from odoo import api, models

from ..tools import vault

CLIENT = "salon_crm.client_06"
ANSWERS = {  # by the question: what was written, or what was picked
    "birthday": "1985-07-03",
    "occupation": "Photographer",
    "contact": ["wechat"],
    "wechat": "emma_clarke_photo",
    "source": ["0"],
    "style": "It falls flat by noon. I would like more volume, and no long drying in the morning.",
    "colour": "Warm browns. Never red.",
    "products": ["1", "2"],
    "talk": ["quiet"],
    "drink": ["0"],
}
HEALTH = {"allergies": ["ppd", "fragrance"], "scalp": ["sensitive"]}


class SalonSampleIntake(models.AbstractModel):
    """One client of the sample salon has filled in its form: it waits to be reviewed."""

    _name = "salon.sample.intake"
    _description = "Sample Intake Form"

    @api.model
    def _set_up_intake(self, company_id):
        """Ask a client, and fill in for her; about her health only where the server has a key for it."""
        company = self.env["res.company"].browse(company_id)
        client = self.env.ref(CLIENT)
        client._make_salon_clients()
        form = self.env.ref("salon_crm.intake_form_welcome")
        sheet = self.env["salon.intake"]._ask(client.salon_file_ids, form, company)
        sheet.channel = "email"
        answers = dict(ANSWERS)
        if vault.configured_keys():
            substances = [str(self.env.ref(f"salon_crm.substance_{name}").id) for name in HEALTH["allergies"]]
            answers |= {"allergies": substances, "scalp": HEALTH["scalp"]}
        sheet._fill(
            {
                str(self.env.ref(f"salon_crm.intake_question_{name}").id): (
                    {"picked": answer} if isinstance(answer, list) else {"text": answer}
                )
                for name, answer in answers.items()
            }
        )
