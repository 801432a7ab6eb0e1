from odoo.tests import tagged

from odoo.addons.salon_crm.tools.phone import whole_number

from .common import SalonCommon


@tagged("post_install", "-at_install")
class TestWholeNumber(SalonCommon):
    def test_a_number_gets_its_country(self):
        china, france = self.env.ref("base.cn"), self.env.ref("base.fr")
        for text, country, whole in (
            ("139 0000 0001", china, "+8613900000001"),
            ("+86 139-0000-0001", france, "+8613900000001"),
            ("0086 139 0000 0001", france, "+8613900000001"),
            ("06 12 34 56 78", france, "+33612345678"),
            ("(06) 12.34.56.78", france, "+33612345678"),
            ("12", china, None),
            ("call me", china, None),
            ("", china, None),
            (False, china, None),
            ("+0 000 000", china, None),
            ("9" * 30, china, None),
        ):
            self.assertEqual(whole_number(text, country), whole, text)
