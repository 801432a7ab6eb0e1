import runpy

from odoo.tests import tagged
from odoo.tools.misc import file_path

from .common import AftercareCommon


@tagged("post_install", "-at_install")
class TestMigration(AftercareCommon):
    def test_steps_and_follow_ups_of_before_carry_over(self):
        done, skipped = self._followup(self.anna), self._followup(self.ben, client=self._others(1))
        skipped.reason = "Was here again"
        skipped.action_skip()
        self._make_old()
        for _twice in range(2):
            self._migrate()
            self.assertEqual((self.step.delay, self.step.delay_unit, self.step.window_hours), (20, "hours", 10))
            self.assertEqual(done.occasion, f"visit-{done.visit_id.id}")
            self.assertEqual((done.origin_model, done.origin_id), ("salon.visit", done.visit_id.id))
            self.assertEqual(done.planned_for, done.due_at)
            self.assertEqual((skipped.skip_code, skipped.why), ("by_hand", "Was here again"))
        self.env["salon.followup.plan"]._plan_now("visit_done", done.visit_id.ids)
        self.assertEqual(done.visit_id.followup_ids, done, "what was planned before is not planned again")

    def _make_old(self):
        """Give the tables the columns that they had before."""
        self.env.flush_all()
        self.cr.execute(
            """
            ALTER TABLE salon_followup_step
                ADD COLUMN from_hours int4, ADD COLUMN latest_hours int4,
                DROP COLUMN delay, DROP COLUMN delay_unit, DROP COLUMN delay_hours, DROP COLUMN at_hour,
                DROP COLUMN window_hours
            """
        )
        self.cr.execute("UPDATE salon_followup_step SET from_hours = 20, latest_hours = 30")
        self.cr.execute(
            """
            ALTER TABLE salon_followup
                DROP COLUMN occasion, DROP COLUMN origin_model, DROP COLUMN origin_id, DROP COLUMN planned_for,
                DROP COLUMN skip_code
            """
        )

    def _migrate(self):
        script = file_path("salon_aftercare/migrations/19.0.1.1.0/pre-migrate.py")
        runpy.run_path(script)["migrate"](self.cr, "19.0.1.0.0")
        self.env.invalidate_all()
        # The index that the new version makes.
        self.cr.execute("CREATE UNIQUE INDEX IF NOT EXISTS followup_once ON salon_followup (step_id, occasion)")

    def test_the_index_of_the_step_alone_goes(self):
        self.cr.execute("CREATE INDEX salon_followup__step_id_index ON salon_followup (step_id)")
        script = runpy.run_path(file_path("salon_aftercare/migrations/19.0.1.2.0/pre-migrate.py"))
        for _twice in range(2):
            script["migrate"](self.cr, "19.0.1.1.0")
            self.cr.execute("SELECT to_regclass('salon_followup__step_id_index')")
            self.assertEqual(self.cr.fetchone(), (None,))

    def test_rows_of_rhythms_by_kind_of_service_go(self):
        self.cr.execute(
            "CREATE TABLE salon_client_rhythm_category (partner_id int REFERENCES res_partner ON DELETE RESTRICT)"
        )
        client = self.env["res.partner"].create({"name": "Kind"})
        self.env.flush_all()
        self.cr.execute("INSERT INTO salon_client_rhythm_category VALUES (%s)", [client.id])
        company = self.env["res.company"].create({"name": "Old"})
        run = self.env["salon.client.rhythm.run"].create({"company_id": company.id, "day": "2026-01-01", "last_id": 0})
        self.env.flush_all()
        self.cr.execute("UPDATE salon_client_rhythm_run SET scope = 'settings' WHERE id = %s", run.ids)
        script = file_path("salon_aftercare/migrations/19.0.1.2.0/pre-migrate.py")
        for _twice in range(2):
            runpy.run_path(script)["migrate"](self.cr, "19.0.1.1.0")
        run.invalidate_recordset()
        self.assertEqual(run.scope, "all")
        client.unlink()
        self.assertFalse(client.exists())
