from odoo import api, fields, models


class SalonVisitLine(models.Model):
    """What is done again for free says so to the till, and to the figures."""

    _inherit = "salon.visit.line"

    redo_case_id = fields.Many2one(
        "salon.case", string="Free Redo For", compute="_compute_redo_case", compute_sudo=True
    )
    is_redo = fields.Boolean(string="Free Redo", compute="_compute_redo_case", compute_sudo=True)

    @api.depends("visit_id.event_id.salon_redo_case_id.redo_service_ids", "product_id")
    def _compute_redo_case(self):
        """Each service that is done again is free once a visit."""
        for visit, lines in self.grouped("visit_id").items():
            case = visit.event_id.salon_redo_case_id
            left = case.redo_service_ids if case.partner_id == visit.partner_id else case.redo_service_ids.browse()
            for line in visit.line_ids or lines:
                free = line.product_id in left
                left -= line.product_id
                if line in lines:
                    line.is_redo, line.redo_case_id = free, case if free else False

    @api.model
    def _load_pos_data_fields(self, config):
        return [*super()._load_pos_data_fields(config), "is_redo"]
