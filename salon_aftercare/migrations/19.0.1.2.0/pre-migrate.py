"""Rhythms by kind of service are computed when they are asked for; one index finds the follow-ups of a step."""

from odoo.tools import sql


def migrate(cr, version):
    """Take the rows away: they would hold on to their clients. Safe to run twice."""
    if sql.table_kind(cr, "salon_client_rhythm_category") == sql.TableKind.Regular:
        cr.execute("DROP TABLE salon_client_rhythm_category")
    if sql.table_exists(cr, "salon_client_rhythm_run"):
        cr.execute("UPDATE salon_client_rhythm_run SET scope = 'all' WHERE scope = 'settings'")
    cr.execute("DROP INDEX IF EXISTS salon_followup__step_id_index")
