from . import salon_case_coupon
from . import salon_case_deadline
from . import salon_case_report_incident
from . import salon_feedback_note
