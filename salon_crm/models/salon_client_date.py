from odoo import api, models


class SalonClientDate(models.AbstractModel):
    """The one place that says what of a client's ends on a day, so that somebody can tell them before.

    An addon that keeps such things adds them in a file of this name; one that contacts clients asks here, and needs
    not know who keeps them.
    """

    _name = "salon.client.date"
    _description = "Dates of What Clients Have"

    @api.model
    def _dates(self):
        """Return {key: ClientDate}. The key is kept by plans: it never changes."""
        return {}

    @api.model
    def _say(self, key, record):
        """Return what ends, in a few words for the client, in the language of the environment.

        :param str key: of `_dates`
        :param record: one of its records; those of the same client, company and day are meant too
        """
        return record.display_name

    @api.model
    def _find_told(self, key, records):
        """Return those of `records` whose client is told of that day by a letter of the addon that keeps them."""
        return records.browse()
