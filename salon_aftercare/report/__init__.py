from . import salon_case_report
from . import salon_feedback_report
