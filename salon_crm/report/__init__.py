from . import salon_booking_report
