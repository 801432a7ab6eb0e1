from odoo.tests import BaseCase, tagged

from odoo.addons.salon_crm.tools.token import is_token, new_token


@tagged("post_install", "-at_install")
class TestToken(BaseCase):
    def test_no_two_are_alike_and_each_is_one(self):
        tokens = {new_token() for _number in range(100)}
        self.assertEqual(len(tokens), 100)
        self.assertTrue(all(is_token(token) and len(token) == 32 for token in tokens))

    def test_what_a_stranger_makes_up_is_none(self):
        token = new_token()
        for wrong in (None, False, 7, b"a" * 32, [token], "", "a" * 19, "a" * 65, "é" * 32, "٣" * 32, "%" * 32):
            self.assertFalse(is_token(wrong), wrong)
        for wrong in (f"{token}\n", f" {token}", f"{token[:-1]}/", f"{token[:-1]}\x00", f"{token[:-1]}="):
            self.assertFalse(is_token(wrong), wrong)
