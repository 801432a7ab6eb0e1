from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_datetime

from .salon_session_line import PARTS

TAKEN_OFF = ("tier", "price", "discount", "coupon", "points", "bonus", "giftcard", "rounding")
SOLD = ("list", *TAKEN_OFF, "session", "deal", "tip")
FIGURES = {
    "listed": ("list",),
    "tier": ("tier",),
    "coupons": ("coupon",),
    "points": ("points",),
    "bonus": ("bonus",),
    "others": ("price", "discount", "giftcard", "rounding", "tip"),
    "used": ("session",),
    "deals": ("deal",),
    "topups": ("topup",),
    "cards": ("card",),
    "tenders": ("tender",),
}


class SalonSessionReport(models.Model):
    """Till session reconciliation: what a session's orders say, and what its entries say to each line of it."""

    _name = "salon.session.report"
    _inherit = ["salon.books"]
    _description = "Till Session Reconciliation"
    _order = "id desc"
    _auto = False

    name = fields.Char(string="Till Session", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    config_id = fields.Many2one("pos.config", string="Till", readonly=True)
    start_at = fields.Datetime(string="Opened At", readonly=True)
    stop_at = fields.Datetime(string="Closed At", readonly=True)
    state = fields.Selection([("open", "Open"), ("closed", "Closed")], readonly=True)
    account_move_id = fields.Many2one("account.move", string="Journal Entry", readonly=True)
    listed = fields.Monetary(string="Sales at List Price", compute="_compute_figures", help="Taxes included.")
    tier = fields.Monetary(string="Tier Prices", compute="_compute_figures")
    coupons = fields.Monetary(compute="_compute_figures")
    points = fields.Monetary(compute="_compute_figures")
    bonus = fields.Monetary(compute="_compute_figures")
    others = fields.Monetary(string="Other Discounts", compute="_compute_figures")
    used = fields.Monetary(string="Sessions Used", compute="_compute_figures")
    deals = fields.Monetary(
        string="Sold by Platforms",
        compute="_compute_figures",
        help="What vouchers of group-buying platforms paid for: what the platforms settle, before their fee.",
    )
    topups = fields.Monetary(string="Top-ups", compute="_compute_figures")
    cards = fields.Monetary(string="Cards Sold", compute="_compute_figures")
    tenders = fields.Monetary(string="Payments", compute="_compute_figures")
    difference = fields.Monetary(
        compute="_compute_difference", help="What the orders say less what the entries say, over all lines."
    )
    differs = fields.Boolean(compute="_compute_difference", search="_search_differs", string="Has Differences")

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT session.id, session.name, config.company_id, session.config_id, session.start_at, session.stop_at,
                   CASE WHEN session.state = 'closed' THEN 'closed' ELSE 'open' END AS state,
                   session.move_id AS account_move_id
              FROM pos_session session JOIN pos_config config ON config.id = session.config_id
            """
        )

    def _sums(self):
        """Return what the orders of these sessions come to: {(session id, part): amount}."""
        self.env.flush_all()
        if not self.ids:
            return {}
        lines = self.env["salon.session.line"]._table_query
        rows = self.env.execute_query(
            SQL(
                "SELECT session_id, part, SUM(amount) FROM (%s) lines WHERE session_id IN %s GROUP BY 1, 2",
                lines, tuple(self.ids),
            )
        )  # fmt: skip
        return {(session, part): float(amount) for session, part, amount in rows}

    def _compute_figures(self):
        sums = self.sudo()._sums()
        for report in self:
            for name, parts in FIGURES.items():
                report[name] = sum(sums.get((report.id, part), 0.0) for part in parts)

    def _compute_difference(self):
        proofs = self.sudo()._prove_sessions(self.env["pos.session"].sudo().browse(self.ids))
        for report in self:
            differences = [line.difference for line in proofs.get(report.id, ()) if line.difference]
            report.difference = sum(differences)
            report.differs = bool(differences)

    def _search_differs(self, operator, value):
        """Find the sessions of which the daily check says so."""
        if operator != "in":
            return NotImplemented
        lines = self.env["salon.prepaid.check.line"].search(
            [("check_id.subject", "=", "sessions"), ("check_id.state", "=", "open")]
        )
        return [("id", "in" if True in value else "not in", lines.session_id.ids)]

    def action_open_statement(self):
        """Show the statement of this session."""
        self.ensure_one()
        return self.env["pos.session"].sudo().browse(self.id)._salon_reconciliation()

    # The statement ----------------------------------------------------------------------------------

    @api.model
    def _clean_options(self, options):
        """Return the session asked for, else the last one that the user may see.

        :raise UserError: there is none
        """
        value = options.get("session_id")
        domain = [("company_id", "in", self.env.companies.ids)]
        if company := options.get("company_id"):
            domain.append(("company_id", "=", company))
        if isinstance(value, int) and value:
            domain = [("id", "=", value), ("company_id", "in", self.env.companies.ids)]
        report = self.search(domain, limit=1)
        if not report:
            raise UserError(self.env._("There is no such till session."))
        return {"session_id": report.id, "company_id": report.company_id.id}

    @api.model
    def _load_page(self, options):
        session = self.env["pos.session"].sudo().browse(options["session_id"])
        company, report = session.config_id.company_id, self.browse(session.id)
        sums = report.sudo()._sums()
        amounts = {part: sums.get((session.id, part), 0.0) for part, _label in PARTS}
        sections = [self._sales_section(amounts, session)]
        notes, proof = [], self._prove_session(session)
        sections.append(self._entries_section(session, proof))
        if session.state != "closed":
            text = self.env._("This session is open: it is posted when it is closed.")
            notes.append({"level": "info", "text": text})
        elif any(line.difference for line in proof):
            notes.append({"level": "bad", "text": self.env._("The orders and the entries differ where it is red.")})
        else:
            notes.append({"level": "good", "text": self.env._("The orders and the entries agree to the cent.")})
        sections.append(self._accounts_section(session))
        times = filter(None, (session.start_at, session.stop_at))
        times = " – ".join(format_datetime(self.env, at, dt_format="short") for at in times)
        return {
            "title": self.env._("Till Session Reconciliation"),
            "subtitle": " · ".join((session.name, session.config_id.name, times)),
            "file": f"{self.env._('Till Session')} {session.name.replace('/', '-')}",
            "options": options,
            "currency_id": company.currency_id.id,
            "period": False,
            "neighbours": self._neighbours(session),
            "notes": notes,
            "sections": [section for section in sections if section],
        }

    def _neighbours(self, session):
        """Return the sessions of the same till before and after this one."""
        domain = [("config_id", "=", session.config_id.id)]
        before = self.search([*domain, ("id", "<", session.id)], order="id desc", limit=1)
        after = self.search([*domain, ("id", ">", session.id)], order="id", limit=1)
        return {"before": before.id, "after": after.id}

    def _sales_section(self, amounts, session):
        """What was sold, by what made its price, and how it was paid."""
        labels = dict(self.env["salon.session.line"]._fields["part"]._description_selection(self.env))
        rows = [self._part_row(labels["list"], amounts["list"], "list")]
        rows += [
            self._part_row(labels[part], amounts[part], part)
            for part in (*TAKEN_OFF, "session", "deal", "tip")
            if amounts[part] or part in ("tier", "coupon", "points", "bonus")
        ]
        rounded = session.config_id.company_id.currency_id.round  # that of a till may have other decimals
        sold = rounded(sum(amounts[part] for part in SOLD))
        rows.append(self._part_row(self.env._("Sales"), sold, None, "total"))
        rows += [self._part_row(labels[part], amounts[part], part) for part in ("topup", "card")]
        total = rounded(sold + amounts["topup"] + amounts["card"])
        rows.append(self._part_row(self.env._("To Be Paid"), total, None, "total"))
        for method, amount in self._tenders(session):
            rows.append(self._part_row(method.name, amount, f"tender:{method.id}"))
        paid = rounded(amounts["tender"])
        agrees = abs(paid - total) <= self._slack(session)
        rows.append(self._part_row(self.env._("Paid"), paid, "tender", "total" if agrees else "bad"))
        columns = [{"label": self.env._("With Tax"), "type": "money"}]
        return {"key": "sales", "title": self.env._("What the Orders Say"), "columns": columns, "rows": rows}

    def _part_row(self, label, amount, key, level=""):
        cells = [{"value": amount, "key": f"part:{key}" if key and amount else None}]
        return {"label": label, "level": level, "cells": cells}

    def _tenders(self, session):
        """Return what was paid by each method: (method, amount in the company's currency)."""
        return self._tenders_of(session).get(session.id, [])

    # What a figure opens ----------------------------------------------------------------------------

    @api.model
    def _open_figure(self, options, key):
        what, *rest = key.split(":")
        domain = [("session_id", "=", options["session_id"])]
        if what == "part" and rest:
            domain.append(("part", "=", rest[0]))
            if len(rest) == 2 and rest[1].isdigit():
                domain.append(("payment_method_id", "=", int(rest[1])))
            return self._list_action(self.env._("Orders"), "salon.session.line", domain, ("list", "pivot", "kanban"))
        session = self.env["pos.session"].sudo().browse(options["session_id"])
        if what == "booked" and len(rest) == 1:
            line = next((line for line in self._prove_session(session) if line.key == rest[0]), None)
            return line and self._open_items(line.item_ids)
        if what == "account" and len(rest) == 1:
            ids = [
                item for account, _amount, items in self._accounts(session) for item in items if str(account) == rest[0]
            ]
            return self._open_items(ids)
        return None

    def _open_items(self, ids):
        return self._list_action(self.env._("Journal Items"), "account.move.line", [("id", "in", ids)])
