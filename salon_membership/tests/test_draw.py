import json
from datetime import date
from uuid import uuid4

import psycopg2
from freezegun import freeze_time

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ..tools import fair_draw
from .common import MembershipCommon


class DrawCommon(MembershipCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.nora = cls.env["res.partner"].create({"name": "Nora New", "phone": "+86 139 0000 0777"})
        cls.nora._make_salon_clients()
        cls.file = cls.nora.salon_file_ids
        cls.coupons = cls.env["loyalty.program"].create(
            {
                "name": "Ten off",
                "program_type": "coupons",
                "trigger": "with_code",
                "applies_on": "current",
                "company_id": cls.env.company.id,
                "rule_ids": [Command.clear()],
                "reward_ids": [Command.clear(), Command.create({"discount": 10, "discount_mode": "per_order"})],
            }
        )
        cls.draw = cls.env["salon.draw"].create({"name": "Welcome draw"})

    @classmethod
    def _prizes(cls, *rows):
        cls.draw.prize_ids = [
            Command.clear(),
            *(Command.create({"name": f"Prize {number}", "unlimited": True, **row}) for number, row in enumerate(rows)),
        ]
        return cls.draw.prize_ids

    def _someone(self, number=0):
        partner = self.env["res.partner"].create({"name": f"Somebody {number}", "email": f"{number}@example.com"})
        partner._make_salon_clients()
        return partner.salon_file_ids


@tagged("post_install", "-at_install")
class TestFairDraw(DrawCommon):
    def test_seed_and_word_give_the_number(self):
        self.assertEqual(fair_draw.digest("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        one = fair_draw.number("seed", 1, "", 10**9)
        self.assertEqual(one, fair_draw.number("seed", 1, "", 10**9))
        others = {fair_draw.number(*args, 10**9) for args in (("seed2", 1, ""), ("seed", 2, ""), ("seed", 1, "x"))}
        self.assertNotIn(one, others)
        self.assertEqual(len(others), 3)

    def test_each_number_wins_by_its_weight(self):
        odds = [{"prize": 1, "weight": 2}, {"prize": 2, "weight": 0}, {"prize": 3, "weight": 3}]
        self.assertEqual(fair_draw.total(odds), 5)
        self.assertEqual([fair_draw.winner(odds, number)["prize"] for number in range(5)], [1, 1, 3, 3, 3])
        with self.assertRaises(ValueError):
            fair_draw.winner(odds, 5)

    def test_all_numbers_come(self):
        drawn = [fair_draw.number(str(seed), 1, "", 4) for seed in range(400)]
        for number in range(4):
            self.assertGreater(drawn.count(number), 60)


@tagged("post_install", "-at_install")
class TestDraw(DrawCommon):
    def test_a_client_draws_once(self):
        self._prizes({"kind": "nothing"})
        entry = self.draw._draw(self.file)
        self.assertEqual((entry.kind, entry.file_id, entry.position, self.draw.drawn), ("nothing", self.file, 1, 1))
        with self.assertRaisesRegex(UserError, "everybody draws once"):
            self.draw._draw(self.file)
        values = {name: entry[name] for name in ("seed", "digest", "number", "total", "odds", "kind", "user_name")}
        values |= {"draw_id": self.draw.id, "file_id": self.file.id, "company_id": self.env.company.id, "chain": "x"}
        values |= {"position": 2, "prize_id": entry.prize_id.id, "created_by": 1}
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.errors.UniqueViolation), self.env.cr.savepoint():
            self.env["salon.draw.entry"].sudo().create(values)

    def test_the_digest_is_known_before_and_stays(self):
        self._prizes({"kind": "nothing"})
        digest = self.draw._prepare(self.file).digest
        self.assertEqual(self.draw._prepare(self.file).digest, digest)
        entry = self.draw._draw(self.file, "  lucky   7 ")
        self.assertEqual((entry.digest, entry.word), (digest, "lucky 7"))
        self.assertEqual(fair_draw.digest(entry.seed), digest)

    def test_the_seed_is_shown_to_nobody_before(self):
        self._prizes({"kind": "nothing"})
        shown = (
            self.env["salon.draw"].with_user(self.till).salon_prepare_draw(self.draw.id, self.nora.id, self.config.id)
        )
        ticket = self.env["salon.draw.ticket"].sudo().search([("file_id", "=", self.file.id)])
        self.assertEqual(shown["digest"], ticket.digest)
        self.assertNotIn(ticket.seed, json.dumps(shown))
        with self.assertRaises(AccessError):
            ticket.with_user(self.manager).read(["seed"])

    def test_the_stock_ends_and_what_is_gone_is_not_drawn(self):
        [rare, common] = self._prizes(
            {"kind": "nothing", "unlimited": False, "stock": 2, "weight": 1000}, {"kind": "nothing"}
        )
        kinds = [self.draw._draw(self._someone(number)).prize_id for number in range(4)]
        self.assertLessEqual(kinds.count(rare), 2)
        self.assertEqual(rare.stock, 2 - kinds.count(rare))
        rare.stock, common.active = 0, False
        with self.assertRaisesRegex(UserError, "Nothing is left"):
            self.draw._draw(self.file)
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.errors.CheckViolation), self.env.cr.savepoint():
            rare._take_one()

    def test_odds_are_what_can_be_won_now(self):
        prizes = self._prizes(
            {"kind": "nothing", "weight": 3},
            {"kind": "points", "points": 5, "weight": 1},
            {"kind": "nothing", "unlimited": False, "stock": 0, "weight": 4},
        )
        self.assertEqual(prizes.mapped("odds"), [75, 25, 0])
        self.assertEqual([one["percent"] for one in self.draw._say_odds()], ["75", "25"])
        entry = self.draw._draw(self.file)
        self.assertEqual((entry.total, [one["weight"] for one in entry.odds]), (4, [3, 1]))

    def test_who_came_before_is_not_new(self):
        self._prizes({"kind": "nothing"})
        order = self._sell((self.cut, 1), partner=self.nora)
        self.assertEqual(self.draw._open_for(self.nora), self.draw)
        order.date_order = fields.Datetime.subtract(order.date_order, days=2)
        self.assertFalse(self.draw._open_for(self.nora))
        with self.assertRaisesRegex(UserError, "came before"):
            self.draw._draw(self.file)
        self.draw.audience = "any"
        self.assertTrue(self.draw._draw(self.file))

    def test_a_draw_has_its_days(self):
        self._prizes({"kind": "nothing"})
        for values in ({"date_to": "2020-01-02", "date_from": "2020-01-01"}, {"date_from": "2999-01-01"}):
            draw = self.draw.copy({"date_to": False, **values})
            self.assertFalse(draw.is_open)
            self.assertNotIn(draw, self.env["salon.draw"]._get_open(self.env.company))
            with self.assertRaisesRegex(UserError, "not open"):
                draw._draw(self.file)

    # Prizes -----------------------------------------------------------------------------------------

    def test_its_days_are_those_of_the_salon(self):
        """A cashier whose clock is set to another country draws on the salon's days."""
        draws = self.env["salon.draw"].with_context(tz="America/New_York")
        with freeze_time("2031-05-12 03:00:00"):
            draw = draws.create({"name": "On Monday", "date_to": "2031-05-12"})
            self.assertEqual((draw.date_from, draw.is_open), (date(2031, 5, 12), True))
            self.assertIn(draw, draws._get_open(self.env.company))

    def test_a_coupon_is_the_clients_own(self):
        self._prizes({"kind": "coupon", "program_id": self.coupons.id})
        card = self.draw._draw(self.file).card_id
        self.assertEqual((card.partner_id, card.program_id, card.points), (self.nora, self.coupons, 1))
        self.assertEqual(card.salon_given_by_id, self.env.user)
        used = self.config.use_coupon_code(card.code, "2020-01-01 00:00:00", self.nora.id, False)
        self.assertTrue(used["successful"])
        used = self.config.use_coupon_code(card.code, "2020-01-01 00:00:00", self.guest.id, False)
        self.assertFalse(used["successful"])

    def test_points_come_at_once_or_on_joining(self):
        self._prizes({"kind": "points", "points": 60})
        self.draw._draw(self.file)
        self.assertEqual(self.env["salon.membership"]._enrol(self.nora, self.silver).points, 60)
        self.draw.audience = "any"
        self.draw._draw(self.client.salon_file_ids)
        self._assert_ledger(self.membership, 60)

    def test_a_product_is_handed_out_once(self):
        self._prizes({"kind": "product", "product_id": self.shampoo.id})
        entry = self.draw._draw(self.file)
        entries = self.env["salon.draw.entry"]
        self.assertEqual(entries._to_hand_out(self.nora, self.env.company), entry)
        line = {"product": self.shampoo, "quantity": 1, "price_unit": 0, "salon_prize_number": entry.id}
        orders = [self._sell_prize(line) for _again in range(2)]
        self.assertFalse(entries._to_hand_out(self.nora, self.env.company))
        entry.invalidate_recordset()
        self.assertTrue(entry.handed_out)
        said = [" ".join(order.message_ids.mapped("body")) for order in orders]
        self.assertEqual(["handed out as a prize" in text for text in said], [False, True])

    def _sell_prize(self, line):
        data = self._prepare_sale((self.cut, 1), partner=self.nora)
        values = {**data["lines"][0][2], "product_id": self.shampoo.id, "qty": 1, "price_unit": 0}
        values |= {"price_subtotal": 0, "price_subtotal_incl": 0, "salon_prize_number": line["salon_prize_number"]}
        values["uuid"] = str(uuid4())
        values["tax_ids"] = [(6, 0, [])]
        data["lines"].append((0, 0, values))
        return self._sync(data)

    # Checking ---------------------------------------------------------------------------------------

    def test_whoever_has_the_entry_can_draw_it_again(self):
        self._prizes({"kind": "nothing", "weight": 3}, {"kind": "points", "points": 5, "weight": 2})
        for number in range(5):
            entry = self.draw._draw(self._someone(number), f"word {number}")
            self.assertEqual(entry.with_user(self.reception).action_check()["params"]["type"], "success")
        self.assertIn("5 entries", self.draw.action_check()["params"]["message"])

    def test_whatever_was_changed_is_found(self):
        self._prizes({"kind": "nothing", "weight": 1}, {"kind": "points", "points": 5, "weight": 1})
        first, second, third = (self.draw._draw(self._someone(number)) for number in range(3))
        other = (self.draw.prize_ids - second.prize_id).id
        for query in (
            "UPDATE salon_draw_entry SET seed = 'x' WHERE id = %s",
            "UPDATE salon_draw_entry SET word = 'x' WHERE id = %s",
            "UPDATE salon_draw_entry SET number = 1 - number WHERE id = %s",
            f"UPDATE salon_draw_entry SET prize_id = {other} WHERE id = %s",
            "UPDATE salon_draw_entry SET odds = jsonb_set(odds, '{0,stock}', '5') WHERE id = %s",
            "UPDATE salon_draw_entry SET chain = 'x' WHERE id = %s",
            "DELETE FROM salon_draw_entry WHERE id = %s",
        ):
            with self.subTest(query=query), self.assertRaises(UserError), self.env.cr.savepoint():
                self.env.flush_all()
                self.env.cr.execute("SELECT set_config('salon.unlock', 'on', true)")
                self.env.cr.execute(query, (second.id,))
                self.env.invalidate_all()
                self.draw.action_check()
        self.env.invalidate_all()
        self.draw.action_check()
        self.assertTrue(first.chain and third.chain)

    def test_an_entry_is_never_changed(self):
        self._prizes({"kind": "nothing"})
        entry = self.draw._draw(self.file)
        self.env.flush_all()
        for query in (
            "UPDATE salon_draw_entry SET number = 0",
            "DELETE FROM salon_draw_entry",
            "TRUNCATE salon_draw_entry CASCADE",
        ):
            with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.errors.CheckViolation), self.env.cr.savepoint():
                self.env.cr.execute(query)
        for record in (self.draw, entry.prize_id):
            with self.assertRaisesRegex(UserError, "Archive"):
                record.unlink()

    # Reception, the till, the page ------------------------------------------------------------------

    def test_reception_lets_a_client_draw(self):
        self._prizes({"kind": "coupon", "program_id": self.coupons.id})
        file = self.file.with_user(self.reception)
        self.assertTrue(file.can_draw)
        action = file.action_salon_draw()
        dialog = self.env["salon.draw.dialog"].with_user(self.reception).with_context(**action["context"]).create({})
        self.assertIn("Prize 0", dialog.odds)
        self.assertEqual(len(dialog.digest), 64)
        dialog.action_draw()
        self.assertIn("A coupon", dialog.result)
        file.invalidate_recordset()
        self.assertFalse(file.can_draw)
        with self.assertRaisesRegex(UserError, "No draw is open"):
            file.action_salon_draw()

    def test_the_till_draws_for_who_may_use_it(self):
        self._prizes({"kind": "product", "product_id": self.shampoo.id})
        draws = self.env["salon.draw"].with_user(self.till)
        won = draws.salon_draw(self.draw.id, self.nora.id, "7", self.config.id)
        self.assertEqual((won["kind"], won["product_id"]), ("product", self.shampoo.id))
        self.assertEqual(self.env["salon.draw.entry"].browse(won["entry_id"]).created_by, self.till.id)
        with self.assertRaises(AccessError):
            draws.with_user(self.plain_user).salon_draw(self.draw.id, self.client.id)

    def test_the_till_is_told_what_a_client_may(self):
        self._prizes({"kind": "product", "product_id": self.shampoo.id})
        files = self.env["salon.client.file"].with_user(self.till)
        card = files.load_till_extras(self.nora.id, self.config.id)
        self.assertEqual([one["name"] for one in card["draws"]], ["Welcome draw"])
        self.assertTrue(card["asks_referrer"])
        entry = self.draw._draw(self.file)
        card = files.load_till_extras(self.nora.id, self.config.id)
        self.assertEqual((card["draws"], card["prizes"][0]["entry_id"]), ([], entry.id))

    def test_entries_follow_the_client(self):
        self._prizes({"kind": "nothing"})
        other = self._someone()
        entries = self.draw._draw(self.file) | self.draw._draw(other)
        self.env["base.partner.merge.automatic.wizard"]._merge(
            (self.nora | other.partner_id).ids, self.nora, extra_checks=False
        )
        self.env.invalidate_all()
        self.assertEqual(entries.file_id, self.file)
        self.assertEqual(entries.mapped("merged"), [False, True])
        self.draw.action_check()


@tagged("post_install", "-at_install")
class TestDrawPage(DrawCommon, HttpCase):
    def test_the_odds_are_public(self):
        self._prizes(
            {"kind": "nothing", "weight": 3, "name": "Thank you"}, {"kind": "points", "points": 5, "weight": 1}
        )
        chain = self.draw._draw(self.file).chain
        answer = self.url_open(f"/salon/draw/{self.draw.id}")
        self.assertEqual(answer.status_code, 200)
        for text in ("Welcome draw", "Thank you", "75 %", "25 %", chain):
            self.assertIn(text, answer.text)
        self.assertNotIn("Nora", answer.text)

    def test_there_is_no_other_page(self):
        self.draw.active = False
        for number in (self.draw.id, 10**12, 0):
            self.assertEqual(self.url_open(f"/salon/draw/{number}").status_code, 404)
