from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

# What is looked at, by what it is of; in the order of the form.
LOOKED_AT = {
    "hair": ("hair_type", "thickness", "density", "damage", "porosity", "scalp"),
    "skin": ("skin_type", "skin_tone", "problem_ids"),
}


class SalonDiagnosis(models.Model):
    """How a client's hair or skin is found at a visit, before or after the service, and what was advised.

    The line to health: what is here is chosen from lists of what a salon works on and sells for (curly, porous, dry,
    large pores), and is for stylists and managers, not for the front desk. An allergy is a sensitivity; a disease, a
    wound, medication or pregnancy, and whatever a client tells in confidence, is a health note: encrypted, each look at
    it logged. That is why no field here takes a free text on the state of skin and scalp.
    """

    _name = "salon.diagnosis"
    _inherit = ["salon.visit.part"]
    _description = "Diagnosis"
    _order = "id desc"
    _rec_names_search = ["visit_id.partner_id"]

    visit_id = fields.Many2one("salon.visit", required=True, ondelete="cascade", index=True)
    partner_id = fields.Many2one(related="visit_id.partner_id", string="Client")
    company_id = fields.Many2one(related="visit_id.company_id")
    date = fields.Datetime(related="visit_id.date")
    is_locked = fields.Boolean(related="visit_id.is_locked")
    kind = fields.Selection([("hair", "Hair"), ("skin", "Skin")], string="Hair or Skin", required=True, default="hair")
    moment = fields.Selection(
        [("before", "Before"), ("after", "After")], required=True, default="before", help="Of the service."
    )
    hair_type = fields.Selection(
        [("straight", "Straight"), ("wavy", "Wavy"), ("curly", "Curly"), ("coily", "Coily")],
    )
    thickness = fields.Selection([("fine", "Fine"), ("medium", "Medium"), ("thick", "Thick")], string="Strand")
    density = fields.Selection([("thin", "Thin"), ("medium", "Medium"), ("dense", "Dense")])
    damage = fields.Selection([("0", "None"), ("1", "Slight"), ("2", "Visible"), ("3", "Strong")])
    porosity = fields.Selection([("low", "Low"), ("medium", "Medium"), ("high", "High")])
    scalp = fields.Selection([("balanced", "Balanced"), ("dry", "Dry"), ("oily", "Oily"), ("mixed", "Mixed")])
    skin_type = fields.Selection([("normal", "Normal"), ("dry", "Dry"), ("oily", "Oily"), ("mixed", "Combination")])
    skin_tone = fields.Selection(
        [("fair", "Fair"), ("light", "Light"), ("medium", "Medium"), ("tan", "Tan"), ("deep", "Deep")]
    )
    problem_ids = fields.Many2many(
        "salon.skin.problem", "salon_diagnosis_problem_rel", "diagnosis_id", "problem_id", string="Problems"
    )
    recommendation = fields.Text(help="What was recommended, in words for the client. No health information.")
    advice_ids = fields.One2many("salon.advice", "diagnosis_id", string="Advised")
    findings = fields.Char(compute="_compute_findings")
    difference = fields.Text(compute="_compute_difference", help="What the service changed.")

    _once_per_moment = models.Constraint(
        "UNIQUE (visit_id, kind, moment)", "This visit has such a diagnosis already. Open that one."
    )

    @api.private
    def init(self):
        result = super().init()
        self.env["salon.visit"]._salon_install_lock("salon_diagnosis_problem_rel")
        return result

    @api.depends("kind", "moment", "partner_id", "date")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        moments = dict(self._fields["moment"]._description_selection(self.env))
        for one in self:
            when = format_date(self.env, one.date) if one.date else ""
            parts = (one.partner_id.name, kinds.get(one.kind), moments.get(one.moment), when)
            one.display_name = " · ".join(filter(None, parts))

    @api.depends("kind", *LOOKED_AT["hair"], *LOOKED_AT["skin"])
    def _compute_findings(self):
        for one in self:
            one.findings = ", ".join(f"{label}: {value}" for label, value in one._found().values() if value)

    def _found(self):
        """Return {field: (its label, what was found)} of what is looked at."""
        labels = self.fields_get(LOOKED_AT.get(self.kind, ()), ["string", "selection"])
        found = {}
        for name in LOOKED_AT.get(self.kind, ()):
            if name == "problem_ids":
                value = ", ".join(self.problem_ids.mapped("name"))
            else:
                value = dict(labels[name]["selection"]).get(self[name], "")
            found[name] = (labels[name]["string"], value)
        return found

    @api.depends("moment", "kind", "visit_id.diagnosis_ids", *LOOKED_AT["hair"], *LOOKED_AT["skin"])
    def _compute_difference(self):
        for one in self:
            before = one.visit_id.diagnosis_ids.filtered(
                lambda other, one=one: other.moment == "before" and other.kind == one.kind and one.moment == "after"
            )
            one.difference = one._difference_from(before[:1])

    def _difference_from(self, before):
        """Return what is other here than in `before`, a line each: "Damage: Strong → Slight"."""
        if not before:
            return False
        then = before._found()
        return "\n".join(
            f"{label}: {then[name][1] or '–'} → {value or '–'}"
            for name, (label, value) in self._found().items()
            if value != then[name][1]
        )

    def action_after(self):
        """Note how it is after the service: begin with how it was before."""
        self.ensure_one()
        if self.moment != "before":
            raise UserError(self.env._("This says already how it was after the service."))
        after = self.visit_id.diagnosis_ids.filtered(lambda one: one.moment == "after" and one.kind == self.kind)
        if not after:
            values = {name: self[name] for name in LOOKED_AT[self.kind] if name != "problem_ids"}
            after = self.create(
                {
                    **values,
                    "visit_id": self.visit_id.id,
                    "kind": self.kind,
                    "moment": "after",
                    "problem_ids": [(6, 0, self.problem_ids.ids)],
                }
            )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("After"),
            "res_model": self._name,
            "res_id": after.id,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
        }
