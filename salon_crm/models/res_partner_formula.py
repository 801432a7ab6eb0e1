from odoo import models
from odoo.tools import SQL


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _salon_last_formulas(self, companies):
        """Return {partner id: summary} of the last formula of each of these clients in `companies`, by one query.

        It says what was mixed in one line, also to those who may not read formulas: the front desk, the till.
        """
        if not self.ids:
            return {}
        self.env["salon.visit"].flush_model(["partner_id", "date", "company_id"])
        self.env["salon.visit.line"].flush_model(["visit_id"])
        formulas = self.env["salon.formula"].sudo()
        formulas.flush_model(["line_id"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT partner.id, last.id
                  FROM unnest(%s) AS partner(id)
                 CROSS JOIN LATERAL (
                    SELECT formula.id
                      FROM salon_visit visit
                      JOIN salon_visit_line line ON line.visit_id = visit.id
                      JOIN salon_formula formula ON formula.line_id = line.id
                     WHERE visit.partner_id = partner.id AND visit.company_id = ANY(%s)
                  ORDER BY visit.date DESC, formula.id DESC
                     LIMIT 1) last
                """,
                self.ids,
                companies.ids,
            )
        )
        found = formulas.browse(formula_id for _partner_id, formula_id in rows)
        return {partner_id: formula.summary for (partner_id, _id), formula in zip(rows, found, strict=True)}
