from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL, format_date
from odoo.tools.date_utils import start_of

from .salon_prepaid_report import KINDS

MEASURES = ("principal", "bonus", "sessions", "worth")
GROUPS = ("day", "month", "till", "session")
MOST_SOURCES = 200
MOST_GROUPS = 400
TABLES = {"wallet": "salon_wallet_move", "treatment": "salon_treatment_move"}


class SalonPrepaidReport(models.Model):
    """The page “Prepaid Liabilities”: what clients had, what moved, what they have, and that the books say the same."""

    _name = "salon.prepaid.report"
    _inherit = ["salon.prepaid.report", "salon.books"]

    @api.model
    def _clean_options(self, options):
        company = self._clean_company(options.get("company_id"))
        today = company._salon_today()
        date_to = self._clean_day(options.get("date_to"), today)
        date_from = min(self._clean_day(options.get("date_from"), start_of(date_to, "month")), date_to)
        return {
            "company_id": company.id,
            "date_from": date_from,
            "date_to": date_to,
            "group": options.get("group") if options.get("group") in GROUPS else "day",
            "measure": options.get("measure") if options.get("measure") in MEASURES else "principal",
        }

    @api.model
    def _load_page(self, options):
        company = self.env["res.company"].browse(options["company_id"])
        sides = self._sides(company)
        sections, notes = [self._money_section(company, options)], []
        if sides:
            sections += self._books_sections(company, sides, options)
            differs = any(row["level"] == "bad" for section in sections for row in section["rows"])
            if differs:
                text = self.env._("The cards and the books differ. What explains it stands below.")
            else:
                text = self.env._("The cards and the books agree to the cent.")
            notes.append({"level": "bad" if differs else "good", "text": text})
        else:
            notes.append({"level": "info", "text": self.env._("Prepaid money is not set up for %s.", company.name)})
        sections.append(self._group_section(company, options))
        period = self._say_period(options)
        return {
            "title": self.env._("Prepaid Liabilities"),
            "subtitle": f"{company.name} · {period}",
            "file": f"{self.env._('Prepaid Liabilities')} {options['date_from']} {options['date_to']}",
            "options": {**options, "date_from": str(options["date_from"]), "date_to": str(options["date_to"])},
            "companies": [{"id": one.id, "name": one.name} for one in self.env.companies],
            "currency_id": company.currency_id.id,
            "period": True,
            "groups": self._say_groups(),
            "measures": self._say_measures(),
            "notes": notes,
            "links": self._links(company),
            "sections": sections,
        }

    def _links(self, company):
        """Return where else one goes from this page."""
        open_ = self.env["salon.prepaid.check"].search_count([("company_id", "=", company.id), ("state", "=", "open")])
        checks = self.env._("Daily Check: %s", open_) if open_ else self.env._("Daily Check")
        return [{"key": "lines", "label": self.env._("Movements")}, {"key": "checks", "label": checks}]

    # Words ------------------------------------------------------------------------------------------

    def _say_period(self, options):
        return " – ".join(format_date(self.env, options[name]) for name in ("date_from", "date_to"))

    def _say_groups(self):
        return [
            {"key": "day", "label": self.env._("By Day")},
            {"key": "month", "label": self.env._("By Month")},
            {"key": "till", "label": self.env._("By Till")},
            {"key": "session", "label": self.env._("By Till Session")},
        ]

    def _say_measures(self):
        return [{"key": column["key"], "label": column["label"]} for column in self._columns()]

    def _columns(self):
        return [
            {"key": "principal", "label": self.env._("Principal"), "type": "money"},
            {"key": "bonus", "label": self.env._("Bonus"), "type": "money"},
            {"key": "sessions", "label": self.env._("Sessions"), "type": "number"},
            {"key": "worth", "label": self.env._("Worth of Sessions"), "type": "money"},
        ]

    def _say_kinds(self):
        """Return the kinds in the order of the statement, those that are seldom last: {kind: words}."""
        return dict(self._fields["kind"]._description_selection(self.env))

    # What moved -------------------------------------------------------------------------------------

    def _sum_figures(self, company, having, group=None):
        """Return the sums of the rows of `company` for which `having` holds, by kind, and by `group` too if given."""
        self.env.flush_all()
        keys = SQL("kind, %s", group) if group else SQL("kind")
        rows = self.env.execute_query(
            SQL(
                """
                SELECT %(keys)s, SUM(principal), SUM(bonus), SUM(sessions), SUM(worth)
                  FROM salon_prepaid_report row
                 WHERE company_id = %(company)s AND %(having)s GROUP BY %(keys)s
                """,
                keys=keys, company=company.id, having=having,
            )
        )  # fmt: skip
        rounded = company.currency_id.round
        number = 2 if group else 1
        return {
            (row[:number] if group else row[0]): [
                rounded(float(row[number])), rounded(float(row[number + 1])), int(row[number + 2]),
                rounded(float(row[number + 3])),
            ]
            for row in rows
        }  # fmt: skip

    @staticmethod
    def _total(rows):
        return [round(sum(figures), 6) for figures in zip(*rows, strict=True)] if rows else [0.0, 0.0, 0, 0.0]

    def _money_section(self, company, options):
        """Opening, what moved by kind, and closing, of all that clients have."""
        before = self._sum_figures(company, SQL("day < %s", options["date_from"]))
        moved = self._sum_figures(company, SQL("day BETWEEN %s AND %s", options["date_from"], options["date_to"]))
        opening = self._total(list(before.values()))
        rows = [self._row(self.env._("Opening"), opening, "money:opening", "total")]
        for kind, label in self._say_kinds().items():
            if kind in moved or kind not in ("upgraded", "other"):
                rows.append(self._row(label, moved.get(kind, [0.0, 0.0, 0, 0.0]), f"money:{kind}"))
        closing = self._total([opening, *moved.values()])
        rows.append(self._row(self.env._("Closing"), closing, "money:closing", "total"))
        return {"key": "money", "title": self.env._("What Clients Have"), "columns": self._columns(), "rows": rows}

    def _row(self, label, figures, key, level=""):
        cells = [
            {"value": value, "key": f"{key}:{measure}" if value else None}
            for value, measure in zip(figures, MEASURES, strict=True)
        ]
        return {"label": label, "level": level, "cells": cells}

    def _group_section(self, company, options):
        """What moved in one measure, a row for each day, month, till or session."""
        group, place = options["group"], MEASURES.index(options["measure"])
        expression = {
            "day": SQL("day"),
            "month": SQL("date_trunc('month', day)::date"),
            "till": SQL("COALESCE(config_id, 0)"),
            "session": SQL("COALESCE(session_id, 0)"),
        }[group]
        period = SQL("day BETWEEN %s AND %s", options["date_from"], options["date_to"])
        sums = self._sum_figures(company, period, expression)
        keys = sorted({key for _kind, key in sums}, reverse=group == "session")
        shown = keys[:MOST_GROUPS]
        running = group in ("day", "month")
        kinds = {
            kind: label
            for kind, label in self._say_kinds().items()
            if kind not in ("upgraded", "other") or any(one == kind for one, _key in sums)
        }
        column = self._columns()[place]
        labels = [*kinds.values(), self.env._("Closing") if running else self.env._("Change")]
        columns = [{"label": label, "type": column["type"]} for label in labels]
        balance, rows = 0.0, []
        names = self._name_groups(group, shown)
        if running:
            columns.insert(0, {"label": self.env._("Opening"), "type": column["type"]})
            opening = self._sum_figures(company, SQL("day < %s", options["date_from"]))
            balance = self._total(list(opening.values()))[place]
        for key in shown:
            figures = [sums[kind, key][place] if (kind, key) in sums else 0 for kind in kinds]
            cells = [
                {"value": value, "key": f"group:{key}:{kind}" if value else None}
                for kind, value in zip(kinds, figures, strict=True)
            ]
            change = round(sum(figures), 6)
            if running:
                cells.insert(0, {"value": balance, "key": None})
                balance = round(balance + change, 6)
            value = balance if running else change
            cells.append({"value": value, "key": None if running or not value else f"group:{key}:all"})
            rows.append({"label": names[key], "level": "", "cells": cells})
        title = next(one["label"] for one in self._say_groups() if one["key"] == group)
        if len(keys) > len(shown):
            more = self.env._("… and %s more: choose a shorter period, or the list", len(keys) - len(shown))
            rows.append({"label": more, "level": "head", "cells": []})
        return {"key": "groups", "title": f"{title}: {column['label']}", "columns": columns, "rows": rows}

    def _name_groups(self, group, keys):
        if group == "day":
            return {key: format_date(self.env, key) for key in keys}
        if group == "month":
            return {key: format_date(self.env, key, date_format="MMMM yyyy") for key in keys}
        model = "pos.config" if group == "till" else "pos.session"
        records = self.env[model].sudo().browse(key for key in keys if key)
        names = {record.id: record.display_name for record in records}
        return {**names, 0: self.env._("Back office")}

    # The books --------------------------------------------------------------------------------------

    def _books_sections(self, company, sides, options):
        """Cards against books, at both ends of the period, and what explains where they differ."""
        before = options["date_from"] - timedelta(days=1)
        moments = [(side, end, day) for side in sides for end, day in (("start", before), ("end", options["date_to"]))]
        proofs = [self._prove(company, side, day) for side, _end, day in moments]
        accounts = self.env["account.account"].sudo().with_company(company)
        names = {"wallet": self.env._("Stored Value"), "treatment": self.env._("Treatment Cards")}
        codes = {side.ledger: accounts.browse(side.account_id).code for side in sides}
        columns = [
            {"label": f"{names[side.ledger]} {codes[side.ledger]}\n{format_date(self.env, day)}", "type": "money"}
            for side, _end, day in moments
        ]
        rows = []
        for name, label in (
            ("ledger", self.env._("On the cards")),
            ("balance", self.env._("Balance of the account")),
            ("unposted", self.env._("Not posted yet by open sessions")),
            ("difference", self.env._("Difference")),
        ):
            cells = [
                {"value": proof[name], "key": self._books_key(name, side, end, proof)}
                for (side, end, _day), proof in zip(moments, proofs, strict=True)
            ]
            level = "" if name != "difference" else "bad" if any(cell["value"] for cell in cells) else "total"
            rows.append({"label": label, "level": level, "cells": cells})
        sections = [{"key": "books", "title": self.env._("What the Books Say"), "columns": columns, "rows": rows}]
        if why := self._why_section(company, sides, options):
            sections.append(why)
        return sections

    def _books_key(self, name, side, end, proof):
        if not proof[name] or name == "difference" or (name == "balance" and not self._may_open("account.move.line")):
            return None
        return f"books:{name}:{side.ledger}:{end}"

    def _why_section(self, company, sides, options):
        """Name the sessions and entries by which cards and books differ at the end, and drafts; None: none do."""
        rows = []
        for side in sides:
            sources = self._explain(company, side, options["date_to"])
            for source in sources[:MOST_SOURCES]:
                figures = (source.ledger, source.booked, source.unposted, source.difference)
                key = f"source:{source.kind}:{source.id or side.ledger}"
                cells = [{"value": value, "key": key if value else None} for value in figures]
                rows.append({"label": self._name_source(source, company), "level": "bad", "cells": cells, "key": key})
            for entry in self._drafts(company, side, options["date_to"]):
                label = self.env._("Draft: %s", " · ".join(filter(None, (entry.name, entry.ref))) or entry.display_name)
                lines = entry.line_ids.filtered(lambda line, side=side: line.account_id.id == side.account_id)
                key = f"source:entry:{entry.id}"
                cells = [{"value": None}, {"value": -sum(lines.mapped("balance")), "key": key}, {"value": None}]
                rows.append({"label": label, "level": "", "cells": [*cells, {"value": None}], "key": key})
        if not rows:
            return None
        labels = (
            self.env._("On the cards"), self.env._("In the books"), self.env._("Not posted yet"),
            self.env._("Difference"),
        )  # fmt: skip
        columns = [{"label": label, "type": "money"} for label in labels]
        return {"key": "why", "title": self.env._("What Explains It"), "columns": columns, "rows": rows}

    # What a figure opens ----------------------------------------------------------------------------

    @api.model
    def _open_figure(self, options, key):
        company = self.env["res.company"].browse(options["company_id"])
        what, *rest = key.split(":")
        if links := {"lines": "salon_prepaid_report_action_lines", "checks": "salon_prepaid_check_action"}.get(what):
            return self.env["ir.actions.act_window"]._for_xml_id(f"salon_membership.{links}")
        if what == "money" and len(rest) == 2 and rest[1] in MEASURES:
            kind, measure = rest
            if kind == "opening":
                days = [("day", "<", options["date_from"])]
            elif kind == "closing":
                days = [("day", "<=", options["date_to"])]
            else:
                days = self._days(options)
            return self._open_moves(company, measure, days, kind)
        if what == "group" and len(rest) == 2:
            return self._open_group(company, options, *rest)
        if what == "books" and len(rest) == 3:
            return self._open_books(company, options, *rest)
        if what == "source" and len(rest) == 2 and rest[1].isdigit():
            return self._open_source(company, rest[0], int(rest[1]))
        if what == "source" and rest in (["none", "wallet"], ["none", "treatment"]):
            return self._open_without_entry(company, rest[1])
        return None

    def _days(self, options):
        return [("day", ">=", options["date_from"]), ("day", "<=", options["date_to"])]

    def _open_group(self, company, options, key, kind):
        domain = self._days(options)
        if options["group"] == "day":
            domain = [("day", "=", self._clean_day(key, None))]
        elif options["group"] == "month":
            first = self._clean_day(key, options["date_from"])
            domain += [("day", ">=", first), ("day", "<", start_of(first + timedelta(days=31), "month"))]
        elif options["group"] == "till":
            domain += [("session_id.config_id", "=", int(key) or False)] if int(key) else [("session_id", "=", False)]
        else:
            domain += [("session_id", "=", int(key) or False)]
        return self._open_moves(company, options["measure"], domain, kind)

    def _open_moves(self, company, measure, domain, kind):
        """Return the lines of the ledger that a figure adds up."""
        table = "salon_wallet_move" if measure in ("principal", "bonus") else "salon_treatment_move"
        own = [own for own, shown in KINDS[table].items() if shown == kind]
        column = {"worth": "amount"}.get(measure, measure)
        domain = [("company_id", "=", company.id), (column, "!=", 0), *domain]
        if kind not in ("opening", "closing", "all"):
            domain.append(("kind", "in", own))
        names = self._say_kinds()
        name = names.get(kind, self.env._("Movements"))
        return self._list_action(name, table.replace("_", "."), domain, ("list", "kanban"))

    def _open_books(self, company, options, name, ledger, end):
        side = next((side for side in self._sides(company) if side.ledger == ledger), None)
        if not side:
            return None
        day = options["date_to"] if end == "end" else options["date_from"] - timedelta(days=1)
        if name == "balance":
            domain = [
                ("account_id", "=", side.account_id), ("company_id", "=", company.id),
                ("parent_state", "=", "posted"), ("date", "<=", day),
            ]  # fmt: skip
            return self._list_action(self.env._("Journal Items"), "account.move.line", domain)
        if name == "unposted":
            return self._open_orders(company, side, self._unposted_orders(company, side, day))
        measure = "principal" if ledger == "wallet" else "worth"
        return self._open_moves(company, measure, [("day", "<=", day)], "closing")

    def _open_orders(self, company, side, ids):
        """Return a list of orders: of the till's own, for who may see those; of their parts, without clients, else."""
        name = self.env._("Orders")
        methods = self.env["pos.payment.method"].sudo().with_context(active_test=False)
        methods = methods.search([("use_payment_terminal", "=", side.terminal), ("company_id", "=", company.id)])
        parts = [
            ("order_id", "in", ids),
            "|", ("part", "=", "topup" if side.ledger == "wallet" else "card"),
            ("payment_method_id", "in", methods.ids),
        ]  # fmt: skip
        return self._list_action(name, "pos.order", [("id", "in", ids)]) or self._list_action(
            name, "salon.session.line", parts, ("list", "kanban")
        )

    @api.model
    def _open_without_entry(self, company, ledger):
        """Return the movements that neither a session nor an entry stands for: transfers and ends of bonus, mostly."""
        column = "principal" if ledger == "wallet" else "amount"
        domain = [
            ("company_id", "=", company.id), (column, "!=", 0), ("session_id", "=", False),
            ("account_payment_id", "=", False), ("account_move_id", "=", False),
        ]  # fmt: skip
        return self._list_action(self.env._("Movements"), f"salon.{ledger}.move", domain, ("list", "kanban"))

    def _open_source(self, company, kind, key):
        if kind == "session":
            session = self.env["pos.session"].sudo().browse(key).exists()
            return session._salon_reconciliation() if session.config_id.company_id == company else None
        model = {"entry": "account.move", "payment": "account.payment"}.get(kind)
        if not model or not self._may_open(model):
            return None
        return {
            "type": "ir.actions.act_window",
            "res_model": model,
            "res_id": key,
            "views": [(False, "form")],
        }
