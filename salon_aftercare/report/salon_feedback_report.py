from odoo import fields, models
from odoo.tools import SQL

RECEPTION_BAR, ADVICE_BAR = 4.5, 90.0  # what the trade's manuals ask for
WEIGHED = {
    "rating", "satisfied_percent", "nps_points", "answer_percent", "reception", "advice", "advice_percent", "skill",
    "surroundings", "price",
}  # fmt: skip


class SalonFeedbackReport(models.Model):
    """What clients say, in figures: a row for each service of a visit and each stylist who did it.

    However many rows a visit has, it counts as one in every average: each of its rows weighs a part of it. So the
    average of all visits is the same whether one looks at it by stylist, by service or as a whole.
    """

    _name = "salon.feedback.report"
    _description = "Satisfaction"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "feedback_id"
    _depends = {
        "salon.feedback": [
            "visit_id", "partner_id", "company_id", "date", "asked_at", "answered_at", "way", "rating", "reception",
            "advice", "skill", "surroundings", "price", "nps",
        ],
        "salon.visit.line": ["visit_id", "product_id", "station_id"],
        "salon.visit.performer": ["line_id", "employee_id", "part"],
    }  # fmt: skip

    feedback_id = fields.Many2one("salon.feedback", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    date = fields.Datetime(string="Visit On", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Client", readonly=True)
    employee_id = fields.Many2one("hr.employee", string="Stylist", readonly=True)
    product_id = fields.Many2one("product.product", string="Service", readonly=True)
    station_id = fields.Many2one("salon.station", readonly=True)
    way = fields.Selection([("link", "By Link"), ("person", "In Person")], readonly=True)
    weight = fields.Float(readonly=True, help="Which part of the visit this row is.")
    asked = fields.Integer(
        string="Clients Asked",
        readonly=True,
        aggregator="count_distinct",
        help="Visits whose client got the link, or told somebody in person.",
    )
    answers = fields.Integer(
        readonly=True, aggregator="count_distinct", help="Visits whose client said how content they were."
    )
    answer_percent = fields.Float(
        string="Answer Rate %",
        readonly=True,
        aggregator="avg",
        digits=(16, 1),
        help="Answers ÷ clients asked. Who was asked just now and has not answered yet counts as no answer.",
    )
    rating = fields.Float(
        string="Satisfaction",
        readonly=True,
        aggregator="avg",
        digits=(16, 2),
        help="The average of the faces that clients tapped: 1 is bad, 5 is great. A visit counts once, shared among its"
        " services and stylists.",
    )
    satisfied_percent = fields.Float(
        string="Satisfied %",
        readonly=True,
        aggregator="avg",
        digits=(16, 1),
        help="Answers of 4 or 5 ÷ all answers.",
    )
    nps_points = fields.Float(
        string="NPS",
        readonly=True,
        aggregator="avg",
        digits=(16, 1),
        help="Net promoter score: the percentage of clients who would recommend the salon with 9 or 10, less that of"
        " those with 0 to 6. From -100 to 100.",
    )
    nps_answers = fields.Integer(
        string="Answers: NPS", readonly=True, aggregator="count_distinct", help="Of how many answers the NPS is."
    )
    reception = fields.Float(
        string="Welcome", readonly=True, aggregator="avg", digits=(16, 2),
        help="Average from 1 to 5. The trade's bar is 4.5.",
    )  # fmt: skip
    reception_bar = fields.Float(
        string="Bar: Welcome",
        readonly=True,
        aggregator="avg",
        digits=(16, 1),
        help="What the trade's manuals ask for.",
    )
    reception_answers = fields.Integer(
        string="Answers: Welcome",
        readonly=True,
        aggregator="count_distinct",
        help="Of how many answers the figure of reception is.",
    )
    advice = fields.Float(readonly=True, aggregator="avg", digits=(16, 2), help="Average from 1 to 5.")
    advice_percent = fields.Float(
        string="Consultation %",
        readonly=True,
        aggregator="avg",
        digits=(16, 1),
        help="Answers of 4 or 5 on advice ÷ all answers on advice. The trade's bar is 90 %.",
    )
    advice_bar = fields.Float(
        string="Bar: Consultation %",
        readonly=True,
        aggregator="avg",
        digits=(16, 1),
        help="What the trade's manuals ask for.",
    )
    advice_answers = fields.Integer(
        string="Answers: Consultation",
        readonly=True,
        aggregator="count_distinct",
        help="Of how many answers the figure of consultation is.",
    )
    skill = fields.Float(readonly=True, aggregator="avg", digits=(16, 2), help="Average from 1 to 5.")
    surroundings = fields.Float(readonly=True, aggregator="avg", digits=(16, 2), help="Average from 1 to 5.")
    price = fields.Float(
        string="Value for Money", readonly=True, aggregator="avg", digits=(16, 2), help="Average from 1 to 5."
    )

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT COALESCE(performer.id::bigint * 3, line.id::bigint * 3 + 1, feedback.id::bigint * 3 + 2) AS id,
                   feedback.id AS feedback_id, feedback.company_id, feedback.date, feedback.partner_id,
                   performer.employee_id, line.product_id, line.station_id, feedback.way,
                   -- By what is searched for too: else all visits are counted before any is left out.
                   1.0 / COUNT(*) OVER (PARTITION BY feedback.id, feedback.company_id, feedback.date,
                                                     feedback.partner_id) AS weight,
                   CASE WHEN feedback.asked_at IS NOT NULL OR feedback.answered_at IS NOT NULL
                        THEN feedback.id END AS asked,
                   CASE WHEN feedback.answered_at IS NOT NULL THEN feedback.id END AS answers,
                   CASE WHEN feedback.answered_at IS NOT NULL THEN 100.0
                        WHEN feedback.asked_at IS NOT NULL THEN 0.0 END AS answer_percent,
                   feedback.rating::int AS rating,
                   CASE WHEN feedback.rating IN ('4', '5') THEN 100.0
                        WHEN feedback.rating IS NOT NULL THEN 0.0 END AS satisfied_percent,
                   CASE WHEN feedback.nps IN ('9', '10') THEN 100.0
                        WHEN feedback.nps IN ('7', '8') THEN 0.0
                        WHEN feedback.nps IS NOT NULL THEN -100.0 END AS nps_points,
                   CASE WHEN feedback.nps IS NOT NULL THEN feedback.id END AS nps_answers,
                   feedback.reception::int AS reception, %(reception_bar)s AS reception_bar,
                   CASE WHEN feedback.reception IS NOT NULL THEN feedback.id END AS reception_answers,
                   feedback.advice::int AS advice, %(advice_bar)s AS advice_bar,
                   CASE WHEN feedback.advice IN ('4', '5') THEN 100.0
                        WHEN feedback.advice IS NOT NULL THEN 0.0 END AS advice_percent,
                   CASE WHEN feedback.advice IS NOT NULL THEN feedback.id END AS advice_answers,
                   feedback.skill::int AS skill, feedback.surroundings::int AS surroundings,
                   feedback.price::int AS price
              FROM salon_feedback feedback
         LEFT JOIN salon_visit_line line ON line.visit_id = feedback.visit_id
         LEFT JOIN salon_visit_performer performer ON performer.line_id = line.id AND performer.part = 'stylist'
            """,
            reception_bar=RECEPTION_BAR,
            advice_bar=ADVICE_BAR,
        )

    def _read_group_select(self, aggregate_spec, query):
        """Weigh the averages: a visit with three services counts as one."""
        name, _separator, function = aggregate_spec.partition(":")
        if function == "avg" and name in WEIGHED:
            value, weight = (self._field_to_sql(self._table, part, query) for part in (name, "weight"))
            return SQL(
                "SUM(%s * %s) / NULLIF(SUM(CASE WHEN %s IS NOT NULL THEN %s END), 0)", value, weight, value, weight
            )
        return super()._read_group_select(aggregate_spec, query)

    def action_open_feedback(self):
        """Show the feedback behind a row."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "salon.feedback",
            "res_id": self.feedback_id.id,
            "views": [(False, "form")],
        }
