"""Finding a client and opening a file in a salon with a million clients and ten million visit lines."""
import csv
import io
import itertools
import random

CLIENTS = 1_000_000
LINES_EACH = 10
PART = 100  # the small salon has this part of them
STYLISTS = 20
MOST_QUERIES = 40
IMPORTED = 10_000
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾萧田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉萍红玲芬燕彩兰凤洁梅琳素云莲真环雪荣爱妹香月莺媛婷"
LATIN_FIRST = ("Anna", "Ben", "Clara", "David", "Emma", "Felix", "Grace", "Henry", "Iris", "Jack", "Katharina", "Liam",
               "Maria", "Noah", "Olga", "Peter", "Quentin", "Rosa", "Simon", "Tara", "Uma", "Viktor", "Wendy", "Zoe")
LATIN_LAST = ("Smith", "Li", "Wang", "Müller", "Garcia", "Nguyen", "Ivanova", "Kowalski", "Rossi", "Andersson", "Chen",
              "Okafor", "Haddad", "Silva", "Tanaka", "O’Brien", "van Dijk", "Novak", "Yilmaz", "Dubois", "Zhang")


def names(count):
    """Yield that many names as a salon in China has them; the same ones each time."""
    chance = random.Random(5)
    for _number in range(count):
        if chance.random() < 0.1:
            yield f"{chance.choice(LATIN_FIRST)} {chance.choice(LATIN_LAST)}"
        else:
            yield chance.choice(SURNAMES) + "".join(chance.choices(GIVEN, k=chance.choice((1, 2, 2))))


def phone(number):
    """Return the phone of the client of that number."""
    return f"+86 13{number * 7919 % 1_000_000_000:09}"


def fill(env, clients):
    """Fill a salon with that many clients and ten visit lines for each; commit it and return what there is.

    Row by row this would take days: the rows are those that the addon writes, put in as the database takes them best.
    """
    facts = _make_salon(env)
    env.flush_all()
    cr = env.cr
    first, first_file = _last(cr, "res_partner") + 1, _last(cr, "salon_client_file") + 1
    dropped = _drop_indexes(cr, "res_partner", "salon_client_file", "salon_client_key", "salon_visit",
                            "salon_visit_line", "salon_visit_performer")
    _copy(cr, "res_partner", (
        "id", "name", "complete_name", "phone", "phone_sanitized", "active", "is_salon_client", "type", "lang", "email",
        "email_normalized", "is_company", "partner_share", "commercial_partner_id", "birthdate_date",
        "autopost_bills"), (
        (first + number, name, name, phone(number), phone(number).replace(" ", ""), True, True, "contact", "en_US",
         f"client{number}@bench.example", f"client{number}@bench.example", False, True, first + number,
         f"{1950 + number % 55}-{1 + number % 12:02}-{1 + number % 28:02}", "ask")
        for number, name in enumerate(names(clients))))
    cr.execute("""INSERT INTO salon_client_file (id, partner_id, create_uid, create_date)
                  SELECT %s + number, %s + number, 1, now() FROM generate_series(0, %s) number""",
               (first_file, first, clients - 1))
    _copy(cr, "salon_client_key", ("file_id", "kind", "key"), _keys(env, clients, first_file))
    _make_visits(cr, env.company.id, first, clients, facts)
    for definition in dropped:
        cr.execute(definition)
    for table in ("res_partner", "salon_client_file", "salon_visit", "salon_visit_line", "salon_visit_performer"):
        cr.execute(f"SELECT setval('{table}_id_seq', (SELECT MAX(id) FROM {table}))")
    cr.commit()
    cr._cnx.autocommit = True
    cr.execute("VACUUM ANALYZE res_partner, salon_client_file, salon_client_key, salon_visit, salon_visit_line, "
               "salon_visit_performer")
    cr._cnx.autocommit = False
    return {**facts, "clients": clients, "first": first, "first_file": first_file,
            "names": [name for name in itertools.islice(names(clients), 1000) if name[0] in SURNAMES]}


def _make_salon(env):
    stylists = env["hr.employee"].create([
        {"name": f"Stylist {number}", "is_salon_stylist": True} for number in range(STYLISTS)])
    services = env["product.product"].create([
        {"name": name, "type": "service", "is_salon_service": True, "list_price": price, "salon_active_minutes": 30}
        for name, price in (("Cut", 100), ("Colour", 400), ("Care", 150), ("Facial", 300))])
    user = env["res.users"].with_context(no_reset_password=True).create({
        "name": "Bench Desk", "login": "bench_desk",
        "group_ids": [(4, env.ref("salon_crm.group_salon_reception").id)]})
    return {"stylists": stylists.ids, "services": services.ids, "user": user.id}


def _last(cr, table):
    cr.execute(f"SELECT COALESCE(MAX(id), 0) FROM {table}")
    return cr.fetchone()[0]


def _drop_indexes(cr, *tables):
    """Drop what is checked or kept row by row in these tables; return what makes it again, each at one go."""
    cr.execute("""SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
                   WHERE conrelid::regclass::text = ANY(%s) AND contype = 'f'""", (list(tables),))
    again = []
    for table, name, definition in cr.fetchall():
        cr.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
        again.append(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')
    cr.execute("""SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
                   WHERE indrelid::regclass::text = ANY(%s) AND NOT indisunique""", (list(tables),))
    indexes = cr.fetchall()
    for name, _definition in indexes:
        cr.execute(f"DROP INDEX {name}")
    return [definition for _name, definition in indexes] + again


class _Lines(io.RawIOBase):
    """The rows of a COPY, made as the database takes them."""

    def __init__(self, rows):
        super().__init__()
        self.rows, self.rest = iter(rows), b""

    def readable(self):
        return True

    def readinto(self, buffer):
        while not self.rest:
            lines = ["\t".join(map(str, row)) + "\n" for row in itertools.islice(self.rows, 1000)]
            if not lines:
                return 0
            self.rest = "".join(lines).encode()
        part, self.rest = self.rest[:len(buffer)], self.rest[len(buffer):]
        buffer[:len(part)] = part
        return len(part)


def _copy(cr, table, columns, rows):
    cr._obj.copy_expert(f"COPY {table} ({', '.join(columns)}) FROM STDIN", io.BufferedReader(_Lines(rows), 1 << 16))


def _keys(env, clients, first_file):
    """Yield the rows of the keys, as the addon makes them; a name that comes again is not taken apart again."""
    from odoo.addons.salon_crm.tools import client_key

    known = {}
    for number, name in enumerate(names(clients)):
        if name not in known:
            known[name] = [(client_key.WORD, key) for key in client_key.name_keys(name)]
        digits = phone(number).replace(" ", "").lstrip("+")
        birthday = f"{1950 + number % 55}-{1 + number % 12:02}-{1 + number % 28:02}"
        rows = [*known[name], *client_key.phone_keys(digits, digits.removeprefix("86")),
                (client_key.EMAIL, f"client{number}@bench.example"),
                (client_key.BIRTHDAY, f"{birthday} {client_key.joined(name)}")]
        for kind, key in rows:
            yield first_file + number, kind, key


def _make_visits(cr, company_id, first, clients, facts):
    """Two services at each of five visits for every client, over five years."""
    for table in ("salon_visit", "salon_visit_line", "salon_visit_performer"):
        cr.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    visits = LINES_EACH // 2
    visit, line = _last(cr, "salon_visit"), _last(cr, "salon_visit_line")
    cr.execute("""
        INSERT INTO salon_visit (id, partner_id, company_id, date, state, done_at, locked_at, create_uid, create_date)
        SELECT %(visit)s + n, %(first)s + n %% %(clients)s, %(company)s, moment, 'done', moment, moment, 1, now()
          FROM generate_series(1, %(clients)s * %(visits)s) n,
               LATERAL (SELECT timezone('UTC', now()) - (n %% 1800) * interval '1 day' AS moment) time
        """, {"visit": visit, "first": first, "clients": clients, "company": company_id, "visits": visits})
    cr.execute("""
        INSERT INTO salon_visit_line (id, visit_id, sequence, product_id, quantity, create_uid, create_date)
        SELECT %s + n, %s + 1 + (n - 1) / 2, 10, (%s::int[])[1 + n %% 4], 1, 1, now() FROM generate_series(1, %s) n
        """, (line, visit, facts["services"], clients * LINES_EACH))
    cr.execute("""
        INSERT INTO salon_visit_performer (line_id, employee_id, part, share, assignment, create_uid, create_date)
        SELECT %s + n, (%s::int[])[1 + (n / 3) %% %s], 'stylist', 100, 'asked', 1, now() FROM generate_series(1, %s) n
        """, (line, facts["stylists"], STYLISTS, clients * LINES_EACH))
    for table in ("salon_visit", "salon_visit_line", "salon_visit_performer"):
        cr.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def _find(context, text):
    """Find whom the front desk means by `text`, as the client field of a booking asks."""
    env = context.env
    env.invalidate_all()  # as a request finds it
    partners = env["res.partner"].with_user(context.facts["user"]).with_context(salon_client_search=True)
    domain = ["&", ("is_company", "=", False), "&", ("type", "in", ("contact", "other")),
              ("company_id", "in", (env.company.id, False))]
    with context.timed():
        found = partners.web_name_search(text, {"display_name": {}}, domain=domain, limit=8)
    if not found:
        raise ValueError(f"“{text}” finds nobody: that measures nothing")


def find_by_letters(context):
    """Find by two letters of a name."""
    texts = ("li", "wa", "zh", "an", "mü", "ch", "xi", "ya", "be", "lin", "smi", "wang", "katha", "li na", "wang x")
    _find(context, texts[context.round % len(texts)])


def find_by_characters(context):
    """Find by two Chinese characters."""
    _find(context, context.facts["names"][context.round][:2])


def find_by_initials(context):
    """Find by the initials of a Chinese name."""
    texts = ("wf", "ln", "zm", "ly", "wj", "yl", "hj", "zx", "lj", "xm", "wx", "cj")
    _find(context, texts[context.round % len(texts)])


def find_by_phone(context):
    """Find by the last four digits of a phone."""
    _find(context, phone(context.round * 977 % context.facts["clients"])[-4:])


def find_in_list(context):
    """Search the list of clients, with its first page."""
    env = context.env
    env.invalidate_all()
    texts = ("li", "王", "wf", "zhang", phone(context.round)[-4:])
    files = env["salon.client.file"].with_user(context.facts["user"])
    with context.timed():
        found = files.web_search_read(
            [("display_name", "ilike", texts[context.round % len(texts)]), ("partner_id.active", "=", True)],
            {"partner_id": {"fields": {"display_name": {}}}, "phone": {}, "alert": {}}, limit=80, count_limit=10001)
    if not found["records"]:
        raise ValueError("nobody is found: that measures nothing")


def open_file(context):
    """Open a client's file with all that its form shows."""
    env = context.env
    user = env["res.users"].browse(context.facts["user"])
    file = env["salon.client.file"].with_user(user).browse(
        context.facts["first_file"] + context.round * 977 % context.facts["clients"])
    specification = context.state.setdefault("form", _specification(file))
    env.invalidate_all()
    before = env.cr.sql_log_count
    with context.timed():
        file.web_read(specification)
    queries = env.cr.sql_log_count - before
    if context.round and queries >= MOST_QUERIES:
        raise ValueError(f"{queries} queries to open a file")


def import_clients(context):
    """Import ten thousand clients from a table."""
    columns = ["name", "phone", "email", "birthdate_date", "gender", "occupation", "talk_preference"]
    table = io.StringIO()
    rows = csv.writer(table)
    rows.writerow(columns)
    rows.writerows(
        [name, phone(number), f"import{number}@bench.example", "1990-05-17", "Female", "Teacher", "Wants it quiet"]
        for number, name in enumerate(names(IMPORTED)))
    wizard = context.env["base_import.import"].create({
        "res_model": "salon.client.file", "file": table.getvalue().encode(), "file_name": "clients.csv",
        "file_type": "text/csv"})
    options = {"has_headers": True, "quoting": '"', "separator": ",", "encoding": "utf-8", "date_format": "%Y-%m-%d",
               "datetime_format": ""}
    with context.timed():
        result = wizard.execute_import(columns, columns, options)
    if result["messages"] or len(result["ids"]) != IMPORTED:
        raise ValueError(f"not imported: {result['messages'][:3]}")


def _specification(file):
    """Return what the form asks for, as the web client does."""
    from lxml import etree

    def fields_of(node, names):
        specification = {}
        for child in node:
            if child.tag == "field":
                name = child.get("name")
                info = names.get(name, {})
                one = specification.setdefault(name, {})
                if info.get("type") in ("many2one", "many2many", "one2many"):
                    one["fields"] = {"display_name": {}}
                    for view in child.iter("list", "kanban"):
                        comodel = file.env[info["relation"]]
                        inner = fields_of(view, comodel.fields_get())
                        one["fields"] |= {key: value for key, value in inner.items() if key in comodel._fields}
            else:
                specification |= fields_of(child, names)
        return specification

    views = file.get_views([(False, "form")])
    return fields_of(etree.fromstring(views["views"]["form"]["arch"]), file.fields_get())


PREPARE = {"clients": lambda env: fill(env, CLIENTS), "fewer": lambda env: fill(env, CLIENTS // PART)}
ROWS = [
    row
    for name, function, goal in (
        ("find a client by letters", find_by_letters, 50),
        ("find a client by two characters", find_by_characters, 50),
        ("find a client by initials", find_by_initials, 50),
        ("find a client by the end of a phone", find_by_phone, 50),
        ("open a client's file", open_file, 100),
    )
    for row in (
        {"name": f"{name}: p95 of 1,000,000", "goal_ms": goal, "statistic": "p95", "rounds": 60,
         "subject": ("clients", function)},
        {"name": f"{name}: 1,000,000 against 10,000", "goal": 1.3, "rounds": 60,
         "subject": ("clients", function), "baseline": ("fewer", function)},
    )
] + [
    {"name": "import 10,000 clients", "goal_ms": 120_000, "rounds": 1, "subject": ("with", import_clients)},
]
