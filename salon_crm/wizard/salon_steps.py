from odoo import fields, models


class SalonSteps(models.AbstractModel):
    """A dialog of two steps: what is asked for, then what the search found; each is shown by opening it again."""

    _name = "salon.steps"
    _description = "Dialog in Two Steps"

    searched = fields.Boolean()

    def action_back(self):
        """Ask for something else."""
        self.line_ids.unlink()
        self.searched = False
        return self._open()

    def _open(self):
        return {
            "type": "ir.actions.act_window",
            "name": self._get_title(),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
            "context": {**self.env.context, "dialog_size": "extra-large"},
        }

    def _get_title(self):
        """Return the title of the dialog as it is now."""
        raise NotImplementedError
