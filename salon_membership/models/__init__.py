from . import loyalty_card
from . import loyalty_history
from . import loyalty_program
from . import loyalty_rule
from . import loyalty_reward
from . import partner_merge
from . import pos_config
from . import pos_order
from . import pos_order_line
from . import pos_session
from . import product_category
from . import product_pricelist
from . import product_pricelist_item
from . import product_product
from . import product_template
from . import res_company_tier
from . import res_config_settings
from . import res_partner
from . import salon_client_file
from . import salon_consent_form
from . import salon_membership
from . import salon_membership_change
from . import salon_membership_club
from . import salon_membership_points
from . import salon_membership_review
from . import salon_membership_standing
from . import salon_membership_tier
from . import salon_settings_tier
from . import pos_order_tier  # after pos_order: points are settled at the tier of before
from . import salon_points_lot
from . import salon_points_rule
from . import salon_points_day
from . import salon_points_hold
from . import salon_points_debt
from . import salon_points_move
from . import salon_points_expiry  # after the lot
from . import salon_membership_points_notice
from . import salon_points_gift  # after membership and ledger
from . import res_company_referral
from . import res_users
from . import salon_referral
from . import salon_membership_referral
from . import salon_client_file_referral
from . import pos_order_referral  # after what earns points and enrols
from . import partner_merge_referral
from . import salon_membership_portal
from . import salon_personal_data
