from datetime import timedelta

from odoo import fields

from odoo.addons.salon_crm.tests.common import SalonCommon


class AftercareCommon(SalonCommon):
    """The salon with the plan that comes with the addon: a call 24 to 48 hours after each visit."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.step = cls.env.ref("salon_aftercare.salon_followup_step_visit_call")
        # Tests run at any hour: clients are called and written to at any hour too.
        cls.env.company.write({"salon_message_from": 0, "salon_message_to": 24})
        cls.env["salon.followup.plan"].search([("id", "!=", cls.step.plan_id.id)]).active = False

    @classmethod
    def _open_visit(cls, *stylists, client=None, **values):
        """Return an open visit of `client`, whom `stylists` served."""
        return cls.env["salon.visit"].create(
            {
                "partner_id": (client or cls.client).id,
                "line_ids": [
                    (0, 0, {"product_id": cls.cut.id, "performer_ids": [(0, 0, {"employee_id": stylist.id})]})
                    for stylist in stylists or [cls.anna]
                ],
                **values,
            }
        )

    @classmethod
    def _done_visit(cls, *stylists, **values):
        visit = cls._open_visit(*stylists, **values)
        visit.action_done()
        return visit

    @classmethod
    def _followup(cls, *stylists, hours_ago=0, **values):
        """Return the follow-up of a visit that was done `hours_ago`."""
        date = fields.Datetime.now() - timedelta(hours=hours_ago)
        return cls._done_visit(*stylists, date=date, **values).followup_ids

    @classmethod
    def _others(cls, number):
        """Return so many other clients."""
        return cls.env["res.partner"].create(
            [{"name": f"Client {index}", "phone": f"+86 139 0000 1{index:03}"} for index in range(number)]
        )

    @classmethod
    def _break_planning(cls):
        """Have planning hit an error of the database: a step whose channel got lost."""
        cls.env.cr.execute("ALTER TABLE salon_followup_step ALTER channel DROP NOT NULL")
        cls.env.cr.execute("UPDATE salon_followup_step SET channel = NULL WHERE id = %s", [cls.step.id])
        cls.step.invalidate_recordset(["channel"])

    @classmethod
    def _mend_planning(cls):
        cls.step.channel = "call"
        cls.step.flush_recordset()

    def _run_cron(self, name):
        with self.enter_registry_test_mode():
            self.env.ref(f"salon_aftercare.ir_cron_{name}").method_direct_trigger()
        self.env.invalidate_all()
