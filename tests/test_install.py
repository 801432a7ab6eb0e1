"""The addons come to a salon's own database, and go again without damage.

Each test has a database of its own: the core addons with their demo data, and on top of it appointments and a till
that has sold something. It is photographed before, after the installation and after the uninstallation.
"""
import collections
import contextlib
import http.cookiejar
import json
import re
import time
import urllib.request

import psycopg2
import pytest

from sandbox import runner
from sandbox.home import ADDONS
from sandbox.postgres import PORT, ROLE
from sandbox.processes import stop_group, wait_all
from sandbox.server import answers, free_ports

# What a salon has before it hears of us.
HAVE_DATA = """
from datetime import datetime, timedelta
env = env(user=env.ref("base.user_admin"))
partner = env["res.partner"].create({"name": "Own client", "email": "own@example.com", "phone": "+1 555 0100"})
start = datetime.now().replace(hour=9, minute=0, second=0, microsecond=0)
for day in range(5):
    env["calendar.event"].create({
        "name": f"Own appointment {day}", "start": start + timedelta(days=day),
        "stop": start + timedelta(days=day, hours=1),
        "partner_ids": [(6, 0, (partner + env.ref("base.user_admin").partner_id).ids)]})
env["calendar.event"].create({
    "name": "Own series", "start": start, "stop": start + timedelta(hours=1), "recurrency": True,
    "rrule_type": "weekly", "count": 4, "end_type": "count", "mon": True})
product = env["product.product"].create({
    "name": "Own product", "available_in_pos": True, "list_price": 25, "taxes_id": False})
config = env["pos.config"].create({"name": "Own till"})
config.open_ui()
session = config.current_session_id
for number in range(3):
    order = env["pos.order"].create({
        "session_id": session.id, "partner_id": partner.id, "amount_tax": 0, "amount_total": 25, "amount_paid": 0,
        "amount_return": 0,
        "lines": [(0, 0, {"product_id": product.id, "qty": 1, "price_unit": 25, "price_subtotal": 25,
                          "price_subtotal_incl": 25})]})
    order.add_payment({"pos_order_id": order.id, "amount": 25, "payment_method_id": config.payment_method_ids[0].id})
    order.action_pos_order_paid()
session.action_pos_session_closing_control()
program = env["loyalty.program"].create({"name": "Own points", "program_type": "loyalty"})
env["loyalty.card"].create({"program_id": program.id, "partner_id": partner.id, "points": 120})
env.cr.commit()
"""

UNINSTALL = f"""
env["ir.module.module"].search([("name", "in", {list(ADDONS)})]).button_immediate_uninstall()
env.cr.commit()
env.transaction.reset()
"""

INVALID_VIEWS = """
import logging
logging.disable(logging.CRITICAL)
for view in env["ir.ui.view"].search([]):
    try:
        with env.cr.savepoint():
            view._check_xml()
    except Exception as error:
        print("INVALID", view.xml_id or view.id, type(error).__name__)
print("CHECKED")
"""

# Tables that tell of Odoo itself and not of the salon's business: what is installed, logs, queues, caches.
TECHNICAL = re.compile(
    r"ir_.*|rule_group_rel|base_.*|orm_signaling_.*|bus_.*|auth_.*|mail_(message|tracking).*|mail_notification|res_device.*"
    r"|res_users_log|res_users_settings|res_groups.*|res_config_.*|web_tour.*|module_country|wizard_.*|.*_wizard.*"
    r"|digest_.*|spreadsheet_dashboard.*|onboarding_.*|pos_bus_mixin|report_.*|sms_.*|snailmail_.*")
# Columns that change by themselves.
MOVING_COLUMNS = {"write_date", "write_uid", "login_date", "access_token"}
# What the sample data is meant to change: the sample salon is a company of its own, and the administrator works in it.
SAMPLE_CHANGES = {("res_users", 2, "company_id"), ("res_partner", 3, "company_id")}
# What was sold refers to its pricelist and its program: the addons archive theirs and leave them.
ARCHIVED = ("product_pricelist", "product_pricelist_item", "loyalty_program", "loyalty_rule", "loyalty_reward")


class Photograph:
    """What a database holds: its structure, and each row of the business tables."""

    def __init__(self, sandbox, database, columns=None):
        """Take it; `columns` limits the rows to columns that an earlier one had."""
        self.connection = psycopg2.connect(host=str(sandbox.cluster.socket), port=PORT, user=ROLE, dbname=database)
        with contextlib.closing(self.connection), self.connection.cursor() as self.cursor:
            self.structure = self._structure()
            self.columns = columns or self._columns()
            self.rows = {table: self._rows(table, names) for table, names in self.columns.items()}
            self.ours = self._ours()

    def _query(self, statement, *parameters):
        self.cursor.execute(statement, parameters)
        return self.cursor.fetchall()

    def _structure(self):
        found = set()
        for kind, statement in (
            ("column", "SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns "
                       "WHERE table_schema = 'public'"),
            ("index", "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"),
            ("constraint", "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
                           "WHERE connamespace = 'public'::regnamespace"),
            ("trigger", "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal"),
            ("function", "SELECT proname, pg_get_function_identity_arguments(p.oid) FROM pg_proc p "
                         "WHERE pronamespace = 'public'::regnamespace"),
            ("relation", "SELECT relname, relkind::text FROM pg_class WHERE relnamespace = 'public'::regnamespace"),
        ):
            found |= {(kind, *row) for row in self._query(statement)}
        return found

    def _columns(self):
        tables = collections.defaultdict(list)
        for table, column in self._query(
                "SELECT c.table_name, c.column_name FROM information_schema.columns c "
                "JOIN information_schema.tables t USING (table_schema, table_name) "
                "WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE' ORDER BY 1, ordinal_position"):
            if not TECHNICAL.fullmatch(table) and column not in MOVING_COLUMNS:
                tables[table].append(column)
        return dict(tables)

    def _rows(self, table, columns):
        """Return the rows by id, or by themselves in a table of links."""
        names = ", ".join(f'"{name}"' for name in columns)
        try:
            rows = self._query(f'SELECT {names} FROM "{table}"')
        except (psycopg2.errors.UndefinedTable, psycopg2.errors.UndefinedColumn):
            self.connection.rollback()
            return {}
        if "id" not in columns:
            return {repr(row): {} for row in rows}
        return {row[columns.index("id")]: dict(zip(columns, row, strict=True)) for row in rows}

    def _ours(self):
        """What of the addons the database knows: everything of this has to go."""
        prefixes = "(" + "|".join(ADDONS) + ")"
        statements = {
            "external ids": "SELECT module || '.' || name FROM ir_model_data WHERE module ~ %(ours)s",
            "models": "SELECT model FROM ir_model WHERE model ~ '^salon[.]'",
            "fields": "SELECT model || '.' || name FROM ir_model_fields WHERE name ~ 'salon_'",
            "parameters": "SELECT key FROM ir_config_parameter WHERE key ~ '^salon'",
            "attachments": "SELECT id::text FROM ir_attachment WHERE res_model ~ '^salon[.]'",
            "messages": "SELECT id::text FROM mail_message WHERE model ~ '^salon[.]'",
            "activities": "SELECT id::text FROM mail_activity WHERE res_model ~ '^salon[.]'",
            "followers": "SELECT id::text FROM mail_followers WHERE res_model ~ '^salon[.]'",
            "views": "SELECT id::text FROM ir_ui_view WHERE arch_db::text ~ 'salon_'",
            "filters": "SELECT name::text FROM ir_filters WHERE model_id ~ '^salon[.]'",
            "actions": "SELECT name::text FROM ir_act_window WHERE res_model ~ '^salon[.]'",
            "crons": "SELECT cron_name FROM ir_cron WHERE cron_name ~ '^Salon'",
            "sequences": "SELECT code FROM ir_sequence WHERE code ~ '^salon'",
        }
        found = set()
        for kind, statement in statements.items():
            self.cursor.execute(statement, {"ours": f"^{prefixes}$"})
            found |= {(kind, *row) for row in self.cursor.fetchall()}
        return found


def run_odoo(sandbox, job):
    """Run one Odoo command and return what it printed."""
    runner.timed_wait(wait_all, [job], sandbox.home.progress)
    return job.log.read_text()


def changes(before, after, *, sample=False):
    """Return what of the business rows is not as it was, as a readable list."""
    return sorted(
        change for table, rows in before.rows.items() for key, row in rows.items()
        for change in _changes_of_row(table, key, row, after.rows[table], sample))


def _changes_of_row(table, key, row, now, sample):
    if key not in now:
        yield f"{table} {key}: gone"
        return
    for name, was in row.items():
        value = now[key][name]
        if value == was or (sample and (table, key, name) in SAMPLE_CHANGES):
            continue
        # A property has a value for each company; another company changes nothing of the others'.
        if isinstance(was, dict) and isinstance(value, dict) and was.items() <= value.items():
            continue
        yield f"{table} {key}: {name} was {was!r:.80} and is {value!r:.80}"


def left_over(before, after):
    """Return the business rows that were not there before, as a readable list."""
    return sorted(f"{table} {key}: {str(row)[:200]}" for table, rows in after.rows.items()
                  for key, row in rows.items() if key not in before.rows[table]
                  and not (table in ARCHIVED and not row.get("active")))


def numbers(relation):
    """Tell whether this is a sequence of numbers: the sample salon's warehouse and till, which stay, have theirs."""
    kind, name, *_rest = relation
    return kind == "relation" and re.fullmatch(r"ir_sequence_\d+", name)


def run_script(sandbox, database, script, log):
    """Run a script in Odoo's shell, which must log no error; return the lines it printed."""
    lines = run_odoo(sandbox, sandbox.odoo.script(database, script, log)).splitlines()
    assert not [line for line in lines if re.search(r" (ERROR|CRITICAL) ", line)]
    return lines


def invalid_views(sandbox, database, script="", log="check-views"):
    """Return the views that Odoo finds invalid, after a script that is run first."""
    lines = run_script(sandbox, database, script + INVALID_VIEWS, log)
    assert "CHECKED" in lines
    return {line for line in lines if line.startswith("INVALID")}


def install(sandbox, database, before, *, sample=False):
    """Install the addons: what was there before stays as it was."""
    job = sandbox.odoo.change_modules(database, install=ADDONS, demo=sample, log="install-own")
    run_odoo(sandbox, job)
    runner.refuse_complaints(job)
    installed = Photograph(sandbox, database, before.columns)
    assert installed.ours, "the addons are not installed"
    assert changes(before, installed, sample=sample) == []


def compare_after(sandbox, database, before, *, sample=False):
    """Nothing of the addons stays when they are gone, and what was there before is as it was; return the photograph."""
    after = Photograph(sandbox, database, before.columns)
    assert sorted(after.ours - before.ours) == []
    more = [one for one in after.structure - before.structure if not (sample and numbers(one))]
    assert sorted(more) == [], "left over"
    assert sorted(before.structure - after.structure) == [], "gone"
    assert changes(before, after, sample=sample) == []
    return after


@contextlib.contextmanager
def serving(sandbox, database):
    """Have a server on the database; give its address."""
    port, = free_ports(1)
    job = sandbox.odoo.job("install-server", "The server", sandbox.odoo.command(
        "-d", database, f"--db-filter=^{database}$", f"--http-port={port}", "--max-cron-threads=0"))
    try:
        for _attempt in range(300):
            if answers(port, "/web/login"):
                break
            assert job.poll() is None, job.log.read_text()[-3000:]
            time.sleep(0.2)
        yield f"http://127.0.0.1:{port}"
    finally:
        stop_group(job.process)


def caller(address):
    """Return a function that calls a JSON route as the web client does, in one session."""
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))

    def call(path, **params):
        request = urllib.request.Request(address + path, json.dumps({"jsonrpc": "2.0", "params": params}).encode(),
                                         {"Content-Type": "application/json"})
        answer = json.load(opener.open(request, timeout=60))
        assert "error" not in answer, answer["error"]
        return answer["result"]
    return call


def check_server(sandbox, database):
    """The login page, the calendar and its events, and the till's list answer."""
    with serving(sandbox, database) as address:
        call = caller(address)
        call("/web/session/authenticate", db=database, login="admin", password="admin")
        for model, kind in (("calendar.event", "calendar"), ("res.partner", "form"), ("pos.order", "list"),
                            ("product.template", "form"), ("pos.config", "kanban")):
            call("/web/dataset/call_kw", model=model, method="get_views", args=[],
                 kwargs={"views": [[False, kind], [False, "search"]], "options": {}})
        events = call("/web/dataset/call_kw", model="calendar.event", method="search_read", args=[[], ["name"]],
                      kwargs={})
        assert {"Own appointment 0", "Own series"} <= {event["name"] for event in events}


@pytest.mark.template("core_demo")
def test_addons_install_and_uninstall_without_damage(sandbox, database):
    """Nothing of the salon's own data changes, no view breaks, the server answers, and nothing of the addons stays."""
    views = invalid_views(sandbox, database, HAVE_DATA)
    # Odoo gives sample data to addons whose dependencies have theirs; a salon's own database has none.
    sandbox.cluster.sql("UPDATE ir_module_module SET demo = false", database)
    before = Photograph(sandbox, database)

    install(sandbox, database, before)
    assert invalid_views(sandbox, database) == views
    check_server(sandbox, database)

    assert invalid_views(sandbox, database, UNINSTALL, "uninstall-own") == views
    after = compare_after(sandbox, database, before)
    assert left_over(before, after) == []
    check_server(sandbox, database)


@pytest.mark.template("core_demo")
def test_addons_that_were_used_uninstall_without_damage(sandbox, database):
    """So it is with the sample data: what was sold and booked with the addons stays in core's tables."""
    run_script(sandbox, database, HAVE_DATA, "have-data")
    before = Photograph(sandbox, database)
    install(sandbox, database, before, sample=True)
    run_script(sandbox, database, UNINSTALL, "uninstall-own")
    compare_after(sandbox, database, before, sample=True)
