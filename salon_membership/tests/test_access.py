from odoo.tests import tagged

from odoo.addons.salon_crm.tests.access_common import AccessMatrix
from odoo.addons.salon_crm.tests.common import SalonCommon

# May a role read, write, create, delete? Every model of the addon has a line: a new one without fails.
MATRIX = {
    #                         stylist reception manager accountant plain user
    "salon.birthday.gift": ("r---", "r---", "rwcd", "----", "----"),
    "salon.birthday.given": ("----", "r---", "r---", "----", "----"),
    "salon.membership": ("r---", "r-c-", "rwcd", "r---", "----"),
    "salon.membership.benefit": ("r---", "r---", "rwcd", "r---", "r---"),
    "salon.membership.change": ("r---", "r---", "r---", "----", "----"),
    "salon.membership.change.tier": ("----", "----", "rwcd", "----", "----"),
    "salon.membership.enrol": ("----", "rwcd", "rwcd", "----", "----"),
    "salon.membership.preset": ("----", "----", "rwcd", "----", "----"),
    "salon.membership.tier": ("r---", "r---", "rwcd", "r---", "r---"),
    "salon.points.adjust": ("----", "----", "rwcd", "----", "----"),
    "salon.points.day": ("r---", "r---", "rwcd", "r---", "r---"),
    "salon.points.debt": ("----", "r---", "r---", "r---", "----"),
    "salon.points.hold": ("----", "r---", "r---", "----", "----"),
    "salon.contract.template": ("----", "r---", "rwcd", "----", "----"),
    "salon.coupon.give": ("----", "rwcd", "rwcd", "----", "----"),
    "salon.deal.import": ("----", "----", "----", "rwcd", "----"),
    "salon.deal.import.column": ("----", "----", "----", "rwcd", "----"),
    "salon.deal.item": ("----", "r---", "rwcd", "r---", "----"),
    "salon.deal.offer": ("----", "r---", "rwcd", "r---", "----"),
    "salon.deal.platform": ("----", "r---", "rwcd", "r---", "----"),
    "salon.deal.setup": ("----", "----", "rwcd", "----", "----"),
    "salon.deal.statement": ("----", "----", "r---", "r--d", "----"),
    "salon.deal.statement.line": ("----", "----", "r---", "r---", "----"),
    "salon.deal.voucher": ("----", "r---", "r---", "r---", "----"),
    "salon.draw": ("----", "r---", "rwcd", "----", "----"),
    "salon.draw.dialog": ("----", "rwcd", "rwcd", "----", "----"),
    "salon.draw.entry": ("----", "r---", "r---", "----", "----"),
    "salon.draw.prize": ("----", "r---", "rwcd", "----", "----"),
    "salon.draw.ticket": ("----", "----", "----", "----", "----"),
    "salon.offer.setup": ("----", "----", "rwcd", "----", "----"),
    "salon.referral": ("----", "r---", "r---", "----", "----"),
    "salon.points.lot": ("----", "r---", "r---", "r---", "----"),
    "salon.points.move": ("----", "r---", "r---", "r---", "----"),
    "salon.points.notice": ("----", "r---", "r---", "----", "----"),
    "salon.points.rule": ("r---", "r---", "rwcd", "r---", "r---"),
    "salon.prepaid.check": ("----", "----", "r---", "r---", "----"),
    "salon.prepaid.check.line": ("----", "----", "r---", "r---", "----"),
    "salon.prepaid.check.run": ("----", "----", "r---", "r---", "----"),
    "salon.prepaid.report": ("----", "----", "r---", "r---", "----"),
    "salon.prepaid.contract": ("----", "r---", "r---", "r---", "----"),
    "salon.prepaid.setup": ("----", "----", "rwcd", "----", "----"),
    "salon.session.line": ("----", "----", "r---", "r---", "----"),
    "salon.session.report": ("----", "----", "r---", "r---", "----"),
    "salon.treatment.book": ("----", "----", "rwcd", "rwcd", "----"),
    "salon.treatment.card": ("----", "r---", "r---", "r---", "----"),
    "salon.treatment.hold": ("----", "r---", "r---", "----", "----"),
    "salon.treatment.notice": ("----", "r---", "r---", "----", "----"),
    "salon.treatment.move": ("----", "r---", "r---", "r---", "----"),
    "salon.topup.rule": ("----", "r---", "rwcd", "r---", "----"),
    "salon.wallet": ("----", "r---", "r---", "r---", "----"),
    "salon.wallet.book": ("----", "----", "rwcd", "rwcd", "----"),
    "salon.wallet.hold": ("----", "r---", "r---", "----", "----"),
    "salon.wallet.lot": ("----", "r---", "r---", "r---", "----"),
    "salon.wallet.move": ("----", "r---", "r---", "r---", "----"),
    "salon.wallet.notice": ("----", "r---", "r---", "----", "----"),
}


@tagged("post_install", "-at_install")
class TestMatrix(AccessMatrix, SalonCommon):
    def test_every_model_has_its_line_and_every_role_its_rights(self):
        self._assert_matrix("salon_membership", MATRIX)
