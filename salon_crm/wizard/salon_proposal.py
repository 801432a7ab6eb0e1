from odoo import api, fields, models

from ..models.calendar_event_move import pack_offer, unpack_offer
from ..tools.spoken import spoken


class SalonProposal(models.AbstractModel):
    """One thing that can be done about a booking: a place that the search for free times found, or something plain.

    The person chooses among them; what is chosen is applied as it stands here, or refused whole.
    """

    _name = "salon.proposal"
    _description = "Proposal"
    _order = "sequence, id"

    name = fields.Char(required=True, readonly=True)
    sequence = fields.Integer(readonly=True)
    kind = fields.Selection(
        [("place", "A place that is free"), ("cancel", "Cancel it"), ("leave", "Leave it")],
        required=True,
        readonly=True,
    )
    start = fields.Datetime(readonly=True)
    offer = fields.Json(readonly=True)
    takes = fields.Json(readonly=True)

    @api.model
    def _prepare_place(self, name, wishes, offer):
        """Return the values of a proposal to take what the search for free times offers for these services."""
        takes = self.env["salon.availability"].offer_blocks(wishes, offer)
        return {
            "name": name,
            "kind": "place",
            "start": offer["start"],
            "offer": pack_offer(offer),
            "takes": [(resource_id, *map(fields.Datetime.to_string, moments)) for resource_id, *moments in takes],
        }

    @api.model
    def _say_offer(self, offer, who, where=None, same_time=False):
        """Return how an offer reads: with whom, at which station, when.

        :param who: hr.employee to name
        :param where: salon.station to name
        """
        names = [*who.sudo().mapped("name"), *(where or self.env["salon.station"]).sudo().mapped("name")]
        when = self.env._("same time") if same_time else spoken(self.env, offer["start"])
        return f"{when} · {', '.join(names)}" if names else when

    def _get_offer(self):
        """Return the offer of the search for free times that this proposes to take."""
        self.ensure_one()
        return unpack_offer(self.offer)

    def _get_takes(self):
        """Return (resource id, start, stop) of all that these proposals take."""
        return [
            (resource_id, *map(fields.Datetime.to_datetime, moments))
            for proposal in self
            for resource_id, *moments in proposal.takes or ()
        ]
