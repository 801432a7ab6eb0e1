from . import salon_booking_report
from . import salon_access_review
