from datetime import datetime

from odoo.tests import TransactionCase, tagged

from odoo.addons.salon_crm.tools.spoken import spoken, spoken_day, spoken_time


@tagged("post_install", "-at_install")
class TestSpoken(TransactionCase):
    moment = datetime(2030, 11, 26, 13, 5)

    def _said(self, lang):
        self.env["res.lang"]._activate_lang(lang)
        self.env.user.tz = "UTC"
        env = self.env(context={"lang": lang})
        return [say(env, self.moment) for say in (spoken, spoken_day, spoken_time)]

    def test_each_language_has_its_own_order_and_its_own_clock(self):
        self.assertEqual(self._said("en_US"), ["Tue, Nov 26, 1:05 PM", "Tue, Nov 26", "1:05 PM"])
        self.assertEqual(self._said("zh_CN"), ["11月26日周二 13:05", "11月26日周二", "13:05"])
