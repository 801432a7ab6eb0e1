from . import salon_membership_change_tier
from . import salon_membership_enrol
from . import salon_membership_preset
from . import salon_offer_setup
from . import salon_coupon_give
from . import salon_draw_dialog
from . import salon_points_adjust
