from datetime import timedelta

from odoo import api, fields, models

from ..tools import vault

SKILLS = {
    "hair": ("mei", "lucas", "sofia", "daniel"),
    "colour": ("mei", "lucas", "sofia"),
    "perm": ("mei", "sofia"),
    "care": ("mei", "lucas", "sofia", "daniel"),
    "face": ("amara", "yuki"),
    "nails": ("amara", "yuki"),
}
ADDONS = {
    "toner": ("root_colour", "full_colour", "highlights_half_head", "balayage"),
    "bond_repair": ("full_colour", "highlights_half_head", "balayage", "digital_perm", "keratin_smoothing"),
    "fringe_trim": ("wash_and_blow_dry", "root_colour"),
}
WEEKS_ROSTERED = 2  # this one and the next
BREAK_AFTER = 4  # hours of a shift
ALERTS = {
    "client_04": "avoid ammonia",
    "client_11": "no scalp massage",
    "client_23": "patch test before lash tint",
    "client_36": "sensitive to strong perfume",
}
CONTRAINDICATIONS = {
    "root_colour": ("ppd", "ammonia"),
    "full_colour": ("ppd", "ammonia"),
    "highlights_half_head": ("bleach", "ammonia"),
    "balayage": ("bleach", "ammonia"),
    "colour_correction": ("ppd", "bleach", "ammonia"),
    "digital_perm": ("perm", "pregnancy"),
    "root_lift_perm": ("perm", "pregnancy"),
    "keratin_smoothing": ("formaldehyde", "pregnancy"),
    "lash_lift": ("adhesive",),
    "gel_manicure": ("acrylate",),
    "deep_cleansing_facial": ("acid", "retinoid"),
}
SENSITIVITIES = (
    ("client_04", "ammonia", "intolerance", "2"),
    ("client_23", "adhesive", "allergy", "3"),
    ("client_23", "acrylate", "allergy", "1"),
    ("client_36", "fragrance", "taboo", "1"),
)
HEALTH_NOTE = ("client_11", {"kind": "scalp", "condition": "psoriasis", "text": "Behind both ears; under treatment."})


class SalonSampleSetup(models.AbstractModel):
    """What the sample salon needs and data files can't say: its books and its till."""

    _name = "salon.sample.setup"
    _description = "Sample Salon: Set-up"

    @api.model
    def _set_up_books(self, company_id):
        """Give the sample company a chart of accounts, and prices that include the tax as in any salon."""
        company = self.env["res.company"].browse(company_id)
        if not company.chart_template:
            # Not `try_loading`: that waits for a finished installation, sample data is loaded during one.
            self.env["account.chart.template"]._load("generic_coa", company, install_demo=False)
        company.account_sale_tax_id.price_include_override = "tax_included"

    @api.model
    def _set_up_till(self, company_id):
        """Open a till that sells the salon's services and products, with cash and card."""
        company = self.env["res.company"].browse(company_id)
        self = self.with_company(company).with_context(allowed_company_ids=[company_id])
        products = self.env["product.template"].search([("company_id", "=", company_id)])
        products.taxes_id = company.account_sale_tax_id
        products.supplier_taxes_id = False
        for category, stylists in SKILLS.items():
            its_category = self.env.ref(f"salon_crm.pos_category_{category}")
            services = products.filtered_domain([("pos_categ_ids", "in", its_category.ids)])
            for stylist in stylists:
                self.env.ref(f"salon_crm.stylist_{stylist}").salon_service_ids |= services
        for client, alert in ALERTS.items():
            self.env.ref(f"salon_crm.{client}").salon_file_ids.alert = alert
        journal, method_ids = self.env["pos.config"]._create_journal_and_payment_methods()
        till = self.env["pos.config"].create(
            {
                "name": "Salon Till",
                "company_id": company_id,
                "journal_id": journal.id,
                "payment_method_ids": [(6, 0, method_ids)],
                "show_product_images": False,
                "limit_categories": True,
                "iface_available_categ_ids": [(6, 0, products.pos_categ_ids.ids)],
            }
        )
        self.env["ir.model.data"]._update_xmlids(
            [{"xml_id": "salon_crm.pos_config_salon", "record": till, "noupdate": True}]
        )

    @api.model
    def _set_up_services(self):
        """Say what can be added to which services."""
        for addon, services in ADDONS.items():
            product = self.env.ref(f"salon_crm.service_{addon}").product_variant_id
            for service in services:
                self.env.ref(f"salon_crm.service_{service}").salon_addon_ids |= product

    @api.model
    def _set_up_health(self):
        """Note what some clients do not bear; and of one a health note, where the server has a key for it."""
        for service, substances in CONTRAINDICATIONS.items():
            for substance in substances:
                service_record = self.env.ref(f"salon_crm.service_{service}")
                service_record.salon_contraindication_ids |= self.env.ref(f"salon_crm.substance_{substance}")
        manager = self.env.ref("salon_crm.user_manager")
        self.env["salon.sensitivity"].with_user(manager).create(
            [
                {
                    "file_id": self.env.ref(f"salon_crm.{client}").salon_file_ids.id,
                    "substance_id": self.env.ref(f"salon_crm.substance_{substance}").id,
                    "kind": kind,
                    "severity": severity,
                }
                for client, substance, kind, severity in SENSITIVITIES
            ]
        )
        if vault.configured_keys():
            client, content = HEALTH_NOTE
            file = self.env.ref(f"salon_crm.{client}").salon_file_ids
            self.env["salon.health.note"].with_user(manager).conceal(file.id, content)

    @api.model
    def _set_up_roster(self, company_id):
        """Roster this week and the next by the working hours, with a day off, a long day, breaks and a training."""
        company = self.env["res.company"].browse(company_id)
        self = self.with_company(company).with_context(allowed_company_ids=[company_id])
        shifts = self.env["salon.shift"]
        monday = fields.Date.today() - timedelta(days=fields.Date.today().weekday())
        for week in range(WEEKS_ROSTERED):
            shifts.roster_fill(fields.Date.to_string(monday + timedelta(weeks=week)))
        saturday = fields.Date.to_string(monday + timedelta(days=12))
        day_off = self.env.ref("salon_crm.shift_template_off")
        shifts.roster_put(self.env.ref("salon_crm.stylist_sofia").id, saturday, day_off.id)
        rostered = shifts.search([("company_id", "=", company_id), ("kind", "=", "work")])
        long_day = rostered.filtered(
            lambda shift: (
                shift.employee_id == self.env.ref("salon_crm.stylist_lucas")
                and shift.date == monday + timedelta(days=10)
            )
        )
        long_day.hour_from = 9
        breaks = [self._prepare_break(shift, number % 3) for number, shift in enumerate(rostered)]
        training = rostered.filtered(lambda shift: shift.employee_id == self.env.ref("salon_crm.stylist_yuki"))[-1:]
        self.env["salon.blocked.time"].create(
            [
                *breaks,
                {
                    "kind": "training",
                    "note": "New gel system",
                    "stylist_id": training.employee_id.id,
                    "company_id": company_id,
                    "start": training.start,
                    "stop": training.start + timedelta(hours=2),
                },
            ]
        )

    @api.model
    def _prepare_break(self, shift, turn):
        """Return half an hour in the middle of a shift; not everybody has it at the same time."""
        start = shift.start + timedelta(hours=BREAK_AFTER, minutes=30 * turn)
        return {
            "kind": "break",
            "stylist_id": shift.employee_id.id,
            "company_id": shift.company_id.id,
            "start": start,
            "stop": start + timedelta(minutes=30),
        }
