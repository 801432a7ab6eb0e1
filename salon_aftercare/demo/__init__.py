from . import salon_sample_case
from . import salon_sample_feedback
from . import salon_sample_followup
from . import salon_sample_rhythm
