import re
from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged

from .prepaid_shop import PrepaidCommon


@tagged("post_install", "-at_install")
class TestCode(PrepaidCommon):
    """Above an amount the client types a code that they get by SMS, in place of a PIN or beside it."""

    def setUp(self):
        super().setUp()
        self.company.write({"salon_pin_from": 50, "salon_pin_way": "sms"})
        self.client.write({"phone": "+86 139 0000 0777", "country_id": self.env.ref("base.cn").id})
        self._top_up(100)
        self.enterContext(freeze_time(fields.Datetime.now()))

    def _wait(self, **time):
        self.enterContext(freeze_time(fields.Datetime.now() + timedelta(**time)))

    def _send(self):
        """Have a code be sent; return (the till's answer, the code that the client reads)."""
        answer = self.env["salon.wallet"].with_user(self.till).send_code(self.config.id, self.client.id)
        sms = self.env["sms.sms"].search([("number", "=", self.client.phone_sanitized)], order="id desc", limit=1)
        return answer, re.search(r"\d{6}", sms.body)[0] if answer["sent"] else None

    def _hold(self, amount=60, uuid="coded", pin=None, code=None):
        wallets = self.env["salon.wallet"].with_user(self.till)
        return wallets.hold_value(self.config.id, self.client.id, uuid, amount, pin, code)

    def _wrong(self, code):
        return f"{(int(code) + 1) % 1000000:06}"

    def test_a_code_is_sent_and_works_once(self):
        self.assertEqual(self._hold()["pin"], "code")
        answer, code = self._send()
        self.assertIn("0777", answer["message"])
        self.assertNotIn(code, str(answer))
        self.assertAlmostEqual(self._hold(code=code)["principal"] + self._hold(49, "small")["principal"], 99.09, 1)
        self.assertEqual(self._hold(51, "again", code=code)["pin"], "code", "it is used")

    def test_small_amounts_need_none(self):
        self.assertNotIn("pin", self._hold(49))

    def test_it_ends_after_five_minutes(self):
        code = self._send()[1]
        self._wait(minutes=5)
        self.assertIn("ended", self._hold(code=code)["message"])

    def test_it_holds_until_then(self):
        code = self._send()[1]
        self._wait(minutes=4, seconds=59)
        self.assertNotIn("pin", self._hold(code=code))

    def test_three_wrong_ones_end_it(self):
        code = self._send()[1]
        answers = [self._hold(code=self._wrong(code)) for _try in range(3)]
        self.assertEqual([answer["pin"] for answer in answers], ["code_wrong", "code_wrong", "code"])
        self.assertIn("2 more tries", answers[0]["message"])
        self.assertEqual(self._hold(code=code)["pin"], "code", "the right one comes too late")
        self.assertFalse(self.env["salon.wallet.hold"].search([("order_uuid", "=", "coded")]))

    def test_a_new_code_ends_the_one_before(self):
        first = self._send()[1]
        self._wait(seconds=31)
        second = self._send()[1]
        if first != second:
            self.assertEqual(self._hold(code=first)["pin"], "code_wrong")
        self.assertNotIn("pin", self._hold(code=second))

    def test_no_more_than_five_an_hour_and_none_right_after_another(self):
        sent = self.env["sms.sms"].search_count([])
        self.assertTrue(self._send()[0]["sent"])
        self.assertFalse(self._send()[0]["sent"])
        for _number in range(4):
            self._wait(minutes=1)
            self.assertTrue(self._send()[0]["sent"])
        self._wait(minutes=1)
        answer = self._send()[0]
        self.assertFalse(answer["sent"])
        self.assertIn("Too many codes", answer["message"])
        self.assertEqual(self.env["sms.sms"].search_count([]) - sent, 5)
        self._wait(minutes=60)
        self.assertTrue(self._send()[0]["sent"])

    def test_another_clients_code_is_none(self):
        self._top_up(100, partner=self.guest)
        code = self._send()[1]
        wallets = self.env["salon.wallet"]
        self.guest.phone = "+86 139 0000 0778"
        answer = wallets.hold_value(self.config.id, self.guest.id, "theirs", 60, None, code)
        self.assertEqual(answer["pin"], "code")

    def test_nobody_reads_it(self):
        code = self._send()[1]
        wallet = self._wallet()
        self.assertNotIn(code, wallet.sudo().code_hash)
        self.assertNotIn(code, " ".join(wallet.message_ids.mapped("body")))
        with self.assertRaises(Exception) as caught:
            wallet.with_user(self.manager).read(["code_hash"])
        self.assertIn("code_hash", str(caught.exception))

    def test_who_has_no_number_is_told_so(self):
        self.client.phone = False
        self.assertIn("No mobile number", self._hold()["message"])
        with self._refused("No mobile number"):
            self._send()

    def test_a_salon_of_pins_sends_none(self):
        self.company.salon_pin_way = "pin"
        with self._refused("asks for the PIN"):
            self._send()
        self.assertEqual(self._hold(code="123456")["pin"], "none", "a code is no PIN")

    def test_either_of_them(self):
        self.company.salon_pin_way = "either"
        self.assertEqual(self._hold()["pin"], "code", "no PIN is set")
        self.env["salon.wallet"].set_pin(self.config.id, self.client.id, "1234", None, self._send()[1])
        self._wait(seconds=31)
        answer = self._hold()
        self.assertEqual((answer["pin"], answer["sms"]), ("missing", True))
        self.assertNotIn("pin", self._hold(pin="1234"))
        code = self._send()[1]
        self.assertNotIn("pin", self._hold(uuid="coded", code=code))
        self._wallet().sudo().pin_tries = 5
        answer = self._hold(pin="1234")
        self.assertEqual((answer["pin"], answer["sms"]), ("blocked", True))
        self._wait(minutes=1)
        self.assertNotIn("pin", self._hold(code=self._send()[1]))

    def test_wrong_codes_count_against_no_pin(self):
        self.company.salon_pin_way = "either"
        self.env["salon.wallet"].set_pin(self.config.id, self.client.id, "1234")
        code = self._send()[1]
        for _try in range(3):
            self._hold(code=self._wrong(code))
        self.assertEqual(self._wallet().pin_tries, 0)

    def test_its_language_is_the_clients(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.client.lang = "fr_FR"
        self.assertTrue(self._send()[0]["sent"])
