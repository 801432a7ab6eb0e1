from odoo import models
from odoo.tools import format_amount


class PosSession(models.Model):
    """A session's reconciliation, from its own form."""

    _inherit = "pos.session"

    def action_salon_reconciliation(self):
        """Show what the orders of this session say, and what its entries say to it."""
        self.ensure_one()
        self.check_access("read")
        return self._salon_reconciliation()

    def _salon_reconciliation(self):
        self.ensure_one()
        action = self.env["ir.actions.client"]._for_xml_id("salon_membership.salon_session_report_action_statement")
        return {**action, "context": {"salon_options": {"session_id": self.id}}}

    def _salon_mistakes(self):
        """Return where orders and entries of this closed session differ: [(sentence, difference)]."""
        self.ensure_one()
        return self._salon_all_mistakes()[self]

    def _salon_all_mistakes(self):
        """Return where orders and entries of these closed sessions differ: {session: [(sentence, difference)]}."""
        proofs = self.env["salon.session.report"]._prove_sessions(self)
        return {
            session: [
                (session._salon_say_difference(line), line.difference) for line in proofs[session.id] if line.difference
            ]
            for session in self
        }

    def _salon_say_difference(self, line):
        currency = self.config_id.company_id.currency_id
        return self.env._(
            "%(line)s: the orders say %(expected)s, the entries %(booked)s",
            line=line.label,
            expected=format_amount(self.env, line.expected, currency),
            booked=format_amount(self.env, line.booked, currency),
        )
