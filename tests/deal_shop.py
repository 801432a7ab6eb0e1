"""A till at which vouchers of a platform are redeemed, for several connections at once."""

import wallet_shop

CODES = 20


def prepare(env):
    """Make a till that is open, a platform and what it sells; return their ids."""
    facts = wallet_shop.prepare(env, 4, 1000, 100)
    setup = env["salon.deal.setup"].create(
        {"name": "Platform", "fee_percent": 5, "sure": True, "config_ids": [(6, 0, [facts["config"]])]}
    )
    platform = env["salon.deal.platform"].browse(setup.action_set_up()["res_id"])
    offer = env["salon.deal.offer"].create(
        {
            "name": "Care",
            "platform_id": platform.id,
            "price": wallet_shop.PRICE,
            "item_ids": [(0, 0, {"product_id": facts["product"]})],
        }
    )
    return {**facts, "platform": platform.id, "offer": offer.id, "deal_method": platform.payment_method_id.id}


def order(facts, client, *codes):
    """Return a paid order as the till sends it: one piece for each code, each paid by its voucher."""
    data = wallet_shop.order(facts, client, 1)
    [(_zero, _one, line)] = data["lines"]
    data["lines"] = [
        (
            0,
            0,
            {**line, "uuid": f"{line['uuid']}-{code}", "salon_deal_offer_id": facts["offer"], "salon_deal_code": code},
        )
        for code in codes
    ]
    total = wallet_shop.PRICE * len(codes)
    data.update(amount_total=total, amount_paid=total)
    data["payment_ids"] = data["payment_ids"][:1]
    data["payment_ids"][0][2].update(amount=total, payment_method_id=facts["deal_method"])
    return data
