from . import salon_membership_change_tier
from . import salon_membership_enrol
from . import salon_membership_preset
