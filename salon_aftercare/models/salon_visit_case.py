from odoo import api, fields, models


class SalonVisit(models.Model):
    """What became of a visit: its cases, and the button for when somebody is hurt."""

    _inherit = "salon.visit"

    case_ids = fields.One2many("salon.case", "visit_id", string="Cases", readonly=True)
    case_count = fields.Integer(compute="_compute_case_count")

    @api.depends("case_ids")
    @api.depends_context("uid")
    def _compute_case_count(self):
        """Count the cases that this user may open."""
        counts = {}
        if self.env["salon.case"].has_access("read"):
            groups = self.env["salon.case"]._read_group([("visit_id", "in", self.ids)], ["visit_id"], ["__count"])
            counts = {visit.id: count for visit, count in groups}
        for visit in self:
            visit.case_count = counts.get(visit.id, 0)

    def write(self, vals):
        """A visit turned out to be someone else's: so are its cases, but for those that name another client already."""
        before = {visit: visit.partner_id for visit in self} if vals.get("partner_id") else {}
        result = super().write(vals)
        for visit, client in before.items():
            cases = visit.sudo().case_ids.filtered(
                lambda case, client=client: case.partner_id == client and case.state != "closed"
            )
            cases.filtered(lambda case, visit=visit: case.partner_id != visit.partner_id).partner_id = visit.partner_id
        return result

    def action_view_cases(self):
        """Show the cases of this visit."""
        return self.env["salon.case"].search([("visit_id", "=", self.id)])._action_open()

    def add_photo(self, moment, content, note=""):
        """A photo that was to be taken after an incident is ticked there."""
        photo = super().add_photo(moment, content, note)
        for case in self.sudo().case_ids.filtered("is_open"):
            self.env["salon.case.todo"]._tick(case, "photo")
        return photo

    def action_open_case(self):
        """Note a complaint about this visit."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "salon.case",
            "views": [(False, "form")],
            "context": {
                "default_kind": "complaint",
                "default_visit_id": self.id,
                "default_company_id": self.company_id.id,
                "default_place": "salon" if self.state == "open" else "away",
            },
        }

    def action_salon_incident(self):
        """Ask what happened: one more tap, and the managers know."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("What happened?"),
            "res_model": "salon.case.report.incident",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_visit_id": self.id},
        }

    def _open_incident(self, kind):
        """Return the incident of this kind in this visit: a second tap opens the first one."""
        self.ensure_one()
        self.check_access("read")
        cases = self.env["salon.case"]
        same = [("visit_id", "=", self.id), ("incident_kind", "=", kind), ("state", "=", "new")]
        if found := cases.search(same, limit=1):
            return found
        used = self.sudo().line_ids.used_ids
        labels = dict(cases._fields["incident_kind"]._description_selection(self.env))
        return cases.create(
            {
                "kind": "incident",
                "incident_kind": kind,
                "name": labels[kind],
                "visit_id": self.id,
                "company_id": self.company_id.id,
                "severity": "2",
                "place": "salon",
                "station_id": self.sudo().line_ids.station_id[:1].id,
                "product_ids": [(6, 0, used.product_id.ids)],
                "batch": ", ".join(used.lot_id.mapped("name")) or False,
            }
        )
