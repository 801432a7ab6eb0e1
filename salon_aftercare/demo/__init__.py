from . import salon_sample_followup
