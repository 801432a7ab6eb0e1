"""Prizes and referrals of two tills at the same moment: real connections, real commits."""
import threading

import pytest

from committed import environment

CLIENTS = 6


def _at_once(registry, tasks):
    """Run each task on a connection of its own, all of them begun before any goes on; return what they gave."""
    from odoo.exceptions import UserError
    from odoo.service.model import retrying

    barrier, told = threading.Barrier(len(tasks)), []

    def run(task):
        begun = []
        with environment(registry) as env:

            def once():
                env["salon.draw"].search_count([])  # what is read from here on is as it was now
                if not begun:
                    begun.append(True)
                    barrier.wait()
                return task(env)

            try:
                told.append(retrying(once, env))
            except UserError as error:
                env.cr.rollback()
                told.append(error.args[0])
            env.cr.commit()

    threads = [threading.Thread(target=run, args=(task,)) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return told


def _clients(env, count):
    partners = env["res.partner"].create(
        [{"name": f"Client {number}", "email": f"{number}@example.com"} for number in range(count)]
    )
    partners._make_salon_clients()
    return partners


@pytest.mark.template("salon")
def test_two_at_once_never_win_the_last_prize(database):
    from odoo.modules.registry import Registry

    registry = Registry(database)
    with environment(registry) as env:
        prizes = [
            {"name": "The last one", "kind": "points", "points": 5, "stock": 1, "weight": 1000000},
            {"name": "Thank you", "kind": "nothing", "unlimited": True, "weight": 1},
        ]
        draw = env["salon.draw"].create({"name": "Draw", "prize_ids": [(0, 0, prize) for prize in prizes]})
        draw_id, client_ids = draw.id, _clients(env, CLIENTS).ids
    told = _at_once(
        registry, [lambda env, one=one: env["salon.draw"].salon_draw(draw_id, one)["prize"] for one in client_ids]
    )
    assert sorted(told) == ["Thank you"] * (CLIENTS - 1) + ["The last one"]
    with environment(registry) as env:
        draw = env["salon.draw"].browse(draw_id)
        assert draw.drawn == CLIENTS
        assert draw.entry_ids.sorted("position").mapped("position") == list(range(1, CLIENTS + 1))
        assert draw.prize_ids.mapped("stock")[0] == 0
        draw.action_check()


@pytest.mark.template("salon")
def test_a_client_at_two_tills_draws_once(database):
    from odoo.modules.registry import Registry

    registry = Registry(database)
    with environment(registry) as env:
        prize = {"name": "Thank you", "kind": "nothing", "unlimited": True}
        draw = env["salon.draw"].create({"name": "Draw", "prize_ids": [(0, 0, prize)]})
        draw_id, client_id = draw.id, _clients(env, 1).id
    told = _at_once(registry, [lambda env: env["salon.draw"].salon_draw(draw_id, client_id)["prize"]] * 2)
    assert sorted(told) == ["Client 0 has drawn already: everybody draws once.", "Thank you"]


@pytest.mark.template("salon")
def test_a_referral_is_rewarded_once_however_many_settle_it(database):
    from odoo.modules.registry import Registry

    registry = Registry(database)
    with environment(registry) as env:
        old, new = _clients(env, 2)
        tier = env["salon.membership.tier"].search([], limit=1)
        referrer_id = env["salon.membership"]._enrol(old, tier).id
        referral = env["salon.referral"]._refer(new, old, env.company, "till")
        referral.state = "qualified"  # as if it had waited for a manager
        referral_id = referral.id
    _at_once(registry, [lambda env: env["salon.referral"].browse(referral_id)._settle()] * 4)
    with environment(registry) as env:
        assert env["salon.membership"].browse(referrer_id).points == env.company.salon_referral_points
        assert env["salon.referral"].browse(referral_id).state == "rewarded"


@pytest.mark.template("salon")
def test_nobody_is_brought_by_whom_they_bring_at_the_same_moment(database):
    from odoo.modules.registry import Registry

    registry = Registry(database)
    with environment(registry) as env:
        one, other = _clients(env, 2).ids

    def bring(client_id, referrer_id):
        def task(env):
            file = env["salon.client.file"].search([("partner_id", "=", client_id)])
            file.referrer_id = referrer_id
            env.flush_all()
            return "brought"

        return task

    told = _at_once(registry, [bring(one, other), bring(other, one)])
    assert sorted(text == "brought" for text in told) == [False, True], told
