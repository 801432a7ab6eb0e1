from odoo import api, models

from .pos_config import ProgramsOnce


class PosSession(models.Model):
    _inherit = "pos.session"

    @api.model
    def _load_pos_data_models(self, config):
        return [
            *super()._load_pos_data_models(config),
            "salon.membership.tier",
            "salon.membership",
            "salon.points.rule",
            "salon.treatment.card",
        ]

    def load_data(self, models_to_load):
        """Load the till, and search its programs once: the figures of a till are those of one moment."""
        return super(PosSession, self.with_context(salon_programs=ProgramsOnce())).load_data(models_to_load)
