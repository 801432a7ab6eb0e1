import smtplib
from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import MembershipCommon


@tagged("post_install", "-at_install")
class TestClub(MembershipCommon):
    """How one becomes a member, and what members are told."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": False})
        cls.company = cls.env.company
        cls.silver.write({"spend": 2000, "visits": 12})
        cls.regular._keep_pricelists()  # the test's set-up archives all pricelists
        cls.form = (
            cls.env["salon.consent.form"]
            .sudo()
            .create({"name": "Our Rules", "kind": "club", "text": "<p>Be kind.</p>", "months": 0})
        )
        cls.company.write({"salon_club_form_id": cls.form.id, "salon_enrol_amount": 500})
        cls.goods = cls.env["product.product"].create(
            {"name": "Goods", "list_price": 1, "taxes_id": False, "available_in_pos": True}
        )

    def _buy(self, amount, **values):
        values = {"salon_enrol": True, "salon_rules_accepted": True, **values}
        order = self._sell((self.goods, amount), partner=self.guest, **values)
        return order, self.env["salon.membership"]._get_active(self.guest, self.company)

    def test_a_purchase_of_the_amount_makes_a_member(self):
        order, member = self._buy(500)
        self.assertEqual((member.tier_id, member.points), (self.regular, 500))
        self.assertEqual(order.salon_tier_news, "New member: Regular")
        self.assertEqual(member.rules_consent_id.form_id, self.form)
        self.assertEqual(member.change_ids.reason, "purchase")

    def test_less_makes_none_and_says_so(self):
        order, member = self._buy(499.99)
        self.assertFalse(member)
        self.assertIn("was not enrolled", order.message_ids[0].body)

    def test_nobody_is_enrolled_without_the_rules_or_without_asking(self):
        self.assertFalse(self._buy(500, salon_rules_accepted=False)[1])
        self.assertFalse(self._buy(500, salon_enrol=False)[1])
        self.company.salon_club_form_id = False
        self.assertTrue(self._buy(500, salon_rules_accepted=False)[1])

    def test_0_offers_it_never(self):
        self.company.salon_enrol_amount = 0
        self.assertFalse(self._buy(5000)[1])

    def test_the_salon_chooses_the_first_tier(self):
        self.company.salon_enrol_tier_id = self.silver
        self.assertEqual(self._buy(500)[1].tier_id, self.silver)

    def test_one_becomes_a_member_of_the_company_that_sold(self):
        there = self.env["res.company"].create({"name": "There"})
        self.env.user.company_ids |= there
        self._buy(500)
        self.assertFalse(self.env["salon.membership"]._get_active(self.guest, there))

    def test_the_price_at_once_counts_what_it_would_have_cost(self):
        self.company.salon_enrol_at_once = True
        pricelist = self.regular._get_pricelist(self.company)
        order = self._sell(
            (self.goods, 500), partner=self.guest, pricelist=pricelist, salon_enrol=True, salon_rules_accepted=True
        )
        member = self.env["salon.membership"]._get_active(self.guest, self.company)
        self.assertEqual((order.amount_total, member.tier_id), (450, self.regular))

    def test_another_addon_enrols_by_the_first_top_up(self):
        members = self.env["salon.membership"]
        self.patch(type(members), "_salon_enrol_on", lambda self, order: "topup")
        order, member = self._buy(1, salon_enrol=False)
        self.assertEqual((member.change_ids.reason, member.change_ids.pos_order_id), ("topup", order))

    # Rules ------------------------------------------------------------------------------------------

    def test_a_new_version_is_accepted_anew_and_the_words_stay(self):
        member = self._buy(500)[1]
        first = member.rules_consent_id
        self.form.text = "<p>Be very kind.</p>"
        self.assertEqual(self.form.version, 2)
        member._accept_rules()
        self.assertEqual(member.rules_consent_id.version, 2)
        self.assertIn("Be kind.", first.text)
        again = member.rules_consent_id
        member._accept_rules()
        self.assertEqual(member.rules_consent_id, again)

    def test_an_erased_member_leaves_no_words_behind(self):
        member = self._buy(500)[1]
        self.env.flush_all()
        self.env.cr.execute("SELECT set_config('salon.unlock', 'on', true)")
        self.env.cr.execute("DELETE FROM salon_consent WHERE id = %s", (member.rules_consent_id.id,))
        member.invalidate_recordset()
        self.assertFalse(member.rules_consent_id)

    # Presets ----------------------------------------------------------------------------------------

    def _load(self, preset):
        wizard = self.env["salon.membership.preset"].sudo().create({"preset": preset})
        wizard.action_load()
        return wizard

    def test_a_preset_makes_tiers_and_keeps_those_with_members(self):
        self._load("vip")
        tiers = self.env["salon.membership.tier"].search([("company_id", "=", False)])
        self.assertEqual(tiers.mapped("name"), ["Regular", "VIP", "Gold", "Black VIP"])
        self.assertTrue(self.gold.active, "it has a member")
        self.assertFalse(self.silver.active)
        self.assertEqual(self.membership.tier_id, self.gold)
        vip = self.env.ref("salon_membership.tier_vip")
        self._load("vip")
        self.assertEqual(self.env.ref("salon_membership.tier_vip"), vip, "loaded twice, made once")
        self._load("classic")
        self.assertTrue(self.silver.active)
        self.assertFalse(vip.active)
        self.assertEqual((self.silver.discount, self.silver.spend, self.silver.visits), (15, 2000, 12))

    # Telling ----------------------------------------------------------------------------------------

    def _tell(self, **later):
        """Have the job run tomorrow at noon, or so much later or earlier."""
        tomorrow = fields.Datetime.to_datetime(fields.Date.today() + timedelta(days=1))
        moment = tomorrow + timedelta(hours=12) + timedelta(**later)
        self.env.ref("salon_membership.mail_template_membership_change").sudo().auto_delete = False
        self.env.flush_all()
        with freeze_time(moment), self.enter_registry_test_mode(), self.mock_mail_gateway():
            self.env.ref("salon_membership.cron_tell_members").sudo().method_direct_trigger()
        self.env.invalidate_all()
        return self.env["mail.mail"].sudo().search([("recipient_ids", "in", self.guest.ids)], order="id")

    def test_members_are_told_in_their_language(self):
        self.guest.write({"email": "greta@example.com", "tz": "UTC"})
        self._buy(500)
        mail = self._tell()
        self.assertIn("welcome, you are a member: Regular", mail.subject)
        self.assertIn("your membership number is", mail.body_html.lower())
        self.assertEqual(self._tell(), mail, "once")

    def test_not_at_night_and_of_several_changes_the_last(self):
        self.guest.write({"email": "greta@example.com", "tz": "UTC"})
        member = self._buy(500)[1]
        self.assertFalse(self._tell(hours=-9))
        member.sudo().tier_id = self.silver
        mail = self._tell()
        self.assertEqual(len(mail), 1)
        self.assertIn("you are Silver now", mail.subject)
        self.assertEqual(member.change_ids.mapped("told"), ["sent", "no"])

    def test_what_a_server_refuses_goes_again_and_an_address_that_is_none_does_not(self):
        self.guest.write({"email": "greta@example.com", "tz": "UTC"})
        change = self._buy(500)[1].change_ids
        errors = [
            smtplib.SMTPDataError(451, b"Come back later"),
            smtplib.SMTPRecipientsRefused({"greta@example.com": (550, b"No such user")}),
        ]

        def refuse(_change):
            raise errors.pop(0)

        self.patch(self.env.registry["salon.membership.change"], "_send_email", refuse)
        self._tell()
        self.assertEqual((change.told, change.tries), ("retry", 1))
        self._tell(minutes=4)
        self.assertEqual(len(errors), 1, "not yet")
        self._tell(minutes=5)
        self.assertEqual((change.told, change.tries), ("failed", 2))
        self.assertIn("550 No such user", change.why)
        self._tell(days=5)
        self.assertEqual(change.told, "failed")

    def test_who_has_no_email_is_listed(self):
        member = self._buy(500)[1]
        self.assertFalse(self._tell())
        self.assertEqual(member.change_ids.told, "unreachable")

    def test_nobody_is_told_where_the_salon_does_not_want_it(self):
        self.company.salon_tell_member = False
        self.guest.email = "greta@example.com"
        member = self._buy(500)[1]
        self.assertEqual(member.change_ids.told, "no")

    def test_each_kind_has_its_words(self):
        member = self._buy(500)[1]
        change = member.change_ids
        template = self.env.ref("salon_membership.mail_template_membership_change")
        for kind, words in (
            ("promoted", "From now on you are"),
            ("demoted", "Your tier is"),
            ("warned", "more to Silver"),
            ("ended", "your membership has ended"),
        ):
            values = {"kind": kind, "reason": "review", "from_tier_id": self.gold.id, "to_tier_id": self.silver.id}
            values |= {"membership_id": member.id, "company_id": self.company.id, "until": "2026-07-01"}
            change = self.env["salon.membership.change"].sudo().create(values)
            body = template.sudo()._render_field("body_html", change.ids)[change.id]
            self.assertIn(words, body)

    def test_the_wizard_wants_the_rules_accepted(self):
        wizard = self.env["salon.membership.enrol"].create({"partner_ids": self.guest.ids})
        with self.assertRaises(UserError):
            wizard.action_enrol()
        wizard.rules_accepted = True
        wizard.action_enrol()
        member = self.env["salon.membership"]._get_active(self.guest, self.company)
        self.assertEqual(member.rules_consent_id.form_id, self.form)
