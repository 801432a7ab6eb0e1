import base64

from odoo.exceptions import UserError
from odoo.service.model import call_kw
from odoo.tests import new_test_user, tagged

from .access_common import AccessMatrix
from .common import SalonCommon
from .health import HealthKeys

SECRET = "zzsecretzz"


@tagged("post_install", "-at_install")
class TestAccessWays(HealthKeys, AccessMatrix, SalonCommon):
    """A right that a role has not is not had by another way: fields, files, messages, search, groups, export, RPC."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.booking = cls._book((cls.colour, cls.anna))
        cls.booking.action_salon_arrive()
        cls.visit = cls.booking.salon_visit_ids
        cls.visit.note = SECRET
        cls.file = cls.client.salon_file_ids
        cls.file.alert = SECRET
        cls.formula = cls.env["salon.formula"].create({"line_id": cls.visit.line_ids[0].id, "note": SECRET})
        cls.diagnosis = cls.env["salon.diagnosis"].create({"visit_id": cls.visit.id, "recommendation": SECRET})
        substance = cls.env["salon.substance"].create({"name": SECRET})
        cls.sensitivity = cls.env["salon.sensitivity"].create({"file_id": cls.file.id, "substance_id": substance.id})
        notes = cls.env["salon.health.note"].with_user(cls.manager)
        cls.note = notes.browse(notes.conceal(cls.file.id, {"kind": "note", "text": SECRET}))
        for record in (cls.file, cls.visit, cls.booking):
            record.message_post(body=SECRET, attachments=[(f"{SECRET}.txt", SECRET.encode())])
        cls.system = new_test_user(cls.env, "ways_system", "base.group_system")
        for user in (cls.stylist_user, cls.other_stylist_user, cls.reception, cls.manager, cls.plain_user):
            user.group_ids |= cls.env.ref("base.group_allow_export")

    def _records(self):
        """Return {record: (a field of it that tells something, who may know)}."""
        staff = (self.stylist_user, self.reception, self.manager)
        own = (self.stylist_user, self.manager)
        return {
            self.file: ("alert", staff),
            self.visit: ("note", staff),
            self.formula: ("note", own),
            self.diagnosis: ("recommendation", own),
            self.sensitivity: ("substance_id", own),
            self.note: ("cipher", ()),
            self.note.sudo().key_id: ("wrapped", ()),
        }

    def _everybody(self):
        return (
            self.stylist_user,
            self.other_stylist_user,
            self.reception,
            self.manager,
            self.accountant,
            self.plain_user,
            self.system,
            self.portal_user,
            self.visitor,
        )

    def _rpc(self, user, model, method, *args, **kwargs):
        """Call as the web client does; return None where it is refused."""
        try:
            return call_kw(self.env[model].with_user(user).with_context(lang="en_US").browse(), method, args, kwargs)
        except UserError:  # the right on the record, or that to export at all
            return None

    def _ways(self, record, name):
        """Return {way: arguments of an RPC} by which one could get at `name` of a record, or learn that it is there."""
        one = [("id", "=", record.id)]
        said = [*one, (name, "!=", False)]
        return {
            "read": ("read", record.ids, [name]),
            "web_read": ("web_read", record.ids, {name: {}}),
            "search": ("search", one),
            "search_read": ("search_read", one, [name]),
            "web_search_read": ("web_search_read", one, {name: {}}),
            "search by the field": ("search", said),
            "count by the field": ("search_count", said),
            "group": ("formatted_read_group", said, [], ["__count"]),
            "web group": ("web_read_group", said, ["create_uid"] if "create_uid" in record._fields else ["file_id"]),
            "export": ("export_data", record.ids, [name]),
        }

    def test_by_no_way_one_learns_what_ones_role_may_not_know(self):
        for record, (name, may) in self._records().items():
            for user in self._everybody():
                for way, (method, *args) in self._ways(record, name).items():
                    with self.subTest(f"{record._name}.{name} by {way} as {user.login}"):
                        found = self._rpc(user, record._name, method, *args)
                        if user in may:
                            self.assertTrue(found)
                        else:
                            self.assertTrue(self._is_nothing(found), found)

    def _is_nothing(self, found):
        """Tell whether an answer tells nothing: refused, empty, zero or a group of none."""
        if isinstance(found, dict):
            return not any(found.get(key) for key in ("records", "length", "datas", "groups"))
        if isinstance(found, list) and found and isinstance(found[0], dict):
            return all("__count" in group and not group["__count"] for group in found)
        return not found

    def test_what_hangs_on_a_record_is_for_those_who_may_read_it(self):
        """Messages and files of file and visit."""
        staff = (self.stylist_user, self.reception, self.manager)
        for record in (self.file, self.visit, self.booking):
            on = [("model", "=", record._name), ("res_id", "=", record.id)]
            files = self.env["ir.attachment"].search([("res_model", "=", record._name), ("res_id", "=", record.id)])
            messages = self.env["mail.message"].sudo().search(on)
            self.assertTrue(files and messages)
            for user in self._everybody():
                with self.subTest(f"{record._name} as {user.login}"):
                    found = self._rpc(user, "mail.message", "search_read", on, ["body"]) or []
                    read = self._rpc(user, "ir.attachment", "read", files.ids, ["datas"]) or []
                    told = any(SECRET in (message["body"] or "") for message in found)
                    given = any(SECRET.encode() in base64.b64decode(one["datas"] or b"") for one in read)
                    self.assertEqual((told, given), (user in staff,) * 2)

    def test_no_health_comes_by_way_of_a_related_record(self):
        """Who may read the file, the substance or the client finds by them nothing of who does not bear what."""
        strangers = (self.reception, self.other_stylist_user, self.plain_user, self.accountant, self.system)
        ways = {
            "salon.client.file": [("id", "=", self.file.id)],
            "res.partner": [("id", "=", self.client.id)],
            "salon.substance": [("name", "=", SECRET)],
        }
        for model in ways:
            links = [
                field.name
                for field in self.env[model]._fields.values()
                if field.comodel_name in ("salon.sensitivity", "salon.health.note", "salon.override")
            ]
            for user in strangers:
                for link in links:
                    with self.subTest(f"{model}.{link} as {user.login}"):
                        by = [*ways[model], (f"{link}.id", "!=", False)]
                        self.assertFalse(self._rpc(user, model, "search", by))
                        found = self._rpc(user, model, "search_read", ways[model], [link])
                        self.assertFalse(found and found[0][link])
        for user in strangers:
            with self.subTest(user.login):
                by = [("file_id.partner_id", "=", self.client.id)]
                self.assertFalse(self._rpc(user, "salon.sensitivity", "search", by))
                self.assertFalse(self._rpc(user, "salon.sensitivity", "name_search", SECRET))
                self.assertFalse(self._rpc(user, "salon.health.note", "reveal", self.note.ids, "service"))
                self.assertFalse(self._rpc(user, "salon.client.file", "reveal_health", self.file.ids, "service"))
