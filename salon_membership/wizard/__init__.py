from . import salon_membership_enrol
