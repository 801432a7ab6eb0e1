from datetime import timedelta

from odoo.http import request

from odoo.addons.salon_crm.controllers.booking_page import BookingPage


class EarlyPage(BookingPage):
    """Members whose tier says so see days on the booking page that others do not see yet."""

    def _last_day(self, salon):
        days = request.env["salon.availability"].sudo()._salon_days_more(salon, self._visitor(salon))
        return super()._last_day(salon) + timedelta(days=days)
