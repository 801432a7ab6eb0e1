def post_init_hook(env):
    """Count what was sold before, and have new members accept the rules of the club."""
    env["pos.order"]._salon_fill_spend()
    env["res.company"].search([("salon_club_form_id", "=", False)]).salon_club_form_id = env.ref(
        "salon_membership.consent_form_club", raise_if_not_found=False
    )


KEPT = (
    "salon.membership.tier", "salon.consent.form", "salon.birthday.gift", "product.template", "product.product",
    "salon.deal.offer", "salon.deal.platform",
)  # fmt: skip


def uninstall_hook(env):
    """Leave core working as before: no price, no points and no function of ours stays in force.

    Orders of the past name their pricelist and products, and cards their program: these are archived, not deleted.
    """
    env = env(context={**env.context, "active_test": False})
    env["product.pricelist"].search([("salon_tier_id", "!=", False)]).active = False
    programs = env["loyalty.program"].search([("is_salon_program", "=", True)])
    programs.salon_points_product_id.active = False
    programs.active = False
    env["salon.birthday.gift"].search([]).program_id.active = False
    # What was sold as prepaid money stays on its orders, and can't be used any more without us.
    env["product.template"].search([("is_salon_card", "=", True)]).active = False
    companies = env["res.company"].search([])
    (companies.salon_topup_product_id | companies.salon_bonus_product_id).active = False
    # Tiers, and offers of platforms, go with their tables; core would first try to delete them one by one, below their
    # members and the orders that they were redeemed in.
    # Club rules that somebody accepted stay on record.
    kept = [("module", "=", "salon_membership"), ("model", "in", KEPT)]
    env["ir.model.data"].search(kept).unlink()
    env.flush_all()
    env.cr.execute(
        "DROP FUNCTION IF EXISTS salon_points_book(), salon_points_refuse(), salon_points_from_zero(),"
        " salon_points_hold(), salon_points_owe(), salon_membership_refuse_change(), salon_prepaid_refuse(),"
        " salon_wallet_from_zero(), salon_wallet_lot_from_zero(), salon_wallet_book(), salon_wallet_hold(),"
        " salon_treatment_from_zero(), salon_treatment_book(), salon_treatment_hold(),"
        " salon_wallet_move_sum(), salon_treatment_move_sum() CASCADE"
    )
    # Payments of the past name their method: it stays, in no till, and is nothing special any more.
    env.cr.execute(
        """
        UPDATE pos_payment_method SET use_payment_terminal = NULL, payment_method_type = 'none', active = FALSE
         WHERE use_payment_terminal IN ('salon_wallet', 'salon_treatment', 'salon_deal')
        """
    )
