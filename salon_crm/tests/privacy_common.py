import os

from odoo import Command, fields
from odoo.tools import SQL

from odoo.addons.point_of_sale.tests.common import TestPoSCommon

from ..models.salon_client_file_privacy import OPEN_STATES
from .common import SalonCommon
from .health import HealthKeys

NAME, PHONE, EMAIL = "Klarissa Vergissmeinnicht", "+86 139 4455 6677", "klarissa.v@example.com"
# The smallest picture.
PICTURE = b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
MARK = "zzmarkezz"  # stands in every text that somebody may have typed


class PrivacyCommon(HealthKeys, SalonCommon, TestPoSCommon):
    """A client of whom the salon has something in every table that can hold anything of a client."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.config = cls.basic_config
        cls.config.write({"use_pricelist": False})
        cls.data = cls.env["salon.personal.data"].sudo()
        cls.erasures = cls.env["salon.erasure"]

    def _make_known_client(self):
        """Return the file of a client who came, paid, was invoiced, waited, was written to and has a portal account."""
        client = self.env["res.partner"].create(
            {
                "name": NAME,
                "phone": PHONE,
                "email": EMAIL,
                "is_salon_client": True,
                "birthdate_date": "1990-04-01",
                "gender": "female",
                "street": "1 Long Road",
                "image_1920": PICTURE,
                "child_ids": [Command.create({"type": "invoice", "name": f"{NAME} at work", "street": "2 Other Road"})],
            }
        )
        # Somebody who is there no more was merged into this one.
        self.env["salon.merged.client"].sudo().create({"gone_id": 2**31 - 1, "partner_id": client.id})
        if "salon.membership" in self.env:
            tier = self.env["salon.membership.tier"].search([], limit=1)
            membership = self.env["salon.membership"]._enrol(client, tier)
            self._make_points(membership)
            self._make_birthday(membership)
            self._make_wallet(client)
            self._make_treatment_card(client)
        self._make_account(client)
        visit = self._make_visits(client)
        if "salon.case" in self.env:
            self._make_case(visit)
        if "salon.feedback" in self.env:
            self._make_feedback(client)
        if "salon.care.plan" in self.env:
            self._make_care_plan(client)
        self._make_queue(client)
        self._make_health(client.salon_file_ids)
        self._make_safety(client.salon_file_ids, visit)
        client.salon_file_ids._set_contact_choice("marketing", "email", True)
        client.salon_file_ids._choice_path()
        self._make_sale(client, visit)
        if "salon.deal.voucher" in self.env:
            self._make_voucher()
        self._make_invoice(client)
        self._make_words(client, visit)
        self.env.flush_all()
        return client.salon_file_ids

    def _make_case(self, visit):
        """Have a client complain: the manager was told of it."""
        case = self.env["salon.case"].create({"name": f"{NAME} complains", "visit_id": visit.id, "description": MARK})
        self.env["salon.case.todo"].create({"case_id": case.id, "title": f"Call {NAME}"})
        self.env["salon.case.escalation"]._note(case, "answer", 80, fields.Datetime.now())

    def _make_feedback(self, client):
        """Have a client who was not content say so by the link."""
        visit = self.env["salon.visit"].create({"partner_id": client.id})
        visit.action_done()
        feedback = self.env["salon.feedback"]._of_visits(visit)
        feedback._link()
        feedback._answer("1", "link")
        feedback._tell_more({"comment": f"{NAME} has a rash, call {PHONE}"})

    def _make_care_plan(self, client):
        """Agree on a course with a client, who then stays away and says why."""
        plan = self.env["salon.care.plan"].create(
            {
                "name": f"For {NAME}",
                "partner_id": client.id,
                "product_ids": [Command.set(self.facial.ids)],
                "goal": MARK,
                "home_ids": [Command.create({"name": MARK, "often": MARK, "how": MARK})],
            }
        )
        plan.action_agree()
        reason = self.env["salon.lost.reason"].search([], limit=1)
        self.env["salon.lost.answer"].create({"partner_id": client.id, "reason_id": reason.id, "note": MARK})
        (self.cut | self.colour | self.facial).categ_id = self.env["product.category"].create({"name": "Care"})
        self._done_service(client)

    def _done_service(self, client):
        """Have a client come once more, of which the salon knows how often they come for what."""
        line = Command.create({"product_id": self.cut.id})
        self.env["salon.visit"].create({"partner_id": client.id, "line_ids": [line]}).action_done()

    def _make_points(self, membership):
        """Have a member owe points, and hold some for an order."""
        membership._owe(5, "refund", note=f"{NAME} spent them")
        values = {"order_uuid": "erased", "membership_id": membership.id, "points": 1, "expires_at": "2099-01-01"}
        self.env["salon.points.hold"].sudo().create(values)
        notice = {"membership_id": membership.id, "company_id": self.env.company.id, "until": "2099-01-01"}
        self.env["salon.points.notice"].sudo().create(notice)
        friend = self.env["res.partner"].create({"name": "Rosa Recommends"})
        self.env["salon.referral"]._refer(membership.partner_id, friend, self.env.company, "file")
        prize = {"name": "Mask", "kind": "nothing", "unlimited": True}
        draws = self.env["salon.draw"].create(
            [{"name": "Welcome", "audience": "any", "prize_ids": [Command.create(prize)]} for _number in range(2)]
        )
        draws[0]._draw(membership.partner_id.salon_file_ids, "seven")
        draws[1]._prepare(membership.partner_id.salon_file_ids)

    def _make_wallet(self, client):
        """Have a client whose stored value was paid out again, and who held some for an order."""
        wallet = self.env["salon.wallet"]._open_for(client, self.env.company)
        move = wallet._top_up(100, 10, fields.Datetime.now(), note=f"{NAME} topped up")
        self.env["salon.prepaid.contract"]._make(lots=move.lot_id)
        wallet._pay_out(100, note=f"{NAME} wants it back")
        self.env["salon.wallet.hold"].sudo().create({"order_uuid": "erased", "wallet_id": wallet.id, "principal": 1})
        check = self.env["salon.prepaid.check"].sudo().create({"company_id": wallet.company_id.id, "subject": "wallet"})
        self.env["salon.prepaid.check.line"].sudo().create(
            {"check_id": check.id, "key": "wallet", "name": wallet.number, "wallet_id": wallet.id}
        )

    def _make_treatment_card(self, client):
        """Have a client whose sessions all ended, and who held one for an order."""
        card = self.env["product.product"].create(
            {
                "name": "3 Facials",
                "taxes_id": False,
                "is_salon_card": True,
                "salon_card_sessions": 3,
                "salon_card_service_ids": [Command.set(self.facial.product_tmpl_id.ids)],
            }
        )
        cards, today = self.env["salon.treatment.card"].sudo(), self.env.company._salon_today()
        card = cards.create(cards._prepare_card_values(card, client, self.env.company, today, amount=100))
        card._book(3, 100, "sell", note=f"{NAME} bought it")
        self.env["salon.prepaid.contract"]._make(cards=card)
        card._book_rest("refund", note=f"{NAME} moves away")
        self.env["salon.treatment.hold"].sudo().create(
            {"order_uuid": "erased", "order_line_uuid": "line", "card_id": card.id}
        )

    def _make_birthday(self, membership):
        """Have an order hold what a member gets for their birthday."""
        values = {"name": "Offer", "kind": "offer", "due": "month", "discount": 10}
        gift = self.env["salon.birthday.gift"].sudo().create({**values, "company_id": membership.company_id.id})
        self.env["salon.birthday.given"].sudo()._hold(gift, membership.sudo(), 2026, "erased")

    def _make_account(self, client):
        self.portal = self.env["res.users"].create(
            {
                "name": NAME,
                "login": EMAIL,
                "partner_id": client.id,
                "group_ids": [Command.set(self.env.ref("base.group_portal").ids)],
            }
        )

    def _make_visits(self, client):
        """Return a done visit with a formula; a cancelled series, a guest, a walk-in and messages are there as well."""
        friend = self.env["res.partner"].create({"name": "Frieda Friend", "is_salon_client": True})
        booking = self._book((self.colour, self.anna), client=client)
        series = (
            self.env["salon.booking.series"]
            .sudo()
            .create(
                {"partner_id": client.id, "company_id": self.env.company.id, "every": 4, "unit": "weeks", "count": 1}
            )
        )
        other = self._book((self.cut, self.ben), client=client, minutes=600, salon_series_id=series.id)
        guest = self._book((self.cut, self.ben), client=friend, minutes=900)
        guest.salon_line_ids.guest_id = client
        for one in (other, guest):
            one.action_salon_cancel()
        booking.action_salon_arrive()
        visit = booking.salon_visit_ids
        self.env["salon.formula"].create(
            {
                "line_id": visit.line_ids[0].id,
                "bowl_ids": [Command.create({"component_ids": [Command.create({"shade": "6/7", "target_grams": 30})]})],
            }
        )
        message = self.env["salon.message"].sudo()
        message.create(
            {
                "event_id": booking.id,
                "company_id": self.env.company.id,
                "partner_id": client.id,
                "kind": "confirmation",
                "channel": "email",
                "round": 0,
                "told_start": booking.start,
                "told_stop": booking.stop,
                "created_at": booking.start,
                "due_at": booking.start,
                "state": "sent",
            }
        )
        return visit

    def _make_queue(self, client):
        wish = [Command.create({"product_id": self.cut.id})]
        self.env["salon.walk.in"].create({"partner_id": client.id, "name": NAME, "phone": PHONE, "wish_ids": wish})
        waiting = self.env["salon.waiting"].create({"partner_id": client.id, "wish_ids": wish, "note": MARK})
        start = self.start
        hold = self.env["salon.booking.hold"]
        self.env["salon.waiting.offer"].sudo().create(
            {
                "waiting_id": waiting.id,
                "partner_id": client.id,
                "company_id": self.env.company.id,
                "start": start,
                "stop": start,
                "expires_at": start,
                "day": start.date(),
                "hold_id": hold.id,
            }
        )
        self.env["salon.online.booking"].sudo().create(
            {
                "token": "t" * 32,
                "company_id": self.env.company.id,
                "wishes": [{"product_id": self.cut.id}],
                "offer": {"start": str(start)},
                "start": start,
                "stop": start,
                "expires_at": start,
                "name": NAME,
                "email": EMAIL,
                "note": MARK,
            }
        )

    def _make_health(self, file):
        self.env["salon.health.note"].with_user(self.manager).conceal(file.id, {"kind": "note", "text": MARK})
        substance = self.env["salon.substance"].create({"name": "Something Rare"})
        self.facial.salon_contraindication_ids = substance
        self.env["salon.sensitivity"].create({"file_id": file.id, "substance_id": substance.id})
        self.env["salon.override"].with_user(self.manager).create(
            {
                "file_id": file.id,
                "product_tmpl_id": self.facial.product_tmpl_id.id,
                "reason": MARK,
                "valid_until": fields.Date.today(),
            }
        )

    def _make_safety(self, file, visit):
        """What was signed, tried on the skin, found and advised."""
        line = self.env["salon.product.line"].create({"name": "Some Brand"})
        self.env["salon.patch.test"].create({"file_id": file.id, "product_line_id": line.id, "result": "reaction"})
        form = self.env["salon.consent.form"].create({"name": "Photos", "kind": "photos", "text": "May we?"})
        self.env["salon.consent"].sudo().create(
            {
                "file_id": file.id,
                "form_id": form.id,
                "version": 1,
                "title": "Photos",
                "signed_name": NAME,
                "signature": PICTURE,
                "ip_address": "203.0.113.7",
                **self.env.user._salon_signature(),
            }
        )
        self.env["salon.consent.request"].sudo().create(
            {
                "token": "r" * 32,
                "file_id": file.id,
                "company_id": self.env.company.id,
                "way": "link",
                "expires_at": self.start,
                "sent_to": EMAIL,
            }
        )
        visit.with_user(self.manager).add_photo("before", PICTURE.decode(), f"{NAME} {MARK}")
        form = self.env["salon.intake.form"].create(
            {"name": "Intake", "question_ids": [Command.create({"name": "Anything else?", "kind": "text"})]}
        )
        self.env["salon.intake"].sudo().create(
            {
                "file_id": file.id,
                "version_id": form._current_version().id,
                "company_id": self.env.company.id,
                "ends_at": self.start,
                "answers": {"x": f"{NAME} {MARK}"},
            }
        )
        self.env["salon.client.event"].create({"file_id": file.id, "name": MARK})
        diagnosis = self.env["salon.diagnosis"].create({"visit_id": visit.id, "recommendation": MARK})
        self.env["salon.advice"].create({"diagnosis_id": diagnosis.id, "product_id": self.facial.id})
        goods = self.env["product.product"].create({"name": "Mask", "type": "consu"})
        self.env["salon.visit.product"].create({"line_id": visit.line_ids[0].id, "product_id": goods.id})
        file.write({"wechat": f"{MARK}-wechat", "second_phone": "+86 139 4455 6677", "influence": "many"})

    def _make_sale(self, client, visit):
        """Sell what was done; the till closes the visit, and whatever follows a visit is planned."""
        self.open_new_session()
        self.pos_session = self.config.current_session_id
        data = self.create_ui_order_data([{"product": self.colour, "quantity": 1}], customer=client)
        data["salon_visit_id"] = visit.id
        result = self.env["pos.order"].sync_from_ui([data])
        self.order = self.env["pos.order"].browse(result["pos.order"][0]["id"])
        self.assertEqual(visit.state, "done")

    def _make_voucher(self):
        """Have a platform's voucher be redeemed with the sale, and be on a statement."""
        setup = self.env["salon.deal.setup"].sudo().create({"name": "Platform", "sure": True})
        platform = self.env["salon.deal.platform"].sudo().browse(setup.action_set_up()["res_id"])
        offer = platform.offer_ids.create(
            {
                "name": "Offer",
                "platform_id": platform.id,
                "price": 10,
                "item_ids": [Command.create({"product_id": self.colour.id})],
            }
        )
        voucher = self.env["salon.deal.voucher"].sudo()._claim(offer, "1234", 10, self.order)
        values = {"platform_id": platform.id, "company_id": platform.company_id.id}
        statement = self.env["salon.deal.statement"].sudo().create({"number": "1", **values})
        row = {"statement_id": statement.id, "key": "1", "code": "1234", "voucher_id": voucher.id, **values}
        self.env["salon.deal.statement.line"].sudo().create(row)

    def _make_invoice(self, client):
        self.invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": client.id,
                "invoice_line_ids": [Command.create({"product_id": self.cut.id, "price_unit": 100, "tax_ids": False})],
            }
        )
        self.invoice.action_post()
        register = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=self.invoice.ids
        )
        register.create({}).action_create_payments()
        payments = self.invoice._get_reconciled_payments() | self.env["account.payment"].search(
            [("partner_id", "=", client.id)]
        )
        lines = (self.invoice | payments.move_id).line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable" and not line.reconciled
        )
        lines.reconcile()

    def _make_words(self, client, visit):
        """Have people write of the client wherever they can."""
        file = client.salon_file_ids
        for record in (file, client, visit, visit.event_id, self.order):
            record.message_post(
                body=f"{NAME} {MARK}",
                subject=MARK,
                attachments=[("words.txt", f"{NAME} {MARK} {record._name} posted".encode())],
            )
        client.message_post(body=MARK, partner_ids=client.ids, author_id=client.id, email_from=EMAIL)
        file.with_context(tracking_disable=False).write({"alert": MARK, "preferences": f"{NAME} {MARK}"})
        for record in (file, client, visit):
            self.env["ir.attachment"].create(
                {
                    "name": f"{MARK}.txt",
                    "res_model": record._name,
                    "res_id": record.id,
                    "raw": f"{NAME} {MARK} {record._name} file".encode(),
                }
            )
        file.activity_schedule("mail.mail_activity_data_todo", summary=f"Call {NAME}", note=MARK)
        self.env["mail.activity"].create(
            {
                "res_model_id": self.env["ir.model"]._get_id("salon.client.file"),
                "res_id": file.id,
                "salon_event_id": visit.event_id.id,
                "summary": f"Call {NAME}",
                "user_id": self.manager.id,
            }
        ).action_feedback(feedback=MARK)
        self.env["mail.mail"].create({"email_to": f"{NAME} <{EMAIL}>", "body_html": MARK, "subject": MARK})
        self.env["sms.sms"].create({"number": client.phone_sanitized or PHONE, "body": MARK})
        if "rating.rating" in self.env:  # an addon that need not be there
            self.env["rating.rating"].create(
                {
                    "res_model_id": self.env["ir.model"]._get_id("salon.visit"),
                    "res_id": visit.id,
                    "partner_id": client.id,
                    "rating": 5,
                    "feedback": MARK,
                    "consumed": True,
                }
            )
        self.env["ir.model.data"].create(
            {"module": "__import__", "name": "klarissa_v", "model": "res.partner", "res_id": client.id}
        )

    def _mark_every_text(self, file):
        """Write the mark into whatever column of text the salon's own tables have of this client; return which."""
        self.env.flush_all()
        marked = set()
        self.env.cr.execute("SELECT set_config('salon.unlock', 'on', true)")
        for answer, records in self.erasures._plan(file):
            columns = self._columns_to_mark(answer)
            if records and columns:
                self._mark(records, columns)
                marked |= {(answer.model, name) for name in columns}
        partner = file.partner_id
        free = [
            name
            for name in self.data._free_fields("res.partner")
            if partner._fields[name].column_type
            and partner._fields[name].type in ("char", "text", "html")
            and not partner._fields[name].company_dependent
            and name
            not in ("name", "email", "phone", "complete_name", "signup_type", "email_normalized", "phone_sanitized")
        ]
        self._mark(partner | partner.child_ids, free)
        self.env.cr.execute("SELECT set_config('salon.unlock', 'off', true)")
        self.env.invalidate_all()
        return marked

    def _columns_to_mark(self, answer):
        known = self.env[answer.model]._fields
        names = self.data._free_fields(answer.model) if answer.model.startswith("salon.") else [*answer.values]
        unmarked = {"kind", "cipher", "wrapped", "token", "salon_token", "access_token"}
        return [
            name
            for name in names
            if name in known
            and name not in {*answer.keeps, *unmarked}
            and known[name].column_type
            and known[name].type in ("char", "text", "html", "json")
            and not (answer.model == "salon.client.key" and name != "key")
        ]

    def _mark(self, records, columns):
        """Fill what is empty: by what stands in it already the client may be known."""
        answer = f'{{"1": {{"text": "{MARK}", "old": "{MARK}"}}}}'
        marks = {name: answer if records._fields[name].type == "json" else MARK for name in columns}
        values = [SQL("%s = COALESCE(%s, %s)", SQL.identifier(name), SQL.identifier(name), mark)
                  for name, mark in marks.items()]  # fmt: skip
        self.env.cr.execute(
            SQL(
                "UPDATE %s SET %s WHERE id IN %s",
                SQL.identifier(records._table),
                SQL(", ").join(values),
                tuple(records.ids),
            )
        )

    def _words(self):
        """Return what must be found nowhere: the mark, the name, the number in each notation, the address."""
        return [MARK, "klarissa", "vergissmein", "4455 6677", "44556677"]

    def _traces(self):
        """Return {table: rows} of the whole database that still say who it was, in whatever column."""
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE c.relkind = 'r' AND n.nspname = 'public' ORDER BY 1"
        )
        likes = [f"%{word}%" for word in self._words()]
        likes += [f"%{word.encode().hex()}%" for word in self._words()]  # of a bytea
        found = {}
        for (table,) in self.env.cr.fetchall():
            self.env.cr.execute(
                SQL("SELECT t::text FROM %s t WHERE t::text ILIKE ANY(%s)", SQL.identifier(table), likes)
            )
            if rows := [row for (row,) in self.env.cr.fetchall()]:
                found[table] = rows
        return found

    def _files_with_traces(self):
        """Return the files of the store that still say who it was."""
        self.env["ir.attachment"]._gc_file_store_unsafe()
        store = self.env["ir.attachment"]._filestore()
        found = []
        for folder, _folders, names in os.walk(store):
            for name in names:
                path = os.path.join(folder, name)
                if os.path.getsize(path) < 10**6:
                    with open(path, "rb") as file:
                        content = file.read().lower()
                    if any(word.encode() in content for word in (MARK, "klarissa")):
                        found.append(path)
        return found

    def _end_what_is_to_come(self, file):
        """Settle what would speak against an erasure."""
        coming = self.env["calendar.event"].search(
            [("salon_client_id", "=", file.partner_id.id), ("salon_state", "in", OPEN_STATES)]
        )
        coming.action_salon_cancel()
