from odoo import SUPERUSER_ID, api

TEMPLATES = ("mail_template_booking_made", "mail_template_booking_changed", "mail_template_booking_cancelled")


def migrate(cr, version):
    """Bring a database of 19.0.1.1.0 to what the code of now expects."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    # Clients know of what they are booked for: the first messages are about what comes from now on.
    env["salon.message"]._count_all_as_told()
    _renew_templates(env)


def _renew_templates(env):
    """Bring those letters to clients up to date that nobody in the salon has changed; they name the booking's page."""
    for name in TEMPLATES:
        template = env.ref(f"salon_crm.{name}", raise_if_not_found=False)
        if template and template.write_date == template.create_date:
            template.reset_template()
