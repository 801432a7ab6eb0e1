def post_init_hook(env):
    """Tell nobody of what was booked before there were messages: the sample bookings, for one."""
    env["salon.message"]._count_all_as_told()


def uninstall_hook(env):
    """Leave nothing behind, and tell nobody what the salon's roles alone were told.

    Dropping our tables takes their triggers along, the functions stay. What was booked stays in the calendar as plain
    events of its stylists; without our rule every user would read who comes for what.
    """
    env.cr.execute("UPDATE calendar_event SET privacy = 'private' WHERE is_salon_booking")
    functions = "salon_refuse_locked_visit(), salon_refuse_change(), salon_keep_reaction()"
    env.cr.execute(f"DROP FUNCTION IF EXISTS {functions} CASCADE")
    _release_sample_records(env)


def _release_sample_records(env):
    """Leave the sample salon's company, people, products and till to the database.

    Its orders and entries refer to them, and its bookings to stations that go with their table: Odoo would try in vain
    to delete them one by one. The sample users, whose passwords are no secret, are archived.
    """
    sample = env["ir.model.data"].search(
        [
            ("module", "=", "salon_crm"),
            "|",
            "|",
            ("model", "=like", "res.%"),
            ("model", "=like", "salon.%"),
            ("model", "in", ("hr.employee", "hr.version", "resource.calendar", "product.template", "product.product",
                             "product.pricelist", "pos.category", "pos.config")),
            ("model", "not in", ("res.groups", "res.groups.privilege", "res.config.settings")),
        ]
    )  # fmt: skip
    env["res.users"].browse(sample.filtered(lambda data: data.model == "res.users").mapped("res_id")).active = False
    sample.unlink()
