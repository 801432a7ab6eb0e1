from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Bring a database of 19.0.1.0.0 to what the code of now expects."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    _count_tiers(env)
    _part_discounts(env)


def _part_discounts(env):
    """Give services and products discounts of their own: what was one rule is two, with the same discount."""
    env.cr.execute("UPDATE salon_membership_tier SET product_discount = discount WHERE product_discount IS NULL")
    env.cr.execute(
        """
        UPDATE product_pricelist_item SET salon_scope = 'service'
         WHERE is_salon_tier_rule AND salon_scope IS NULL
        """
    )
    env.invalidate_all()
    env["salon.membership.tier"].with_context(active_test=False).search([])._keep_pricelists()


def _count_tiers(env):
    """Count what was sold before; nobody rises, falls or ends by rules that the salon has not looked at.

    The tiers of before lead nowhere by themselves until amounts are typed or loaded, and memberships end by no time
    until a time is set.
    """
    env["pos.order"]._salon_fill_spend()
    env.cr.execute(
        """
        UPDATE salon_membership m
           SET held_from = COALESCE(m.held_from, CURRENT_DATE),
               last_active_at = COALESCE(m.last_active_at, paid.moment, m.start_date::timestamp)
          FROM salon_membership one
          LEFT JOIN (SELECT partner_id, company_id, MAX(date_order) AS moment
                       FROM pos_order WHERE state IN ('paid', 'done') GROUP BY partner_id, company_id) paid
            ON paid.partner_id = one.partner_id AND paid.company_id = one.company_id
         WHERE one.id = m.id AND (m.held_from IS NULL OR m.last_active_at IS NULL)
        """
    )
    companies = env["res.company"].search([])
    companies.salon_inactive_months = 0
    companies.salon_club_form_id = env.ref("salon_membership.consent_form_club", raise_if_not_found=False)
