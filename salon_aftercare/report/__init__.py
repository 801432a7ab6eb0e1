from . import salon_case_report
