from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .salon_client_rhythm import STATES

OF_RHYTHM = {"rhythm_state": "state", "rhythm_since": "state_since", "next_due": "next_due"}


class SalonClientFile(models.Model):
    """How often this client comes to the salon at hand, and whether they still do."""

    _inherit = "salon.client.file"

    rhythm_id = fields.Many2one(
        "salon.client.rhythm", string="Client's Rhythm", compute="_compute_rhythm_id", compute_sudo=True
    )
    rhythm_state = fields.Selection(
        STATES,
        string="Coming Back",
        compute="_compute_rhythm",
        search="_search_rhythm_state",
        compute_sudo=True,
        help="New: came once. Active: comes as usual. Due: an interval after the last visit. At risk and lost: after so"
        " many intervals without a visit, as the settings say. Back: came again after having been lost.",
    )
    rhythm_since = fields.Date(
        string="State Since", compute="_compute_rhythm", search="_search_rhythm_since", compute_sudo=True
    )
    next_due = fields.Date(
        compute="_compute_rhythm",
        search="_search_next_due",
        compute_sudo=True,
        help="The last visit and this client's interval: the mean of their own from three visits on, before that the"
        " salon's.",
    )
    rhythm = fields.Char(compute="_compute_rhythm_sentence", compute_sudo=True)

    @api.depends("partner_id")
    @api.depends_context("company")
    def _compute_rhythm_id(self):
        rhythms = self.env["salon.client.rhythm"].search(
            [("company_id", "=", self.env.company.id), ("partner_id", "in", self.partner_id.ids)]
        )
        by_client = {rhythm.partner_id.id: rhythm.id for rhythm in rhythms}
        for file in self:
            file.rhythm_id = by_client.get(file.partner_id.id, False)

    @api.depends("rhythm_id")
    @api.depends_context("company")
    def _compute_rhythm(self):
        for file in self:
            for name, column in OF_RHYTHM.items():
                file[name] = file.rhythm_id[column]

    @api.depends("rhythm_id")
    @api.depends_context("company", "lang")
    def _compute_rhythm_sentence(self):
        for file in self:
            file.rhythm = file.rhythm_id.explanation

    def _search_of_rhythm(self, column, operator, value):
        if operator in Domain.NEGATIVE_OPERATORS or value is False:
            return NotImplemented
        rhythms = Domain("company_id", "=", self.env.company.id) & Domain(column, operator, value)
        if operator == "in" and False in value:
            none = Domain("company_id", "=", self.env.company.id)
            known = self.env["salon.client.rhythm"].sudo()._search(none).subselect("partner_id")
            return Domain("partner_id", "not in", known) | self._search_of_rhythm(column, "in", set(value) - {False})
        return Domain(
            "partner_id", "in", self.env["salon.client.rhythm"].sudo()._search(rhythms).subselect("partner_id")
        )

    def _search_rhythm_state(self, operator, value):
        return self._search_of_rhythm("state", operator, value)

    def _search_rhythm_since(self, operator, value):
        return self._search_of_rhythm("state_since", operator, value)

    def _search_next_due(self, operator, value):
        return self._search_of_rhythm("next_due", operator, value)

    def _field_to_sql(self, alias, field_expr, query=None):
        """The list of clients is grouped and sorted by these, too: they lie in the rhythm of the company at hand."""
        column = OF_RHYTHM.get(field_expr.partition(".")[0])
        if not column or query is None:
            return super()._field_to_sql(alias, field_expr, query)
        joined = query.make_alias(alias, "rhythm")
        self.env["salon.client.rhythm"].flush_model()
        query.add_join(
            "LEFT JOIN",
            joined,
            "salon_client_rhythm",
            SQL(
                "%s = %s AND %s = %s",
                SQL.identifier(joined, "partner_id"),
                SQL.identifier(alias, "partner_id"),
                SQL.identifier(joined, "company_id"),
                self.env.company.id,
            ),
        )
        return SQL.identifier(joined, column)

    def action_view_rhythm(self):
        """Show this client's rhythm, with that of each kind of service."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Rhythm"),
            "res_model": "salon.client.rhythm",
            "res_id": self.rhythm_id.id,
            "view_mode": "form",
        }
