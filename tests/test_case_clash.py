"""The clocks of cases when several crons run at once, and when one is killed: real connections, real commits."""
import contextlib
import threading
import time
from datetime import datetime, timedelta

import psycopg2
import pytest

from committed import environment, run_at_once

CASES, CRONS = 24, 4


def _open_cases(env):
    """Return cases whose time to answer ran out, and to propose something nearly, while nothing ran; and the managers
    who are to hear of it."""
    env["ir.cron"].search([]).active = False
    env.company.salon_case_sms = "off"
    group = env.ref("salon_crm.group_salon_manager")
    managers = env["res.users"].create([
        {"name": f"Manager {number}", "login": f"manager{number}", "email": f"manager{number}@example.com",
         "group_ids": [(6, 0, group.ids)]} for number in range(2)])
    group.user_ids = [(6, 0, managers.ids)]
    client = env["res.partner"].create({"name": "Clara Client"})
    begin = datetime.now().replace(microsecond=0) - timedelta(hours=40)
    cases = env["salon.case"].create([
        {"kind": "complaint", "name": f"Case {number}", "place": "away", "partner_id": client.id, "opened_at": begin}
        for number in range(CASES)])
    return cases.ids, managers.ids


def _check_told_once(registry, case_ids):
    """Each clock rang once, as it stands, and each manager was written to once for each."""
    with environment(registry) as env:
        rung = env["salon.case.escalation"].search([("case_id", "in", case_ids)])
        told = sorted((one.case_id.id, one.clock, one.level) for one in rung)
        clocks = (("answer", 100), ("proposal", 80))
        assert told == sorted((case_id, *clock) for case_id in case_ids for clock in clocks)
        subjects = env["mail.mail"].search([("email_to", "like", "@example.com")]).mapped(
            lambda mail: (mail.email_to, mail.subject))
        assert len(subjects) == 2 * 2 * CASES, "two managers, two clocks"
        alerts = env["mail.activity"].search([
            ("res_model", "=", "salon.case"), ("res_id", "in", case_ids),
            ("activity_type_id", "=", env.ref("salon_aftercare.mail_activity_type_case_alert").id)])
        assert len(alerts) == 2 * CASES, "one manager owns the cases, the other is reminded of both clocks"


@pytest.mark.template("salon")
def test_crons_at_the_same_moment_tell_of_each_clock_once(database):
    from odoo.modules.registry import Registry

    registry = Registry(database)
    with environment(registry) as env:
        case_ids, _managers = _open_cases(env)
    barrier = threading.Barrier(CRONS)

    def ring(_seed):
        with environment(registry) as env:
            env["salon.case"].search_count([])  # what is read from here on is as it was now
            barrier.wait()
            env["salon.case"]._cron_clocks()

    assert not run_at_once(ring, CRONS)
    _check_told_once(registry, case_ids)


@pytest.mark.template("salon")
def test_a_cron_that_is_killed_again_and_again_tells_of_each_clock_once(database):
    from odoo.modules.registry import Registry
    from odoo.tools import mute_logger

    registry = Registry(database)
    with environment(registry) as env:
        case_ids, _managers = _open_cases(env)
    kills = 0
    while True:
        begun, backend = threading.Event(), []

        def ring(begun=begun, backend=backend):
            with contextlib.suppress(psycopg2.Error), environment(registry) as env:
                backend.append(env.cr._cnx.info.backend_pid)
                begun.set()
                env["salon.case"]._cron_clocks()

        thread = threading.Thread(target=ring)
        with mute_logger("odoo.sql_db", "odoo.addons.salon_aftercare.models.salon_case_clock"):
            thread.start()
            begun.wait()
            time.sleep(0.05 + 0.03 * kills)
            with registry.cursor() as cr:
                cr.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = %s AND pid <> pg_backend_pid()",
                    backend)
            thread.join()
        kills += 1
        with environment(registry) as env:
            if not env["salon.case"]._find_ringing():
                break
    print(f"{kills} kills")
    assert kills > 2, "nothing was killed half-way: that shows nothing"
    _check_told_once(registry, case_ids)
