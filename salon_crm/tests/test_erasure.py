from collections import Counter
from datetime import timedelta

from psycopg2.errors import CheckViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.service.model import get_public_method
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..tools.personal import FREE
from .privacy_common import EMAIL, MARK, NAME, PHONE, PrivacyCommon

# What a client is reached from: whatever refers to one of these, directly or not, may say something of a client.
ROOTS = {"res.partner", "salon.client.file", "calendar.event", "pos.order"}
# These name people of the salon or its own contacts, or what is done for no client in particular.
NOT_OF_CLIENTS = {"salon.booking.hold", "salon.blocked.time"}


@tagged("post_install", "-at_install")
class TestPersonalData(PrivacyCommon):
    """Nothing that the salon knows of a client is forgotten by export and erasure."""

    def _lead_to_clients(self):
        """Return the salon's stored models that refer to a client, by whatever way: {model: field}."""
        mine = {
            name: model
            for name, model in self.env.registry.items()
            if name.startswith("salon.") and model._auto and not model._abstract and not model._transient
        }
        found, known = {}, set(ROOTS)
        while True:
            new = {
                name: field.name
                for name, model in mine.items()
                if name not in known
                for field in model._fields.values()
                if field.store and field.type in ("many2one", "many2many") and field.comodel_name in known
            }
            if not new:
                return found
            found |= new
            known |= new.keys()

    def test_every_model_that_leads_to_a_client_has_an_answer(self):
        answered = {answer.model for answer in self.data._answers()}
        missing = {
            name: field
            for name, field in self._lead_to_clients().items()
            if name not in answered | NOT_OF_CLIENTS | ROOTS
        }
        self.assertFalse(
            missing,
            "These models lead to a client. Say in models/salon_personal_data.py what is exported of them and what an"
            " erasure does.",
        )

    def test_every_field_of_the_salon_on_other_models_that_leads_to_a_client_has_an_answer(self):
        answered = {answer.model for answer in self.data._answers()}
        leads = self._lead_to_clients().keys() | {"res.partner", "salon.client.file"}
        missing = {
            f"{name}.{field.name}"
            for name, model in self.env.registry.items()
            if model._auto and not model._abstract and not model._transient and not name.startswith("salon.")
            for field in model._fields.values()
            if field.store
            and field.type in ("many2one", "many2many")
            and (field._module or "").startswith("salon_")
            and field.comodel_name in leads
            and name not in answered
        }
        self.assertEqual(missing, set())

    def test_every_text_of_the_salon_on_other_models_goes_or_is_said_to_stay(self):
        """What an addon of the salon adds to a booking or an order: nobody may have to remember it."""
        spoken_of = Counter()
        for answer in self.data._answers():
            spoken_of.update((answer.model, name) for name in (*answer.values, *answer.keeps))
        silent = {
            f"{model}.{field.name}"
            for model in {answer.model for answer in self.data._installed_answers() if not answer.delete}
            if not model.startswith("salon.")
            for field in self.env[model]._fields.values()
            if field.store
            and field.type in FREE
            and (field._module or "").startswith("salon_")
            and not spoken_of[model, field.name]
        }
        self.assertEqual(silent, set())

    def test_what_describes_a_person_goes_whatever_its_type(self):
        """On partner and file, a choice or a link may be as personal as a text."""
        erasures = self.erasures
        described = erasures._prepare_partner_values().keys() | {"gender"}
        kept = {"is_salon_client"}  # that there was a client counts, who it was does not
        partner = {
            field.name
            for field in self.env["res.partner"]._fields.values()
            if field.store
            and field.column_type
            and (field._module or "").startswith("salon_")
            and field.type not in (*FREE, "date")
            and not (field.compute and field.readonly)
        }
        self.assertEqual(partner - described - kept, set(), "Say in _prepare_partner_values what these get.")
        answers = [answer for answer in self.data._answers() if answer.model == "salon.client.file"]
        said = {name for answer in answers for name in (*answer.values, *answer.keeps)}
        technical = {"id", "partner_id", "active", "erased_at", "create_uid", "write_uid", "create_date", "write_date"}
        file = {
            field.name
            for field in self.env["salon.client.file"]._fields.values()
            if field.store and (field.column_type or field.type == "many2many") and field.type not in FREE
        }
        self.assertEqual(file - said - technical, set(), "Say in the answer of the file what these get, or keep them.")

    def test_what_must_not_be_empty_gets_a_value(self):
        for answer in self.data._installed_answers():
            if not answer.delete:
                model = self.env[answer.model]
                empty = [name for name, value in self.data._new_values(answer).items() if value is None]
                for name in empty:
                    with self.subTest(f"{answer.model}.{name}"):
                        self.assertFalse(model._fields[name].required)

    def test_answers_name_fields_that_exist_and_say_why_something_stays(self):
        for answer in self.data._installed_answers():
            model = self.env[answer.model]
            with self.subTest(answer.model):
                for name in (*answer.keeps, *(answer.values if answer.model.startswith("salon.") else ())):
                    self.assertIn(name, model._fields)
                self.assertTrue(answer.delete or answer.why)
                self.assertTrue(answer.by or answer.also)


@tagged("post_install", "-at_install")
class TestErasure(PrivacyCommon):
    """An erased client leaves no personal data (invariant 12), and every total stays as it was."""

    def _erase(self, file, user=None, reason="request"):
        return self.erasures.with_user(user or self.manager)._erase(file, reason)

    def _totals(self):
        """Return what the salon reports: how many visits, bookings and members, and for how much."""
        self.env.flush_all()
        totals = {}
        for name, query in {
            "visits": "SELECT COUNT(*), COUNT(partner_id), MIN(date), MAX(date) FROM salon_visit WHERE state = 'done'",
            "services": "SELECT COUNT(*), SUM(quantity) FROM salon_visit_line",
            "shares": "SELECT COUNT(*), SUM(share) FROM salon_visit_performer",
            "grams": "SELECT COUNT(*), SUM(target_grams) FROM salon_formula_component",
            "bookings": "SELECT salon_state, COUNT(*) FROM calendar_event WHERE is_salon_booking GROUP BY 1 ORDER BY 1",
            "orders": "SELECT COUNT(*), SUM(amount_total), SUM(amount_paid) FROM pos_order",
            "books": "SELECT COUNT(*), SUM(debit), SUM(credit), SUM(amount_residual) FROM account_move_line",
            "ratings": "SELECT COUNT(*), SUM(rating) FROM rating_rating",
            "clients": "SELECT COUNT(*) FROM salon_client_file",
            "told": "SELECT state, COUNT(*) FROM salon_message GROUP BY 1 ORDER BY 1",
            "points": "SELECT COUNT(*), SUM(amount) FROM salon_points_move",
            "debts": "SELECT COUNT(*), SUM(amount) FROM salon_points_debt",
            "lots": "SELECT COUNT(*), SUM(remaining) FROM salon_points_lot",
            "wallets": "SELECT COUNT(*), SUM(principal), SUM(bonus) FROM salon_wallet",
            "value": "SELECT kind, COUNT(*), SUM(principal), SUM(bonus) FROM salon_wallet_move GROUP BY 1 ORDER BY 1",
            "cards": "SELECT state, COUNT(*), SUM(sessions_left), SUM(amount_left) FROM salon_treatment_card GROUP BY 1"
            " ORDER BY 1",
            "sessions": "SELECT kind, COUNT(*), SUM(sessions), SUM(amount) FROM salon_treatment_move GROUP BY 1"
            " ORDER BY 1",
            "members": "SELECT state, COUNT(*), SUM(points) FROM salon_membership GROUP BY 1 ORDER BY 1",
            "contacts": "SELECT state, COUNT(*), SUM(rating::int) FROM salon_followup GROUP BY 1 ORDER BY 1",
        }.items():
            table = query.split(" FROM ")[1].split()[0]
            self.env.cr.execute("SELECT to_regclass(%s)", [table])
            if self.env.cr.fetchone()[0]:
                self.env.cr.execute(query)
                totals[name] = self.env.cr.fetchall()
        return totals

    def test_an_erased_client_leaves_no_personal_data_in_any_table_or_file(self):
        """Invariant 12."""
        file = self._make_known_client()
        self._end_what_is_to_come(file)
        marked = self._mark_every_text(file)
        for column in (("salon.visit", "note"), ("salon.walk.in", "phone"), ("salon.formula", "note"),
                       ("calendar.event", "description"), ("pos.order", "internal_note")):  # fmt: skip
            self.assertIn(column, marked)
        self.assertGreater(len(self._traces()), 12)
        # Whatever of the salon can hang on a client hangs on this one: a model that is new needs a record here too.
        there = {answer.model for answer, records in self.erasures._plan(file) if records}
        answered = {answer.model for answer in self.data._answers() if answer.model.startswith("salon.")}
        self.assertEqual(
            {model for model in answered - there if model in self.env} - {"salon.erasure", "salon.waiting.offer.line"},
            set(),
        )
        self.assertTrue(self._files_with_traces())
        totals = self._totals()

        erasure = self._erase(file)

        traces = self._traces()
        # The law: the posted invoice goes on saying whom it was made out to, in its row and a file beside it.
        paper = self.env["ir.attachment"].search([("res_model", "=", "account.move"), ("res_id", "=", self.invoice.id)])
        self.assertEqual(paper.mapped("name"), ["Invoiced to.txt"])
        kept = {"account_move": 2, "ir_attachment": 1}
        self.assertEqual(
            {table: [row[:300] for row in rows] for table, rows in traces.items() if table not in kept}, {}
        )
        self.assertEqual(len(traces.get("ir_attachment", ())), 1)
        self.assertNotIn(MARK, str(traces["account_move"]))
        self.assertEqual(self._files_with_traces(), [paper._full_path(paper.store_fname)])
        self.assertEqual(self._totals(), totals)
        listed = {(one["model"], one["does"]) for one in erasure.details}
        self.assertIn(("account.move", "kept"), listed)
        self.assertIn(("salon.visit", "blanked"), listed)
        self.assertIn(("salon.health.note", "deleted"), listed)

    def test_what_is_left_is_an_empty_archived_contact_without_access(self):
        file = self._make_known_client()
        self._end_what_is_to_come(file)
        partner = file.partner_id
        self._erase(file)
        self.assertEqual((partner.name, partner.active), (f"Erased client {file.id}", False))
        for name in ("phone", "email", "birthdate_date", "gender", "street", "image_1920", "email_normalized"):
            self.assertFalse(partner[name], name)
        self.assertEqual(partner.with_context(active_test=False).child_ids.mapped("street"), [])
        self.assertFalse(self.portal.active)
        self.assertEqual(self.portal.login, f"erased-{self.portal.id}")
        self.assertFalse(self.env["salon.client.key"].sudo().search([("file_id", "=", file.id)]))
        self.assertFalse(file.with_user(self.manager).reveal_health("review"))
        with self.assertRaisesRegex(UserError, "erased"):
            self.env["salon.override"].search([("file_id", "=", file.id)]).with_user(self.manager).reveal("review")

    def test_the_preview_says_what_the_erasure_then_does(self):
        file = self._make_known_client()
        self._end_what_is_to_come(file)
        self.env["salon.client.file"].flush_model()
        preview = {(one["model"], one["does"]): one["count"] for one in self.erasures._preview(file)}
        done = {(one["model"], one["does"]): one["count"] for one in self._erase(file).details}
        hung = {"mail.message", "ir.attachment", "mail.activity", "res.users", "mail.mail", "mail.notification"}
        for key, count in preview.items():
            if key[0] not in hung:
                self.assertEqual(done.get(key), count, key)

    def test_the_log_says_that_and_not_who_and_the_person_can_be_found_by_what_they_tell(self):
        file = self._make_known_client()
        self._end_what_is_to_come(file)
        line = self._erase(file)
        self.assertEqual((line.file_id, line.reason, line.created_by), (file, "request", self.manager.id))
        for known in (
            {"phone": "139-4455-6677", "country": self.env.ref("base.cn")},
            {"email": EMAIL.upper()},
            {"name": NAME.lower(), "birthday": fields.Date.to_date("1990-04-01")},
        ):
            with self.subTest(known):
                self.assertEqual(self.erasures._find_erased(**known), line)
        self.assertFalse(self.erasures._find_erased(phone="13944556678", email="other@example.com", name=NAME))
        for statement in ("UPDATE salon_erasure SET user_name = 'nobody'", "DELETE FROM salon_erasure"):
            with mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation), self.cr.savepoint():
                self.env.cr.execute(statement)

    def test_a_manager_asks_whether_a_person_was_erased_and_nothing_of_it_is_kept(self):
        file = self._make_known_client()
        self._end_what_is_to_come(file)
        self._erase(file)
        asks = self.env["salon.erasure.find"].with_user(self.manager)
        for known in (
            {"phone": "+86 139-4455-6677"},
            {"email": f" {NAME} <{EMAIL.upper()}>"},
            {"name": f" {NAME.upper()} ", "birthday": "1990-04-01"},
        ):
            with self.subTest(known):
                asked = asks.new(known)
                self.assertTrue(asked.found)
                self.assertRegex(asked.answer, "Yes, erased on .* by .*: The client asked")
        for unknown in ({"phone": "13944556678"}, {"name": NAME, "birthday": "1990-04-02"}):
            self.assertEqual(
                (asks.new(unknown).found, asks.new(unknown).answer),
                (False, "Nobody was erased who is known by that."),
            )
        self.assertFalse(asks.new({"name": NAME}).answer, "a name alone says nothing")
        asks.create({"phone": PHONE, "email": EMAIL, "name": NAME})
        self.assertNotIn("salon_erasure_find", self._traces())
        file.partner_id.sudo().company_id = self.env["res.company"].create({"name": "Second Salon"})
        self.assertFalse(asks.new({"phone": PHONE}).found)
        with self.assertRaises(AccessError):
            self.env["salon.erasure.find"].with_user(self.reception).new({"phone": PHONE}).answer  # noqa: B018

    # Who, and when not --------------------------------------------------------------------------------------

    def test_managers_alone_erase(self):
        file = self.env["res.partner"].create({"name": NAME, "is_salon_client": True}).salon_file_ids
        for user in (self.reception, self.stylist_user, self.plain_user):
            with self.subTest(user.login), self.assertRaises(AccessError):
                self._erase(file, user)
            with self.assertRaises(AccessError):
                self.env["salon.erase"].with_user(user).create({"file_id": file.id})
        with self.assertRaises(AccessError):
            get_public_method(self.erasures, "_erase")

    def _refused(self, file, sentence):
        with self.assertRaisesRegex(UserError, sentence):
            self._erase(file)
        self.assertEqual(file.partner_id.name, NAME)

    def test_it_is_refused_while_money_is_owed(self):
        client = self.env["res.partner"].create({"name": NAME, "is_salon_client": True})
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": client.id,
                "invoice_line_ids": [(0, 0, {"product_id": self.cut.id, "price_unit": 100, "tax_ids": False})],
            }
        )
        self._refused(client.salon_file_ids, "is a draft")
        invoice.action_post()
        self._refused(client.salon_file_ids, r"owes .*100.00.*Settle it first")
        refund = invoice._reverse_moves([{"invoice_date": invoice.invoice_date}])
        refund.invoice_line_ids.price_unit = 150
        refund.action_post()
        self._refused(client.salon_file_ids, r"is owed .*50.00.*Pay it out")

    def test_it_is_refused_while_an_order_is_not_paid(self):
        client = self.env["res.partner"].create({"name": NAME, "is_salon_client": True})
        self.open_new_session()
        self.pos_session = self.config.current_session_id
        data = self.create_ui_order_data([{"product": self.cut, "quantity": 1}], customer=client)
        data.update(state="draft", payment_ids=[], amount_paid=0)
        self.env["pos.order"].sync_from_ui([data])
        self._refused(client.salon_file_ids, "has not paid the order")

    def test_it_is_refused_while_the_client_is_expected_or_here(self):
        client = self.env["res.partner"].create({"name": NAME, "is_salon_client": True})
        booking = self._book((self.cut, self.anna), client=client)
        self._refused(client.salon_file_ids, "has a booking on .* Cancel it first")
        booking.action_salon_arrive()
        self._refused(client.salon_file_ids, "A visit of .* is open")
        booking.salon_visit_ids.action_done()
        self._erase(client.salon_file_ids)

    def test_who_works_here_is_no_client_to_erase(self):
        partner = self.stylist_user.partner_id
        partner.write({"name": NAME, "is_salon_client": True})
        self._refused(partner.salon_file_ids, "works here")

    def test_a_manager_of_one_company_erases_no_client_of_another(self):
        client = self.env["res.partner"].create({"name": NAME, "is_salon_client": True})
        company = self.env["res.company"].create({"name": "Second Salon"})
        self.env["salon.visit"].sudo().create({"partner_id": client.id, "company_id": company.id}).action_done()
        self._refused(client.salon_file_ids, "client of Second Salon too")
        self.manager.company_ids |= company
        self._erase(client.salon_file_ids)

    # Afterwards ---------------------------------------------------------------------------------------------

    def _erased(self):
        client = self.env["res.partner"].create({"name": NAME, "is_salon_client": True, "phone": PHONE})
        visit = self.env["salon.visit"].create({"partner_id": client.id, "note": MARK})
        visit.action_done()
        self._erase(client.salon_file_ids)
        return client, visit

    def test_nobody_writes_a_name_into_the_empty_row_or_books_for_it(self):
        client, _visit = self._erased()
        file = self.env["salon.client.file"].with_context(active_test=False).search([("partner_id", "=", client.id)])
        reception = self.reception
        for number, act in enumerate(
            (
                lambda: client.with_user(reception).write({"name": NAME}),
                lambda: client.with_user(reception).action_unarchive(),
                lambda: file.with_user(reception).write({"alert": MARK}),
                lambda: self._book((self.cut, self.anna), client=client, user=reception),
                lambda: self.env["salon.visit"].with_user(reception).create({"partner_id": client.id}),
                lambda: self._erase(file),
            )
        ):
            with self.subTest(number), self.assertRaisesRegex(UserError, "was erased"), self.cr.savepoint():
                act()

    def test_what_still_comes_in_is_erased_too(self):
        """A till that had no connection, a mail, or somebody who wrote in the very moment of the erasure."""
        client, visit = self._erased()
        client.message_post(body=f"{NAME} {MARK}", attachments=[("late.txt", f"{MARK} late".encode())])
        late = self.env["salon.visit"].sudo().create({"partner_id": client.id, "note": f"{NAME} {MARK}"})
        file = self.env["salon.client.file"].with_context(active_test=False).search([("partner_id", "=", client.id)])
        self._sweep()
        lines = self.erasures.search([("file_id", "=", file.id)])
        self._sweep()
        self.assertEqual(lines.mapped("reason"), ["late", "request"])
        self.assertEqual(self.erasures.search([("file_id", "=", file.id)]), lines)
        self.assertFalse(late.note or visit.note)
        self.assertNotIn(MARK, str(self._traces()))

    def _sweep(self):
        with self.enter_registry_test_mode():
            self.env.ref("salon_crm.ir_cron_erasure").method_direct_trigger()
        self.env.invalidate_all()

    def test_an_erased_client_is_merged_with_nobody(self):
        """Else the living client would count as erased, and the sweep would take all that is known of them."""
        client, visit = self._erased()
        living = self.env["res.partner"].create({"name": "Lena Living", "phone": "139 0000 7777"})
        living.is_salon_client = True
        wizard = self.env["base.partner.merge.automatic.wizard"].with_user(self.manager)
        for kept in (living, client):
            with self.subTest(kept.id), self.assertRaisesRegex(UserError, "was erased"), self.cr.savepoint():
                wizard._merge((client | living).ids, kept)
        self._sweep()
        self.assertEqual((living.phone, visit.partner_id), ("139 0000 7777", client))

    def test_the_mails_of_who_has_a_longer_address_stay(self):
        client = self.env["res.partner"].create({"name": NAME, "email": "li@example.com", "is_salon_client": True})
        mails = self.env["mail.mail"].create(
            [
                {"email_to": to, "body_html": MARK}
                for to in (
                    "ali@example.com",
                    "Li <LI@example.com>, b@example.com",
                    "li@example.com.cn",
                    "l_@example.com",
                )
            ]
        )
        client.email = "l_@example.com"
        self.assertEqual(self.env["mail.mail"].search(self.data._mails_to(client)), mails[3])
        client.email = "li@example.com"
        self._erase(client.salon_file_ids)
        self.assertEqual(mails.exists(), mails - mails[1])

    def test_what_was_sent_to_an_earlier_number_goes_with_the_form(self):
        file = self._make_known_client()
        self._end_what_is_to_come(file)
        sheet = self.env["salon.intake"].search([("file_id", "=", file.id)], limit=1)
        text = self.env["sms.sms"].create({"number": "+8613911112222", "body": MARK})
        mail = self.env["mail.mail"].create({"email_to": "klarissa.early@example.com", "body_html": MARK})
        sheet.sudo().write({"sms_id": text.id, "mail_id": mail.id})
        self._erase(file)
        self.assertFalse(text.exists() or mail.exists())

    def test_no_list_of_refused_addresses_names_an_erased_client(self):
        file = self._make_known_client()
        self._end_what_is_to_come(file)
        partner = file.partner_id
        self.env["mail.blacklist"]._add(partner.email)
        self.env["phone.blacklist"].add(partner.phone_sanitized)
        shared = self.env["res.partner"].create({"name": "Same Family", "email": EMAIL})
        self.assertFalse(self.data._find(self._answer("mail.blacklist"), partner), "another contact has it too")
        shared.unlink()
        self._erase(file)
        self.assertFalse({"mail_blacklist", "phone_blacklist"} & self._traces().keys())

    def _answer(self, model):
        return next(answer for answer in self.data._answers() if answer.model == model)

    def test_a_client_is_not_deleted_by_another_way(self):
        client = self.env["res.partner"].create({"name": NAME, "is_salon_client": True})
        with self.assertRaisesRegex(UserError, "Erase Client"):
            client.unlink()

    def test_a_booking_long_ago_speaks_against_nothing(self):
        client = self.env["res.partner"].create({"name": NAME, "is_salon_client": True})
        booking = self._book((self.cut, self.anna), client=client)
        booking.start = fields.Datetime.now() - timedelta(days=400)
        self._erase(client.salon_file_ids)
        self.assertEqual(booking.name, "Erased client")

    def test_it_works_together_with_the_privacy_lookup_of_odoo(self):
        if "privacy.lookup.wizard" not in self.env:
            self.skipTest("privacy_lookup is not installed")
        client = self.env["res.partner"].create({"name": NAME, "email": EMAIL, "is_salon_client": True})
        self.env["salon.visit"].create({"partner_id": client.id}).action_done()
        wizard = self.env["privacy.lookup.wizard"].create({"name": NAME, "email": EMAIL})
        wizard.action_lookup()
        found = {line.res_model: line for line in wizard.line_ids}
        self.assertLessEqual({"res.partner", "salon.client.file", "salon.visit"}, found.keys())
        for model, sentence in (("res.partner", "Erase Client"), ("salon.visit", "stays")):
            with self.assertRaisesRegex(UserError, sentence), self.cr.savepoint():
                found[model].action_unlink()
        self._erase(client.salon_file_ids)
        again = self.env["privacy.lookup.wizard"].create({"name": NAME, "email": EMAIL})
        again.action_lookup()
        self.assertFalse(again.line_ids)
