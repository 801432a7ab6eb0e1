from dataclasses import dataclass

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

# What happens by itself and is followed up in any case: the gate says why where the client does not want it.
BY_EVENT = ("visit_done", "first_visit", "product_sold", "booking", "case_solved")
HOME = SQL(
    """
    COALESCE((SELECT visit.company_id FROM salon_visit visit
               WHERE visit.partner_id = client.id AND visit.state = 'done'
               ORDER BY visit.date DESC, visit.id DESC LIMIT 1),
             client.company_id)
    """
)


@dataclass(frozen=True)
class Source:
    """Records that have a date, and how they lead to a client.

    :param str model: of the records
    :param str field: their date or moment; stored
    :param str path: many2one fields from the record to res.partner; empty where the record is the client
    :param tuple domain: which of them
    :param bool yearly: the day comes again each year
    :param str key: how an occasion begins
    :param bool once: a record is one occasion, whatever becomes of its date
    :param str since: the field of a moment that says when it happened; empty: by when the contact is due
    :param bool together: records of one client, company and day are one occasion
    """

    model: str
    field: str
    path: str = "partner_id"
    domain: tuple = ()
    yearly: bool = False
    key: str = ""
    once: bool = False
    since: str = ""
    together: bool = False


class SalonFollowupPlan(models.Model):
    """The occasions of a plan: what it is about, by one query."""

    _inherit = "salon.followup.plan"

    @api.model
    def _date_sources(self):
        """Return {trigger: Source}. An addon adds its own; one whose model is not installed plans nothing."""
        done = (("state", "=", "done"), ("partner_id", "!=", False))
        visit = {"model": "salon.visit", "field": "date", "domain": done, "once": True}
        return {
            "visit_done": Source(**visit, key="visit", since="done_at"),
            "first_visit": Source(**visit, key="visit", since="done_at"),
            "last_visit": Source(**visit, key="last"),
            "product_sold": Source(
                "pos.order",
                "date_order",
                domain=(("state", "in", ("paid", "done")), ("partner_id", "!=", False)),
                key="order",
                once=True,
                since="date_order",
            ),
            "booking": Source(
                "calendar.event",
                "start",
                "salon_client_id",
                (("is_salon_booking", "=", True), ("salon_state", "in", ("booked", "confirmed"))),
            ),
            "birthday": Source("res.partner", "birthdate_date", "", (("is_salon_client", "=", True),), yearly=True),
            "next_due": Source("salon.client.rhythm", "next_due"),
            "client_state": Source("salon.client.rhythm", "state_since"),
            "case_solved": Source("salon.case", "solved_at"),
        }

    def _get_source(self):
        """Return the Source of this plan; None where it has none (yet)."""
        if self.trigger == "date":
            if not (self.model_id and self.date_field_id):
                return None
            path = ".".join(self._path_names())
            key = self.model_id.model
            return Source(self.model_id.model, self.date_field_id.name, path, yearly=self.yearly, key=key)
        if self.trigger == "festival":
            return Source("res.partner", "", "", (("is_salon_client", "=", True),))
        return self._date_sources().get(self.trigger)

    def _is_known(self):
        """Tell whether what this plan is about is installed."""
        source = self._get_source()
        model = self.env.get(source.model) if source else None
        return model is not None and (not source.field or source.field in model._fields)

    def _occasions_sql(self, ids=None, earliest=None):
        """Return the SQL of the occasions of this plan: origin_id, partner_id, company_id (may be null), visit_id,
        occasion, day (date, null where it is a moment), moment (naive UTC), since (null: by when it is due).

        The table of the client is `client` in it.

        :param ids: of the records that it is about; None: of all
        :param datetime earliest: what was before is of no account; None: all is
        """
        self.ensure_one()
        if self.trigger == "festival":
            return self._festival_sql(ids)
        source = self._get_source()
        model = self.env[source.model].sudo()
        domain = Domain(source.domain) & Domain(source.field, "!=", False)
        if earliest and not source.yearly:
            is_day = model._fields[source.field].type == "date"
            domain &= Domain(source.field, ">=", earliest.date() if is_day else earliest)
        if self.trigger in ("client_state", "date", "next_due", "case_solved"):
            domain &= self._get_domain("source_domain")
        if ids is not None:
            domain &= self._of_records(source, ids)
        domain &= self._services_domain()
        query = model._search(domain)
        alias = query.table
        if self.trigger in ("first_visit", "last_visit"):
            query.add_where(self._only_visit_sql(alias))
        if self.trigger == "product_sold":
            query.add_where(self._kept_sql(alias))
        holder, at = model, alias
        *steps, last = source.path.split(".") if source.path else [None]
        for name in steps:
            if name:
                holder, at = holder._fields[name].join(holder, at, query)
        partner = holder._field_to_sql(at, last, query) if last else SQL.identifier(alias, "id")
        value = model._field_to_sql(alias, source.field, query)
        is_day = model._fields[source.field].type == "date"
        company = model._fields.get("company_id")
        has_company = company is not None and company.store and source.model != "res.partner"
        record_id = SQL.identifier(alias, "id")
        rows = query.select(
            SQL("%s AS origin_id", record_id),
            SQL("%s AS partner_id", partner),
            SQL("%s AS company_id", SQL.identifier(alias, "company_id") if has_company else SQL("NULL::int")),
            SQL("%s AS value", value),
            SQL("%s AS since", SQL.identifier(alias, source.since) if source.since else SQL("NULL::timestamp")),
        )
        return SQL(
            """
            SELECT record.origin_id, client.id AS partner_id, COALESCE(record.company_id, %(home)s) AS company_id,
                   %(visit)s AS visit_id, %(occasion)s AS occasion, %(day)s AS day, %(moment)s AS moment, record.since
              FROM (%(rows)s) record
              JOIN res_partner client ON client.id = record.partner_id AND client.active AND %(clients)s
              %(years)s
            """,
            home=HOME,
            visit=SQL("record.origin_id" if source.model == "salon.visit" else "NULL::int"),
            occasion=self._occasion_sql(source, is_day),
            day=SQL("value.day" if source.yearly else "record.value" if is_day else "NULL::date"),
            moment=SQL("NULL::timestamp" if is_day or source.yearly else "record.value"),
            rows=rows,
            clients=self._clients_sql(),
            years=self._years_sql() if source.yearly else SQL(),
        )

    def _of_records(self, source, ids):
        """Return the condition on the records of `source` that the occasions of these records depend on."""
        if not source.together:
            return Domain("id", "in", list(ids))
        # What is left of it may hang on another record than the one it was planned for.
        clients = self.env[source.model].sudo().browse(ids).exists().mapped(source.path)
        return Domain(source.path, "in", clients.ids)

    def _occasion_sql(self, source, is_day):
        """Return the SQL of what names an occasion, once and for all."""
        key = source.key or self.trigger
        if source.once:
            return SQL("%s || record.origin_id", f"{key}-")
        if source.yearly:
            return SQL("%s || EXTRACT(year FROM value.day) || '-' || record.origin_id", f"{key}-")
        shape = "YYYYMMDD" if is_day else "YYYYMMDDHH24MI"
        whose = SQL("record.origin_id")
        if source.together:
            whose = SQL("record.partner_id || '.' || COALESCE(record.company_id, 0)")
        return SQL("%s || %s || '-' || to_char(record.value, %s)", f"{key}-", whose, shape)

    @api.model
    def _years_sql(self):
        """Return the SQL that joins the days on which a yearly day comes again: the last one, this and the next year's.

        Who was born on 29 February has their birthday on the 28th in other years.
        """
        year = fields.Date.today().year
        return SQL(
            """
            CROSS JOIN LATERAL (
                SELECT (record.value
                        + make_interval(years => number - EXTRACT(year FROM record.value)::int))::date AS day
                  FROM generate_series(%s, %s) number
                 WHERE number >= EXTRACT(year FROM record.value)
            ) value
            """,
            year - 1,
            year + 1,
        )

    def _clients_sql(self):
        """Return the SQL of which clients this plan is for, of the row `client`."""
        parts = [SQL("TRUE")]
        condition = self._get_domain("condition")
        if not condition.is_true():
            query = self.env["res.partner"].sudo()._search(condition)
            parts.append(SQL("client.id IN %s", query.subselect()))
        if self.is_marketing and self.trigger not in BY_EVENT:
            # Who was never asked, or said no, is no occasion at all: else each festival skipped everybody.
            files = self.env["salon.client.file"]
            parts.append(files._any_marketing_sql(SQL("client.id"), self.step_ids.mapped("channel")))
        return SQL(" AND ").join(parts)

    def _services_domain(self):
        """Return which records it is about, by what was done or bought."""
        if self.trigger == "booking":
            wanted = self._products_domain()
            return Domain.TRUE if wanted.is_true() else Domain("salon_line_ids", "any", [("product_id", "any", wanted)])
        if self.trigger == "product_sold":
            return Domain("lines", "any", Domain("qty", ">", 0) & Domain("product_id", "any", self._retail_domain()))
        if self.trigger in ("visit_done", "first_visit", "last_visit"):
            wanted = self._products_domain()
            return Domain.TRUE if wanted.is_true() else Domain("line_ids", "any", [("product_id", "any", wanted)])
        return Domain.TRUE

    def _retail_domain(self):
        """Return the condition on the products that clients take home and that this plan is about."""
        return Domain("is_salon_service", "=", False) & Domain("type", "!=", "service") & self._products_domain()

    def _kept_sql(self, alias):
        """Return the SQL of whether something of what an order sold was not brought back."""
        return SQL(
            """
            EXISTS (SELECT FROM pos_order_line sold
                     WHERE sold.order_id = %(order)s AND sold.product_id IN %(retail)s
                       AND sold.qty > (SELECT COALESCE(-SUM(back.qty), 0) FROM pos_order_line back
                                         JOIN pos_order refund ON refund.id = back.order_id
                                          AND refund.state NOT IN ('draft', 'cancel')
                                        WHERE back.refunded_orderline_id = sold.id))
            """,
            order=SQL.identifier(alias, "id"),
            retail=self.env["product.product"].sudo()._search(self._retail_domain()).subselect(),
        )

    def _products_domain(self):
        """Return the condition on the products (product.product) that this plan is about."""
        domain = self._get_domain("service_domain")
        chosen = []
        if self.service_ids:
            chosen.append(Domain("product_tmpl_id", "in", self.service_ids.ids))
        if self.service_category_ids:
            chosen.append(Domain("categ_id", "child_of", self.service_category_ids.ids))
        return domain & Domain.OR(chosen) if chosen else domain

    def _only_visit_sql(self, alias):
        """Return the SQL of whether a visit is the client's first, or the last of those that this plan is about."""
        first = self.trigger == "first_visit"
        of_plan = Domain.TRUE if first else self._services_domain()
        narrowed = SQL()
        if not of_plan.is_true():
            narrowed = SQL("AND other.id IN %s", self.env["salon.visit"].sudo()._search(of_plan).subselect())
        return SQL(
            """
            NOT EXISTS (SELECT FROM salon_visit other
                         WHERE other.partner_id = %(partner)s AND other.state = 'done'
                           AND (other.date, other.id) %(side)s (%(date)s, %(id)s) %(narrowed)s)
            """,
            partner=SQL.identifier(alias, "partner_id"),
            side=SQL("<" if first else ">"),
            date=SQL.identifier(alias, "date"),
            id=SQL.identifier(alias, "id"),
            narrowed=narrowed,
        )

    def _festival_sql(self, ids):
        """Return the occasions of festivals: each of their days, for each client."""
        domain = Domain(self._get_source().domain)
        if ids is not None:
            domain &= Domain("id", "in", list(ids))
        query = self.env["res.partner"].sudo()._search(domain)
        return SQL(
            """
            SELECT client.id AS origin_id, client.id AS partner_id, %(home)s AS company_id, NULL::int AS visit_id,
                   'festival-' || day.id || '-' || client.id AS occasion, day.date AS day, NULL::timestamp AS moment,
                   NULL::timestamp AS since
              FROM res_partner client
             CROSS JOIN salon_festival_date day
             WHERE client.id IN %(ids)s AND client.active AND %(clients)s AND day.festival_id = ANY(%(festivals)s)
               AND day.date BETWEEN %(today)s::date - 400 AND %(today)s::date + 400
            """,
            home=HOME,
            ids=query.subselect(),
            clients=self._clients_sql(),
            festivals=self.festival_ids.filtered("active").ids,
            today=fields.Date.today(),
        )
