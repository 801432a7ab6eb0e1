from . import salon_sample_membership
