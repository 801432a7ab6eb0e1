from . import salon_sample_setup
from . import salon_sample_history
from . import salon_sample_party
from . import salon_sample_record
from . import salon_sample_safety
from . import salon_sample_intake
