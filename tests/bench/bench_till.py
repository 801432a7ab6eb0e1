"""Stock Odoo's till with and without the addons: what it loads when it opens, and a paid order it sends."""
import datetime
import uuid

PRODUCTS, CLIENTS = 200, 100


def _till(context):
    """Return an open session of a till with products and clients."""
    env = context.env
    products = env["product.product"].create([
        {"name": f"Product {number}", "list_price": 10 + number, "taxes_id": False, "available_in_pos": True}
        for number in range(PRODUCTS)])
    clients = env["res.partner"].create([{"name": f"Client {number}"} for number in range(CLIENTS)])
    journal, methods = env["pos.config"]._create_journal_and_payment_methods()
    config = env["pos.config"].create({
        "name": "Bench", "journal_id": journal.id, "payment_method_ids": [(6, 0, methods)]})
    session = env["pos.session"].create({"config_id": config.id, "user_id": env.uid})
    session.set_opening_control(0, "")
    env.flush_all()
    env.invalidate_all()
    return session, products, clients


def load_till(context):
    """Load all that the till loads when it opens."""
    session, _products, _clients = _till(context)
    with context.timed():
        session.load_data([])


def sync_order(context):
    """Send a paid order of three products for a known client."""
    session, products, clients = _till(context)
    chosen = products[:3]
    total = sum(chosen.mapped("list_price"))
    method = session.payment_method_ids.filtered(lambda one: one.type == "bank")[:1]
    order = {
        "uuid": str(uuid.uuid4()), "access_token": str(uuid.uuid4()), "session_id": session.id, "state": "paid",
        "company_id": session.company_id.id, "partner_id": clients[0].id, "user_id": context.env.uid,
        "pricelist_id": False, "fiscal_position_id": False, "to_invoice": False,
        "date_order": datetime.datetime.now().strftime("%Y-%m-%d %H:%M:%S"), "last_order_preparation_change": "{}",
        "amount_paid": total, "amount_total": total, "amount_tax": 0, "amount_return": 0,
        "lines": [(0, 0, {
            "uuid": str(uuid.uuid4()), "product_id": product.id, "qty": 1, "price_unit": product.list_price,
            "price_subtotal": product.list_price, "price_subtotal_incl": product.list_price, "discount": 0,
            "tax_ids": [(6, 0, [])], "pack_lot_ids": [],
        }) for product in chosen],
        "payment_ids": [(0, 0, {
            "uuid": str(uuid.uuid4()), "amount": total, "payment_method_id": method.id,
            "name": datetime.datetime.now().strftime("%Y-%m-%d %H:%M:%S"),
        })],
    }
    with context.timed():
        context.env["pos.order"].sync_from_ui([order])
        context.env.flush_all()


ROWS = [
    {"name": "load the till", "goal": 1.1, "subject": ("with", load_till), "baseline": ("without", load_till)},
    {"name": "sync a paid order", "goal": 1.1, "subject": ("with", sync_order), "baseline": ("without", sync_order)},
]
