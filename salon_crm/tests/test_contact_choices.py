from psycopg2.errors import CheckViolation

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import SalonCommon


@tagged("post_install", "-at_install")
class TestContactChoices(SalonCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client.write({"email": "clara@example.com", "country_id": cls.env.ref("base.cn").id})
        cls.client._make_salon_clients()
        cls.file = cls.client.salon_file_ids

    def _refusal(self, purpose, channel, client=None):
        client = client or self.client
        return self.env["salon.client.file"]._find_refusals(client, purpose, channel).get(client.id)

    def test_care_is_expected_and_offers_need_a_word(self):
        self.assertFalse(self._refusal("care", "call"))
        self.assertEqual(self._refusal("marketing", "call"), "no_consent")
        stranger = self.env["res.partner"].create({"name": "No File"})
        self.assertFalse(self._refusal("care", "email", stranger))
        self.assertEqual(self._refusal("marketing", "email", stranger), "no_consent")

    def test_what_is_ticked_on_the_form_is_kept_with_who_and_when(self):
        file = self.file.with_user(self.reception)
        file.write({"marketing_call": True, "care_sms": False, "preferences": "Window"})
        self.assertEqual((self.file.marketing_call, self.file.care_sms), (True, False))
        lines = self.file.choice_ids.sorted("channel")
        said = [(line.purpose, line.channel, line.agreed, line.way, line.user_name) for line in lines]
        name = self.reception.name
        self.assertEqual(said, [("marketing", "call", True, "salon", name), ("care", "sms", False, "salon", name)])
        file.write({"marketing_call": True})
        self.assertEqual(len(self.file.choice_ids), 2, "what was said already is not said again")
        self.assertFalse(self._refusal("marketing", "call"))
        self.assertEqual(self._refusal("care", "sms"), "objected")

    def test_a_new_file_keeps_what_is_chosen_with_it(self):
        file = self.env["salon.client.file"].create({"name": "Nora", "marketing_post": True, "care_call": True})
        self.assertTrue(file.marketing_post)
        self.assertEqual(file.choice_ids.mapped("channel"), ["post"])

    def test_offers_by_email_and_sms_are_told_to_odoos_mailings(self):
        for channel, address in (("email", "is_blacklisted"), ("sms", "phone_blacklisted")):
            self.file._set_contact_choice("marketing", channel, False)
            self.assertTrue(self.client[address])
            self.assertEqual(self._refusal("marketing", channel), "objected")
            self.file._set_contact_choice("marketing", channel, True, "portal")
            self.assertFalse(self.client[address])
            self.assertFalse(self._refusal("marketing", channel))

    def test_who_unsubscribed_from_odoos_mailings_objected(self):
        self.file._set_contact_choice("marketing", "email", True)
        self.env["mail.blacklist"]._add("clara@example.com")
        self.assertEqual(self._refusal("marketing", "email"), "objected")
        self.assertFalse(self._refusal("care", "email"), "care goes all the same")

    def test_the_database_refuses_to_change_what_was_said(self):
        self.file._set_contact_choice("marketing", "call", True)
        line = self.file.choice_ids
        for change in ("UPDATE salon_contact_choice SET agreed = false", "DELETE FROM salon_contact_choice"):
            with mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation), self.cr.savepoint():
                self.cr.execute(f"{change} WHERE id = %s", (line.id,))

    def test_of_merged_clients_the_last_word_holds(self):
        double = self.env["res.partner"].create({"name": "Clara C."})
        double._make_salon_clients()
        self.file._set_contact_choice("marketing", "call", True)
        double.salon_file_ids._set_contact_choice("marketing", "call", False)
        double.salon_file_ids._set_contact_choice("marketing", "wechat", True)
        self.env["base.partner.merge.automatic.wizard"].create({})._merge((self.client | double).ids, self.client)
        self.env.invalidate_all()
        self.assertEqual((self.file.marketing_call, self.file.marketing_wechat), (False, True))
        self.assertEqual(self._refusal("marketing", "call"), "objected")
        self.assertEqual(len(self.file.choice_ids), 3)

    def test_erasing_a_client_takes_their_choices(self):
        self.file._set_contact_choice("marketing", "call", True)
        self.env["salon.erase"].create({"file_id": self.file.id, "reason": "request", "sure": True}).action_erase()
        self.assertFalse(self.env["salon.contact.choice"].search([("file_id", "=", self.file.id)]))

    def test_a_stylist_notes_a_choice_of_a_client_they_serve(self):
        self.file.keeper_id = self.anna
        self.file.with_user(self.stylist_user).write({"care_call": False})
        self.assertEqual(self.file.choice_ids.user_name, self.stylist_user.name)

    def test_an_import_says_that_it_was_one(self):
        self.file.with_context(salon_choice_way="import").write({"marketing_email": True})
        self.assertEqual(self.file.choice_ids.way, "import")
