"""Orders of one member, and birthday gifts, at the same moment: real connections, real commits."""
import threading

import pytest

from committed import environment


@pytest.fixture
def salon(database):
    """Give the registry, a member who is one order short of gold, and their till."""
    from odoo.modules.registry import Registry

    registry = Registry(database)
    with environment(registry) as env:
        company = env.company
        company.write({"salon_tier_basis": "spend", "salon_club_form_id": False})
        silver, gold = (env.ref(f"salon_membership.tier_{name}") for name in ("silver", "gold"))
        gold.spend = 1000
        client = env["res.partner"].create({"name": "Clara Client"})
        member = env["salon.membership"]._enrol(client, silver)
        journal, methods = env["pos.config"]._create_journal_and_payment_methods()
        config = env["pos.config"].create(
            {"name": "Till", "journal_id": journal.id, "payment_method_ids": [(6, 0, methods)]}
        )
        session = env["pos.session"].create({"config_id": config.id, "user_id": env.uid})
        session.set_opening_control(0, "")
        product = env["product.product"].create({"name": "Goods", "list_price": 600, "taxes_id": False})
        facts = {
            "client": client.id,
            "member": member.id,
            "gold": gold.id,
            "session": session.id,
            "product": product.id,
            "config": config.id,
        }
    return registry, facts


def order_values(env, facts):
    """Return a draft order of 600 that is paid in full but for its last step."""
    return {
        "session_id": facts["session"],
        "company_id": env.company.id,
        "partner_id": facts["client"],
        "lines": [
            (
                0,
                0,
                {
                    "product_id": facts["product"],
                    "qty": 1,
                    "price_unit": 600,
                    "price_subtotal": 600,
                    "price_subtotal_incl": 600,
                    "name": "Goods",
                },
            )
        ],
        "amount_tax": 0,
        "amount_total": 600,
        "amount_paid": 600,
        "amount_return": 0,
    }


def at_once(registry, jobs):
    """Do all jobs on connections of their own, begun at once, tried again as Odoo does; give their answers."""
    from odoo.service.model import retrying
    from odoo.tools import mute_logger

    barrier, told = threading.Barrier(len(jobs)), [None] * len(jobs)

    def run(number, job):
        with environment(registry) as env:
            first = [True]

            def once():
                env.cr.execute("SELECT 1")  # the transaction sees the database as it is now
                if first and first.pop():
                    barrier.wait()
                return job(env)

            try:
                told[number] = retrying(once, env)
            except Exception as error:
                env.cr.rollback()
                told[number] = error
            env.cr.commit()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(jobs)]
    with mute_logger("odoo.sql_db"):  # who comes second is refused by the database, and tries again
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
    return told


@pytest.mark.template("salon")
def test_two_orders_that_reach_a_tier_together_promote_once(salon):
    registry, facts = salon

    def pay(env):
        order = env["pos.order"].create(order_values(env, facts))
        order.action_pos_order_paid()
        return order.id

    told = at_once(registry, [pay, pay])
    assert all(isinstance(one, int) for one in told), told
    with environment(registry) as env:
        member = env["salon.membership"].browse(facts["member"])
        assert member.tier_id.id == facts["gold"], "neither saw the other's order"
        promoted = member.change_ids.filtered(lambda change: change.kind == "promoted")
        assert len(promoted) == 1
        assert promoted.spend == 1200


@pytest.mark.template("salon")
def test_two_tills_hold_a_birthday_gift_once(salon):
    registry, facts = salon
    with environment(registry) as env:
        client = env["res.partner"].browse(facts["client"])
        client.birthdate_date = env.company._salon_today().replace(year=1988, day=1)
        gift = env["salon.birthday.gift"].create(
            {"name": "Offer", "kind": "offer", "due": "month", "discount": 10, "company_id": env.company.id}
        )
        gift_id = gift.id

    def hold(uuid):
        def job(env):
            gifts = env["salon.birthday.gift"].with_user(env.ref("base.user_admin"))
            return gifts.hold_for_order(gift_id, facts["client"], facts["config"], uuid)["code"]

        return job

    told = at_once(registry, [hold("till-1"), hold("till-2")])
    codes = [one for one in told if isinstance(one, str)]
    assert len(codes) == 1, told
    with environment(registry) as env:
        assert env["salon.birthday.given"].search_count([("gift_id", "=", gift_id)]) == 1
