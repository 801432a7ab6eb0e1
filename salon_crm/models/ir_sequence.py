from odoo import models

from odoo.addons.base.models.ir_sequence import _update_nogap


class IrSequence(models.Model):
    _inherit = "ir.sequence"

    def _salon_next_many(self, count):
        """Return the next `count` numbers of this sequence, as `_next` would give them one by one.

        Where no number may be missing, core reads, locks and writes the sequence for each of them: here once for all.
        """
        self.ensure_one()
        if count < 2 or self.use_date_range or self.implementation != "no_gap":
            return [self._next() for _number in range(count)]
        first = _update_nogap(self, self.number_increment * count)
        return [self.get_next_char(first + place * self.number_increment) for place in range(count)]
