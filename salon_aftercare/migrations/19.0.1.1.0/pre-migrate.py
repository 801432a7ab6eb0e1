"""Steps have a delay and a window instead of two hours; each follow-up says for which occasion it is."""

from odoo.tools import sql


def migrate(cr, version):
    """Carry over what was planned by the hours after a visit. Safe to run twice."""
    _convert_steps(cr)
    _convert_followups(cr)


def _convert_steps(cr):
    if not sql.column_exists(cr, "salon_followup_step", "from_hours"):
        return
    cr.execute("ALTER TABLE salon_followup_step DROP CONSTRAINT IF EXISTS salon_followup_step_hours_in_order")
    cr.execute(
        """
        ALTER TABLE salon_followup_step
            ADD COLUMN IF NOT EXISTS delay int4,
            ADD COLUMN IF NOT EXISTS delay_unit varchar,
            ADD COLUMN IF NOT EXISTS delay_hours int4,
            ADD COLUMN IF NOT EXISTS at_hour float8,
            ADD COLUMN IF NOT EXISTS window_hours int4
        """
    )
    cr.execute(
        """
        UPDATE salon_followup_step
           SET delay = from_hours, delay_hours = from_hours, delay_unit = 'hours', at_hour = 10,
               window_hours = latest_hours - from_hours
        """
    )
    cr.execute("ALTER TABLE salon_followup_step DROP COLUMN from_hours, DROP COLUMN latest_hours")


def _convert_followups(cr):
    cr.execute("DROP INDEX IF EXISTS salon_followup_once_per_step_and_visit")
    cr.execute("ALTER TABLE salon_followup DROP CONSTRAINT IF EXISTS salon_followup_skip_says_why")
    cr.execute(
        """
        ALTER TABLE salon_followup
            ADD COLUMN IF NOT EXISTS occasion varchar,
            ADD COLUMN IF NOT EXISTS origin_model varchar,
            ADD COLUMN IF NOT EXISTS origin_id int4,
            ADD COLUMN IF NOT EXISTS planned_for timestamp,
            ADD COLUMN IF NOT EXISTS skip_code varchar
        """
    )
    cr.execute(
        """
        UPDATE salon_followup
           SET occasion = 'visit-' || visit_id, origin_model = 'salon.visit', origin_id = visit_id
         WHERE visit_id IS NOT NULL AND occasion IS NULL
        """
    )
    cr.execute("UPDATE salon_followup SET planned_for = due_at WHERE planned_for IS NULL")
    cr.execute(
        "UPDATE salon_followup SET skip_code = 'by_hand' WHERE state IN ('skipped', 'cancelled') AND skip_code IS NULL"
    )
