from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Bring the points of 19.0.1.0.0 to what the code of now expects."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    _make_points_products(env)
    _spread_earned_points(cr)
    _name_refunded_sales(cr)


def _name_refunded_sales(cr):
    """Note on what refunds took back from which sale it was: a refund takes back what other refunds have left."""
    cr.execute("SELECT set_config('salon.unlock', 'on', true)")
    cr.execute(
        """
        UPDATE salon_points_move m SET origin_id = e.pos_order_id FROM salon_points_move e
         WHERE m.kind = 'reverse' AND m.origin_id IS NULL AND m.pos_order_id IS NOT NULL
           AND e.kind = 'earn' AND e.lot_id = m.lot_id
        """
    )
    cr.execute("SELECT set_config('salon.unlock', 'off', true)")


def _make_points_products(env):
    """Let the points programs of before be spent as part payment too."""
    programs = env["loyalty.program"].with_context(active_test=False)
    for program in programs.search([("is_salon_program", "=", True), ("salon_points_product_id", "=", False)]):
        program.salon_points_product_id = program._salon_points_product()


def _spread_earned_points(cr):
    """Note on each line of the orders of before its part of what the order earned, by what it came to.

    Tips earned nothing. A refund takes back by these figures.
    """
    cr.execute(
        """
        WITH goods AS (
            SELECT l.id, m.amount, l.price_subtotal_incl AS price,
                   SUM(l.price_subtotal_incl) OVER (PARTITION BY m.id) AS total
              FROM salon_points_move m
              JOIN pos_order_line l ON l.order_id = m.pos_order_id
              JOIN pos_order o ON o.id = l.order_id
              JOIN pos_config c ON c.id = o.config_id
             WHERE m.kind = 'earn' AND l.refunded_orderline_id IS NULL
               AND l.product_id IS DISTINCT FROM c.tip_product_id AND l.price_subtotal_incl > 0
        )
        UPDATE pos_order_line l SET salon_points_earned = g.amount * g.price / g.total
          FROM goods g WHERE l.id = g.id AND COALESCE(l.salon_points_earned, 0) = 0
        """
    )
