import os
from random import Random

from psycopg2.errors import CheckViolation

from odoo import SUPERUSER_ID
from odoo.exceptions import AccessError, UserError
from odoo.service.model import get_public_method
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..tools import vault
from .common import SalonCommon
from .health import HealthKeys

SECRET = "takes isotretinoin 异维A酸"


@tagged("post_install", "-at_install")
class TestHealthNotes(HealthKeys, SalonCommon):
    """Health notes are readable by the roles of the design alone, lie encrypted, and each reading is logged."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._book((cls.cut, cls.anna))
        cls.file = cls.client.salon_file_ids
        cls.notes = cls.env["salon.health.note"]
        cls.log = cls.env["salon.access.log"]

    def _conceal(self, text=SECRET, user=None, file=None, **values):
        notes = self.notes.with_user(user or self.manager)
        return notes.browse(notes.conceal((file or self.file).id, {"kind": "medication", "text": text, **values}))

    def _texts(self, user=None):
        return [note["text"] for note in self.file.with_user(user or self.manager).reveal_health("service")]

    # Who --------------------------------------------------------------------------------------------------

    def test_managers_and_the_stylists_who_serve_the_client_read_and_write(self):
        note = self._conceal(user=self.stylist_user)
        self.assertEqual(self._texts(self.stylist_user), [SECRET])
        self.assertEqual(note.with_user(self.manager).reveal("review")[0]["text"], SECRET)
        note.with_user(self.stylist_user).remove()
        self.assertEqual(self._texts(), [])

    def test_nobody_else_reads_or_writes(self):
        note = self._conceal()
        for user in self._strangers():
            with self.subTest(user.login):
                with self.assertRaises(AccessError):
                    note.with_user(user).reveal("service")
                with self.assertRaises(AccessError):
                    note.with_user(user).sudo().reveal("service")
                with self.assertRaises(AccessError):
                    self.file.with_user(user).reveal_health("service")
                with self.assertRaises(AccessError):
                    self._conceal("other", user=user)
                with self.assertRaises(AccessError):
                    note.with_user(user).remove()
        self.assertEqual(self._texts(), [SECRET])

    def _strangers(self):
        other_salon = self.env["res.company"].create({"name": "Second Salon"})
        self.client.company_id = self.env.company
        elsewhere = new_test_user(self.env, "manager_2", "salon_crm.group_salon_manager")
        elsewhere.write({"company_ids": [(6, 0, other_salon.ids)], "company_id": other_salon.id})
        return (
            self.reception,
            self.other_stylist_user,
            self.plain_user,
            elsewhere,
            new_test_user(self.env, "desk_stylist", "salon_crm.group_salon_reception,salon_crm.group_salon_stylist"),
            new_test_user(self.env, "system_alone", "base.group_system"),
            new_test_user(self.env, "accountant", "account.group_account_user"),
            new_test_user(self.env, "client_portal", "base.group_portal"),
        )

    def test_who_books_a_client_for_themselves_sees_nothing_before_the_client_came(self):
        self._conceal()
        me = self.other_stylist_user
        sensitivities = self.env["salon.sensitivity"].with_user(me)
        mine = self._book((self.cut, self.ben), minutes=300, user=me)
        with self.assertRaisesRegex(AccessError, "when the client has come"):
            self._texts(me)
        self.assertFalse(sensitivities.has_access("read") and sensitivities.search([("file_id", "=", self.file.id)]))
        mine.with_user(self.reception).action_salon_arrive()
        self.assertEqual(self._texts(me), [SECRET])

    def test_a_booking_that_is_off_serves_nobody(self):
        self._conceal()
        booking = self._book((self.cut, self.ben), minutes=300, user=self.reception)
        self.assertEqual(self._texts(self.other_stylist_user), [SECRET])
        for lost in (booking.action_salon_cancel, booking.action_salon_no_show):
            lost()
            with self.assertRaises(AccessError):
                self._texts(self.other_stylist_user)
            booking.action_salon_rebook()

    def test_stylists_put_no_other_client_into_a_booking_made_for_them(self):
        other = self.env["res.partner"].create({"name": "Olga", "is_salon_client": True})
        booking = self._book((self.cut, self.ben), minutes=300, user=self.reception, client=other)
        with self.assertRaisesRegex(AccessError, "front desk"):
            booking.with_user(self.other_stylist_user).salon_client_id = self.client
        booking.with_user(self.reception).salon_client_id = self.client

    def test_nobody_makes_themselves_the_keeper_of_a_file_to_read_it(self):
        self._conceal()
        groups = "salon_crm.group_salon_reception,salon_crm.group_salon_stylist"
        desk = new_test_user(self.env, "desk_stylist_2", groups)
        dora = self.env["hr.employee"].create({"name": "Dora", "is_salon_stylist": True, "user_id": desk.id})
        with self.assertRaisesRegex(AccessError, "make you the keeper"):
            self.file.with_user(desk).keeper_id = dora
        self.file.with_user(self.manager).keeper_id = dora
        self.assertEqual(self._texts(desk), [SECRET])
        self.file.with_user(desk).write({"keeper_id": dora.id, "preferences": "tea"})

    def test_what_runs_by_itself_is_told_nothing(self):
        """A mail template of an administrator is rendered as the system: the client's health goes into no mail."""
        self._conceal()
        with self.assertRaises(AccessError):
            self.file.with_user(SUPERUSER_ID).reveal_health("service")

    def test_no_way_around(self):
        """Invariant 11: no operation of the ORM that comes in by RPC gives a note, to whomever."""
        note = self._conceal()
        for user in (self.manager, self.stylist_user, self.reception, self.plain_user):
            user.group_ids |= self.env.ref("base.group_allow_export")
            notes = note.with_user(user)
            for name, way in self._ways(notes):
                with self.subTest(f"{name} as {user.login}"), self.assertRaises(AccessError):
                    way()

    @staticmethod
    def _ways(notes):
        model = notes.browse()
        return (
            ("read", lambda: notes.read(["cipher"])),
            ("read all", notes.read),
            ("web_read", lambda: notes.web_read({"cipher": {}, "file_id": {}})),
            ("search", lambda: model.search([("cipher", "ilike", "a")])),
            ("search_count", lambda: model.search_count([])),
            ("search_read", lambda: model.search_read([], ["version"])),
            ("web_search_read", lambda: model.web_search_read([], {"version": {}})),
            ("name_search", lambda: model.name_search("")),
            ("group", lambda: model.formatted_read_group([], ["file_id"], ["__count"])),
            ("group by", lambda: model.read_group([], ["file_id"], ["file_id"])),
            ("export", lambda: notes.export_data(["cipher"])),
            ("copy", notes.copy),
            ("write", lambda: notes.write({"file_id": 1})),
            ("unlink", notes.unlink),
            ("create", lambda: model.create({"cipher": "x"})),
            ("view", lambda: model.web_save({"cipher": "x"}, {"cipher": {}})),
            ("the key", lambda: model.env["salon.health.key"].search([])),
        )

    def test_what_opens_notes_is_no_method_for_outside(self):
        for model, name in (
            ("salon.health.note", "_open"),
            ("salon.health.note", "_log"),
            ("salon.health.key", "_decrypt"),
            ("salon.health.key", "_fernet"),
            ("salon.health.key", "rotate"),
            ("salon.access.log", "_note"),
            ("salon.access.log", "_gc_access_log"),
            ("salon.client.file", "_erase_health"),
            ("salon.intake", "_open_health"),
            ("salon.intake", "_fill"),
        ):
            with self.subTest(name), self.assertRaises(AccessError):
                get_public_method(self.env[model], name)

    def test_no_field_of_another_model_and_no_message_has_it(self):
        messages = self.env["mail.message"].search_count([])
        self._conceal()
        self.assertEqual(self.env["mail.message"].search_count([]), messages)
        related = self.env["ir.model.fields"].search([("relation", "in", ("salon.health.note", "salon.health.key"))])
        self.assertEqual(
            {f"{field.model}.{field.name}" for field in related},
            {"salon.health.note.key_id", "salon.override.key_id", "salon.intake.key_id", "salon.photo.key_id"},
        )
        self.assertFalse(self.file.copy_data()[0].keys() & {"notes", "health"})

    # What lies in the database ------------------------------------------------------------------------------

    def test_the_database_holds_no_plain_text(self):
        self._conceal(kind="pregnancy", condition="pregnant")
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT to_jsonb(n)::text || to_jsonb(k)::text FROM salon_health_note n"
            " JOIN salon_health_key k ON k.id = n.key_id WHERE n.file_id = %s",
            [self.file.id],
        )
        (row,) = self.env.cr.fetchone()
        for word in ("isotretinoin", "异维", "pregnan", "medication"):
            self.assertNotIn(word, row)

    def test_what_goes_in_comes_out_whatever_it_is_and_however_often_keys_change(self):
        random = Random(5)
        alphabet = "aZ09 \n\t\"'\\{}[]%<>é过敏妊娠🤰\u200d\u0301"
        keys, said = [self.master], []
        for _round in range(4):
            for _note in range(8):
                text = "".join(random.choices(alphabet, k=random.choice((1, 7, 300, 3999)))).strip() or "-"
                said.append(text)
                self._conceal(text)
            self.assertEqual(self._texts(), said)
            keys.insert(0, vault.new_key())
            self._keys(*keys)
            self.assertGreaterEqual(self.env["salon.health.key"].rotate(batch=2), 1)
            self.assertEqual(self.env["salon.health.key"].rotate(batch=2), 0)
            del keys[1:]
            self._keys(*keys)  # the old ones are not needed any more
            self.assertEqual(self._texts(), said)

    def test_each_client_has_a_key_of_their_own(self):
        other = self.env["res.partner"].create({"name": "Olga", "is_salon_client": True}).salon_file_ids
        first, second = self._conceal(), self._conceal(file=other)
        keys = (first | second).sudo().key_id
        self.assertEqual(len(keys), 2)
        self.assertEqual(self._conceal("more").sudo().key_id, first.sudo().key_id)
        with mute_logger("odoo.sql_db"), self.assertRaises(UserError):
            keys[0]._decrypt([second.sudo().cipher])

    def test_a_missing_or_wrong_key_is_said_and_loses_nothing(self):
        note = self._conceal()
        lying = note.sudo().cipher
        for keys, sentence in (
            ([], "no key for health notes"),
            (["not a key"], "no key for health notes"),
            ([vault.new_key()], "does not open these health notes"),
        ):
            with self.subTest(sentence):
                self._keys(*(keys or [","]))
                for act in (
                    self._texts,
                    lambda: self._conceal("new"),
                    lambda: self.notes.with_user(self.manager).conceal(
                        self.file.id, {"kind": "note", "text": "x"}, note_id=note.id, version=1
                    ),
                    self.env["salon.health.key"].rotate,
                ):
                    with self.assertRaisesRegex(UserError, sentence):
                        act()
        self.assertEqual(note.sudo().cipher, lying)
        self._keys(self.master)
        self.assertEqual(self._texts(), [SECRET])

    def test_the_keys_come_from_the_configuration_too(self):
        self.addCleanup(self._use_keys, self.master)
        self._use_keys(None)
        self.addCleanup(vault.config.options.maps[0].pop, vault.OPTION, None)
        vault.config[vault.OPTION] = self.master
        self.assertNotIn(vault.ENVIRONMENT, os.environ)
        self.assertEqual(vault.configured_keys(), self.master)
        self._conceal()
        self.assertEqual(self._texts(), [SECRET])

    def test_an_erased_client_can_not_be_read_from_an_old_backup(self):
        note = self._conceal()
        backup, key = note.sudo().cipher, note.sudo().key_id
        self.file._erase_health()
        self.assertFalse(note.exists())
        with self.assertRaisesRegex(UserError, "erased"):
            key._decrypt([backup])
        self.assertEqual(self.log.search([("file_id", "=", self.file.id)], limit=1).operation, "erase")
        self._conceal("anew")
        self.assertEqual(self._texts(), ["anew"])

    # What is written ----------------------------------------------------------------------------------------

    def test_what_is_no_note_is_refused(self):
        for content, sentence in (
            ({"kind": "note", "text": "  "}, "Write the note"),
            ({"kind": "secret", "text": "x"}, "what the note is about"),
            ({"kind": "skin", "condition": "pregnant"}, "what the note is about"),
            ({"kind": "note", "text": "x" * 4001}, "at most 4000"),
            ({"kind": "note", "text": "x", "since": "never"}, "no date"),
            ({"kind": "note", "text": "x", "since": 5}, "no date"),
            ({"kind": "note", "text": 5}, "Write the note"),
            (None, "Write the note"),
            ({"kind": "note", "text": "x", "since": "2026-05-01", "until": "2026-04-01"}, "before it begins"),
        ):
            with self.subTest(sentence), self.assertRaisesRegex(UserError, sentence):
                self.notes.with_user(self.manager).conceal(self.file.id, content)
        for purpose in (False, "", "curiosity", ["service"]):
            with self.assertRaisesRegex(UserError, "what you need"):
                self.file.with_user(self.manager).reveal_health(purpose)

    def test_who_saves_what_somebody_else_changed_is_told(self):
        note = self._conceal()
        notes = self.notes.with_user(self.manager)
        change = {"kind": "skin", "condition": "eczema", "text": "hands", "since": "2026-05-01"}
        notes.conceal(self.file.id, change, note_id=note.id, version=1)
        shown = note.with_user(self.manager).reveal("service")[0]
        self.assertEqual({name: shown[name] for name in change}, change)
        self.assertEqual((shown["version"], shown["changed_by"], shown["until"]), (2, self.manager.name, False))
        with self.assertRaisesRegex(UserError, "Somebody else"):
            notes.conceal(self.file.id, change, note_id=note.id, version=1)
        other = self.env["res.partner"].create({"name": "Olga", "is_salon_client": True}).salon_file_ids
        with self.assertRaisesRegex(UserError, "Somebody else"):
            notes.conceal(other.id, change, note_id=note.id, version=2)

    # The log ------------------------------------------------------------------------------------------------

    def _logged(self):
        return [
            (line.user_name, line.operation, line.purpose, line.records)
            for line in self.log.search([("file_id", "=", self.file.id)], order="id")
        ]

    def test_each_reading_and_change_is_logged(self):
        note = self._conceal(user=self.stylist_user)
        note.with_user(self.manager).reveal("review")
        self.file.with_user(self.stylist_user).reveal_health("service")
        note.with_user(self.manager).remove()
        self.file.with_user(self.manager).reveal_health("request")
        stylist, manager = (f"{user.name} ({user.login})" for user in (self.stylist_user, self.manager))
        self.assertEqual(
            self._logged(),
            [
                (stylist, "change", "update", 1),
                (manager, "read", "review", 1),
                (stylist, "read", "service", 1),
                (manager, "remove", "update", 1),
                (manager, "read", "request", 0),
            ],
        )

    def test_an_erasure_is_logged_for_each_client_also_where_nothing_was_noted(self):
        friend = self.env["res.partner"].create({"name": "Gerda", "is_salon_client": True}).salon_file_ids
        self._conceal("one")
        self._conceal("two")
        (self.file + friend)._erase_health()
        lines = self.log.search([("operation", "=", "erase")], order="id")
        self.assertEqual([(line.file_id, line.records) for line in lines], [(self.file, 2), (friend, 0)])

    def test_the_database_itself_keeps_the_log(self):
        self._conceal()
        for statement in (
            "UPDATE salon_access_log SET user_name = 'nobody'",
            "DELETE FROM salon_access_log",
            "TRUNCATE salon_access_log",
        ):
            with (
                self.subTest(statement),
                mute_logger("odoo.sql_db"),
                self.assertRaises(CheckViolation),
                self.cr.savepoint(),
            ):
                self.env.cr.execute(statement)
        for user in (self.manager, self.stylist_user):
            lines = self.log.with_user(user).browse(self.log.search([], limit=1).id)
            for act in (lines.unlink, lambda lines=lines: lines.write({"user_name": "nobody"})):
                with self.assertRaises(AccessError):
                    act()
        with self.assertRaises(AccessError):
            self.log.with_user(self.stylist_user).search([])

    def test_a_user_who_is_deleted_stays_in_the_log(self):
        user = new_test_user(self.env, "leaving", "salon_crm.group_salon_manager")
        self._conceal(user=user)
        name = f"{user.name} (leaving)"
        user.unlink()
        self.assertEqual(self.log.search([("file_id", "=", self.file.id)]).user_name, name)

    def test_the_log_is_kept_for_the_time_that_is_set(self):
        self._conceal()
        self.env.cr.execute("SELECT set_config('salon.unlock', 'on', true)")
        self.env.cr.execute(
            "UPDATE salon_access_log SET created_at = created_at - interval '13 months' WHERE file_id = %s",
            [self.file.id],
        )
        self.env.cr.execute("SELECT set_config('salon.unlock', 'off', true)")
        self.client.company_id = self.env.company
        for months, left in ((0, 1), (14, 1), (12, 0)):
            self.env.company.salon_access_log_months = months
            self.log._gc_access_log()
            self.assertEqual(self.log.search_count([("file_id", "=", self.file.id)]), left)
        with mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation), self.cr.savepoint():
            self._conceal()
            self.env.cr.execute("DELETE FROM salon_access_log")

    def test_a_file_with_health_notes_is_not_deleted(self):
        self._conceal()
        with self.assertRaisesRegex(UserError, "stays"):
            self.file.with_user(self.manager).unlink()

    # Merging ------------------------------------------------------------------------------------------------

    def test_merged_clients_keep_the_notes_of_both_even_without_a_key(self):
        other = self.env["res.partner"].create({"name": "Clara again", "is_salon_client": True})
        self._conceal("first")
        self._conceal("second", file=other.salon_file_ids)
        lines = self.log.search_count([("file_id", "in", (self.file | other.salon_file_ids).ids)])
        self._keys(",")
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.client | other).ids, self.client)
        self.env.invalidate_all()
        self._keys(self.master)
        self.assertEqual(self.log.search_count([("file_id", "=", self.file.id)]), lines)
        self.assertEqual(self._texts(), ["first", "second"])
