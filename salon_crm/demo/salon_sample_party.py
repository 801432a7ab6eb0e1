from datetime import datetime, time, timedelta

from odoo import api, fields, models

DAYS_TO_TRY = 4
# Days ahead, who books, and for each service: its name, its add-ons, whose it is where it is a guest's, and whether it
# goes on beside the one before.
PARTIES = (
    (0, "client_13", (("root_colour", ("toner",), None, False), ("gel_manicure", (), None, True))),
    (0, "client_06", (("women_cut", (), None, False), ("child_cut", (), "guest_lily", False))),
    (1, "client_02", (("women_cut", (), None, False), ("men_cut", (), "client_03", False))),
    (1, "client_16", (("full_colour", ("bond_repair",), None, False), ("manicure", (), None, True))),
    (2, "client_33", (("wash_and_blow_dry", ("fringe_trim",), None, False),)),
    (3, "client_57", (("root_colour", (), None, False), ("pedicure", (), None, True))),
)


class SalonSampleParty(models.AbstractModel):
    """Coming bookings of the sample salon with all that a booking can be: nails beside colour, add-ons, two guests.

    They lie where the search for free times finds room among the others.
    """

    _name = "salon.sample.party"
    _description = "Sample Salon: Bookings of Several"

    @api.model
    def _create_parties(self, company_id):
        """Book them, each on the first day from its own on that has room; what finds none is left out."""
        company = self.env["res.company"].browse(company_id)
        events = self.env["calendar.event"].with_company(company).with_context(allowed_company_ids=[company_id])
        for days, client, services in PARTIES:
            values = {
                "client_id": self.env.ref(f"salon_crm.{client}").id,
                "company_id": company_id,
                "lines": [self._prepare_wish(*service) for service in services],
            }
            for more in range(DAYS_TO_TRY):
                if offer := self._find_offer(events, values, days + more):
                    events.create(events._prepare_booking_from_offer(values, offer))
                    break

    @api.model
    def _prepare_wish(self, service, addons, guest, parallel):
        """Return what the search for free times is asked for one service."""
        return {
            "product_id": self._product(service).id,
            "addon_ids": [self._product(addon).id for addon in addons],
            "guest": guest and self.env.ref(f"salon_crm.{guest}").id,
            "parallel": parallel,
        }

    @api.model
    def _product(self, service):
        return self.env.ref(f"salon_crm.service_{service}").product_variant_id

    @api.model
    def _find_offer(self, events, values, days):
        """Return the first free time on a day on which nobody of the party comes anyway, None when there is none."""
        day = datetime.combine(fields.Date.today() + timedelta(days=days), time())
        people = [values["client_id"], *(line["guest"] for line in values["lines"] if line["guest"])]
        come = events.search_count(
            [("salon_client_id", "in", people), ("start", ">=", day), ("start", "<", day + timedelta(days=1))]
        )
        offers = not come and events._salon_find_offers(
            values, max(day, fields.Datetime.now()), day + timedelta(days=1), every=15
        )
        return min(offers, key=lambda offer: offer["start"]) if offers else None
