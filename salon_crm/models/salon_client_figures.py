from babel.dates import get_day_names

from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.misc import babel_locale_parse

from .res_partner_record import YEAR

DESK = "salon_crm.group_salon_reception"
SHOWN = 3  # usual services, products bought
FEWEST_BOOKINGS = 3  # fewer are no habit


class SalonClientFile(models.Model):
    """What the salon and its till know of a client by themselves: computed, for all files asked at once.

    Visits are counted as far as the user may see them; what was spent is for the front desk and managers. All of it is
    of the companies that the user works in at the moment.
    """

    _inherit = "salon.client.file"

    visit_count = fields.Integer(
        string="Visits",
        compute="_compute_visits",
        help="Days on which this client had a visit that is done; several on one day are one visit.",
    )
    first_visit = fields.Datetime(compute="_compute_visits", help="The first visit that is done.")
    last_visit = fields.Datetime(compute="_compute_visits", help="The last visit that is done.")
    visit_interval = fields.Integer(
        string="Comes Every (Days)",
        compute="_compute_visit_interval",
        help="Days between two visits, on average over the last two years. Empty until there are two.",
    )
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")
    spend = fields.Monetary(
        compute="_compute_spend",
        groups=DESK,
        help="Paid orders of this client at the till, with taxes and less refunds; also what they paid for others.",
    )
    average_ticket = fields.Monetary(
        compute="_compute_spend",
        groups=DESK,
        help="Spend ÷ visits, where one visit is one client on one day.",
    )
    usual_service_ids = fields.Many2many(
        "product.product",
        string="Usual Services",
        compute="_compute_usual_services",
        help="What was done most often at visits that are done.",
    )
    usual_stylist_id = fields.Many2one(
        "hr.employee",
        compute="_compute_usual_stylist",
        help="Who did most of the services at visits that are done.",
    )
    bought_product_ids = fields.Many2many(
        "product.product",
        string="Products Bought",
        compute="_compute_bought_products",
        groups=DESK,
        help="Products other than services that this client paid for at the till, the last ones first.",
    )
    booking_habits = fields.Char(
        compute="_compute_booking_habits",
        help="The weekday, the time of day and the way by which this client booked most often in the last two years."
        " Empty until there are three bookings.",
    )

    def _done_visits(self):
        """Return the SQL of the done visits of these clients that the user may see: partner_id, id, date and day."""
        done = [("partner_id", "in", self.partner_id.ids), ("state", "=", "done")]
        query = self.env["salon.visit"]._search([*done, ("company_id", "in", self.env.companies.ids)])
        days = SQL(" ").join(
            SQL("WHEN %s THEN %s", company.id, company._salon_timezone().zone) for company in self.env.companies
        )
        return query.select(
            SQL.identifier("salon_visit", "partner_id"),
            SQL.identifier("salon_visit", "id"),
            SQL.identifier("salon_visit", "date"),
            SQL("timezone(CASE salon_visit.company_id %s END, timezone('UTC', salon_visit.date))::date AS day", days),
        )

    def _by_client(self, sql):
        """Return {partner id: the other columns} of the rows of `sql`, whose first column is the partner."""
        self.env.flush_all()
        found = {}
        for partner_id, *row in self.env.execute_query(sql):
            found.setdefault(partner_id, []).append(row)
        return found

    @api.depends("partner_id.salon_visit_ids.state", "partner_id.salon_visit_ids.date")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_visits(self):
        rows = self._by_client(
            SQL(
                "SELECT partner_id, COUNT(DISTINCT day), MIN(date), MAX(date) FROM (%s) visit GROUP BY partner_id",
                self._done_visits(),
            )
        )
        for file in self:
            [(file.visit_count, file.first_visit, file.last_visit)] = rows.get(file.partner_id.id, [(0, False, False)])

    @api.depends("partner_id.salon_visit_ids.state", "partner_id.salon_visit_ids.date")
    @api.depends_context("allowed_company_ids")
    def _compute_visit_interval(self):
        intervals = self.partner_id._get_salon_intervals(self.env.companies)
        for file in self:
            file.visit_interval = intervals.get(file.partner_id.id, 0)

    @api.depends_context("company")
    def _compute_currency_id(self):
        self.currency_id = self.env.company.currency_id

    @api.depends("partner_id", "visit_count")
    @api.depends_context("uid", "company", "allowed_company_ids")
    def _compute_spend(self):
        today = fields.Date.context_today(self)
        rows = self._by_client(
            SQL(
                """
                SELECT partner_id, company_id, SUM(amount_total / COALESCE(NULLIF(currency_rate, 0), 1))
                  FROM pos_order
                 WHERE %s
                 GROUP BY partner_id, company_id
                """,
                self._paid_orders(),
            )
        )
        currency = self.env.company.currency_id
        companies = self.env["res.company"].sudo()
        for file in self:
            spend = sum(
                companies.browse(company_id).currency_id._convert(amount, currency, self.env.company, today)
                for company_id, amount in rows.get(file.partner_id.id, ())
            )
            file.spend = currency.round(spend)
            file.average_ticket = currency.round(spend / file.visit_count) if file.visit_count else 0

    def _paid_orders(self):
        """Return the condition on pos_order of what these clients paid in the companies at hand."""
        return SQL(
            "pos_order.partner_id = ANY(%s) AND pos_order.company_id = ANY(%s) AND pos_order.state IN ('paid', 'done')",
            self.partner_id.ids,
            self.env.companies.ids,
        )

    @api.depends("partner_id.salon_visit_ids.state")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_usual_services(self):
        rows = self._by_client(
            SQL(
                """
                SELECT partner_id, product_id
                  FROM (SELECT visit.partner_id, line.product_id,
                               ROW_NUMBER() OVER (PARTITION BY visit.partner_id
                                                  ORDER BY COUNT(*) DESC, MAX(visit.date) DESC, line.product_id) AS rank
                          FROM (%s) visit JOIN salon_visit_line line ON line.visit_id = visit.id
                         GROUP BY visit.partner_id, line.product_id) service
                 WHERE rank <= %s
                 ORDER BY partner_id, rank
                """,
                self._done_visits(),
                SHOWN,
            )
        )
        for file in self:
            file.usual_service_ids = [product_id for (product_id,) in rows.get(file.partner_id.id, ())]

    @api.depends("partner_id.salon_visit_ids.state")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_usual_stylist(self):
        rows = self._by_client(
            SQL(
                """
                SELECT DISTINCT ON (visit.partner_id) visit.partner_id, performer.employee_id
                  FROM (%s) visit
                  JOIN salon_visit_line line ON line.visit_id = visit.id
                  JOIN salon_visit_performer performer ON performer.line_id = line.id AND performer.part = 'stylist'
                 GROUP BY visit.partner_id, performer.employee_id
                 ORDER BY visit.partner_id, COUNT(*) DESC, MAX(visit.date) DESC, performer.employee_id
                """,
                self._done_visits(),
            )
        )
        for file in self:
            [(file.usual_stylist_id,)] = rows.get(file.partner_id.id, [(False,)])

    @api.depends("partner_id")
    @api.depends_context("allowed_company_ids")
    def _compute_bought_products(self):
        rows = self._by_client(
            SQL(
                """
                SELECT partner_id, product_id
                  FROM (SELECT pos_order.partner_id, line.product_id,
                               ROW_NUMBER() OVER (PARTITION BY pos_order.partner_id
                                                  ORDER BY MAX(pos_order.date_order) DESC, line.product_id) AS rank
                          FROM pos_order
                          JOIN pos_order_line line ON line.order_id = pos_order.id
                          JOIN product_product product ON product.id = line.product_id
                          JOIN product_template template ON template.id = product.product_tmpl_id
                         WHERE %s AND template.is_salon_service IS NOT TRUE AND template.type <> 'service'
                         GROUP BY pos_order.partner_id, line.product_id
                        HAVING SUM(line.qty) > 0) bought
                 WHERE rank <= %s
                 ORDER BY partner_id, rank
                """,
                self._paid_orders(),
                SHOWN,
            )
        )
        for file in self:
            file.bought_product_ids = [product_id for (product_id,) in rows.get(file.partner_id.id, ())]

    @api.depends("partner_id.salon_booking_ids.start", "partner_id.salon_booking_ids.salon_state")
    @api.depends_context("lang", "allowed_company_ids")
    def _compute_booking_habits(self):
        """How often, and not for what: this counts bookings too that a stylist may not see."""
        zone = self.env.company._salon_timezone().zone
        rows = self._by_client(
            SQL(
                """
                SELECT client, COUNT(*), MODE() WITHIN GROUP (ORDER BY EXTRACT(isodow FROM moment)::int),
                       MODE() WITHIN GROUP (ORDER BY CASE WHEN EXTRACT(hour FROM moment) < 12 THEN 'morning'
                                                          WHEN EXTRACT(hour FROM moment) < 17 THEN 'afternoon'
                                                          ELSE 'evening' END),
                       MODE() WITHIN GROUP (ORDER BY channel)
                  FROM (SELECT salon_client_id AS client, salon_channel AS channel,
                               timezone(%s, timezone('UTC', start)) AS moment
                          FROM calendar_event
                         WHERE salon_client_id = ANY(%s) AND company_id = ANY(%s) AND salon_state <> 'cancelled'
                           AND start >= %s) booking
                 GROUP BY client
                """,
                zone,
                self.partner_id.ids,
                self.env.companies.ids,
                fields.Datetime.now() - 2 * YEAR,
            )
        )
        for file in self:
            [(count, weekday, part, channel)] = rows.get(file.partner_id.id, [(0, None, None, None)])
            enough = count >= FEWEST_BOOKINGS
            file.booking_habits = enough and self._say_habits(weekday, part, channel)

    def _say_habits(self, weekday, part, channel):
        """Return “Saturday · afternoon · Online”."""
        days = get_day_names("wide", locale=babel_locale_parse(self.env.lang or "en_US"))
        parts = {
            "morning": self.env._("morning"),
            "afternoon": self.env._("afternoon"),
            "evening": self.env._("evening"),
        }
        channels = dict(self.env["calendar.event"]._fields["salon_channel"]._description_selection(self.env))
        return " · ".join(filter(None, (days[weekday - 1], parts[part], channels.get(channel))))

    # What is behind a figure ------------------------------------------------------------------------

    def action_view_visits(self):
        """Show the visits of this client."""
        return self._action_of_client("salon_crm.salon_visit_action", "partner_id", "default_partner_id")

    def action_view_orders(self):
        """Show what this client paid at the till: what Spend adds up."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("point_of_sale.action_pos_pos_form")
        paid = [
            ("partner_id", "=", self.partner_id.id),
            ("state", "in", ("paid", "done")),
            ("company_id", "in", self.env.companies.ids),
        ]
        return {**action, "domain": paid, "context": {}}

    def action_view_services(self):
        """Show what was done for this client, by service and by whom."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("salon_crm.salon_visit_line_action")
        return {**action, "domain": [("visit_id.partner_id", "=", self.partner_id.id), ("visit_id.state", "=", "done")]}

    def action_view_products(self):
        """Show the products that this client bought at the till."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Products Bought"),
            "res_model": "pos.order.line",
            "view_mode": "list",
            "views": [(self.env.ref("salon_crm.pos_order_line_view_list_bought").id, "list")],
            "domain": [
                ("order_id.partner_id", "=", self.partner_id.id),
                ("order_id.state", "in", ("paid", "done")),
                ("order_id.company_id", "in", self.env.companies.ids),
                ("product_id.is_salon_service", "=", False),
                ("product_id.type", "!=", "service"),
            ],
        }
