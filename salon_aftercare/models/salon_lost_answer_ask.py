from odoo import api, fields, models


class SalonClientFile(models.Model):
    _inherit = "salon.client.file"

    lost_answer_id = fields.Many2one("salon.lost.answer", compute="_compute_lost_answer_id", compute_sudo=True)
    lost_reason = fields.Char(
        string="Stays Away Because", compute="_compute_lost_answer_id", compute_sudo=True, help="What was said last."
    )

    @api.depends("partner_id")
    @api.depends_context("company", "lang")
    def _compute_lost_answer_id(self):
        """Say the last answer since the client was here last."""
        answers = self.env["salon.lost.answer"].search(
            [("partner_id", "in", self.partner_id.ids), ("company_id", "=", self.env.company.id)]
        )
        last = {}
        for answer in answers:
            last.setdefault(answer.partner_id.id, answer)
        for file in self:
            answer = last.get(file.partner_id.id, answers.browse())
            if answer and file.rhythm_id.last_visit and answer.asked_on < file.rhythm_id.last_visit:
                answer = answers.browse()
            file.lost_answer_id = answer
            said = [answer.reason_id.display_name, answer.note] if answer else []
            file.lost_reason = ": ".join(part for part in said if part) or False

    def action_ask_reason(self):
        """Ask why this client stays away."""
        self.ensure_one()
        return self.partner_id._action_ask_lost_reason()


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _action_ask_lost_reason(self, **defaults):
        """Return the dialog that notes why this client stays away."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Why do they stay away?"),
            "res_model": "salon.lost.answer",
            "views": [(self.env.ref("salon_aftercare.salon_lost_answer_view_form_ask").id, "form")],
            "target": "new",
            "context": {
                "default_partner_id": self.id,
                **{f"default_{name}": value for name, value in defaults.items()},
            },
        }


class SalonClientRhythm(models.Model):
    _inherit = "salon.client.rhythm"

    def action_ask_reason(self):
        """Ask why this client stays away."""
        self.ensure_one()
        return self.partner_id._action_ask_lost_reason(company_id=self.company_id.id)


class SalonFollowup(models.Model):
    _inherit = "salon.followup"

    asks_reason = fields.Boolean(compute="_compute_asks_reason", help="It is about who stays away.")

    @api.depends("plan_id.trigger")
    def _compute_asks_reason(self):
        for followup in self:
            followup.asks_reason = followup.plan_id.sudo().trigger == "client_state"

    def action_ask_reason(self):
        """Ask why this client stays away."""
        self.ensure_one()
        return self.partner_id._action_ask_lost_reason(followup_id=self.id, company_id=self.company_id.id)
