import smtplib
from datetime import timedelta
from itertools import pairwise
from unittest import skipUnless

from freezegun import freeze_time
from psycopg2.errors import CheckViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger
from odoo.tools.misc import find_in_path

from .treatment_shop import TreatmentCommon


def _can_print():
    try:
        return bool(find_in_path("wkhtmltopdf"))
    except OSError:
        return False


@tagged("post_install", "-at_install")
class TestContracts(TreatmentCommon):
    """Each top-up and each card that is sold gets its contract, whose words never change."""

    def _contracts(self, partner=None):
        return self.env["salon.prepaid.contract"].search([("partner_id", "=", (partner or self.client).id)], order="id")

    def test_a_top_up_gets_its_contract_with_the_order(self):
        self.company.write({"salon_bonus_months": 12, "salon_cooling_days": 7})
        order = self._top_up(100)
        contract = self._contracts()
        today = self.company._salon_today()
        self.assertEqual((contract.kind, contract.price, contract.bonus), ("wallet", 100, 10))
        self.assertEqual((contract.pos_order_id, contract.sold_on), (order, today))
        self.assertEqual(contract.cooling_until, today + timedelta(days=7))
        self.assertEqual(contract.bonus_until, self._wallet().lot_ids.bonus_expires_on)
        self.assertEqual(contract.title, "Stored Value Contract")
        for words in ("Clara Client", "100.00", "10.00", "(7 days)", "Principal that is not used is paid back"):
            self.assertIn(words, " ".join(contract.text.replace("\xa0", " ").split()))
        self.assertNotIn("t-out", contract.text)

    def test_each_card_of_a_line_gets_one(self):
        cards = self._sell_card(quantity=2)
        contracts = self._contracts()
        self.assertEqual(contracts.card_id, cards)
        self.assertEqual(contracts.mapped("price"), [1600, 1600])
        self.assertEqual(len(set(contracts.mapped("number"))), 2)
        self.assertEqual((contracts[0].sessions, contracts[0].services), (10, "Facial"))
        self.assertEqual(contracts[0].valid_until, cards[0].expires_on)

    def test_the_back_office_makes_them_too(self):
        bank = self.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", self.company.id)], limit=1
        )
        self._book_card("sell", product_id=self.ten.id, price=1500, journal_id=bank.id)
        values = {"kind": "topup", "partner_id": self.client.id, "journal_id": bank.id, "amount": 50}
        self.env["salon.wallet.book"].create(values).action_book()
        self.assertEqual(self._contracts().mapped("price"), [1500, 50])

    def test_other_orders_make_none(self):
        self._top_up(100)
        card = self._sell_card()
        before = self._contracts()
        self._buy(55, 55)
        self._use(card=card)
        self._give_back(self._top_up(60), method=self.cash_method)
        self.assertEqual(len(self._contracts() - before), 1, "the top-up alone")

    def test_its_language_is_the_clients(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        template = self.env.ref("salon_membership.contract_template_wallet")
        template.with_context(lang="fr_FR").write({"name": "Contrat", "text": '<p>Pour <t t-out="client"/></p>'})
        self.client.lang = "fr_FR"
        self._top_up(100)
        contract = self._contracts()
        self.assertEqual((contract.lang, contract.title), ("fr_FR", "Contrat"))
        self.assertIn("Pour Clara Client", contract.text)

    def test_a_name_is_no_markup(self):
        self.client.name = "<b>Clara</b> <script>"
        self._top_up(100)
        self.assertIn("&lt;b&gt;Clara", self._contracts().text)

    def test_a_companys_own_template_comes_first(self):
        own = {"kind": "wallet", "company_id": self.company.id, "name": "Ours"}
        self.env["salon.contract.template"].create({**own, "text": '<p>Number <t t-out="number"/></p>'})
        self._top_up(100)
        contract = self._contracts()
        self.assertEqual(contract.title, "Ours")
        self.assertIn(f"Number {contract.number}", contract.text)

    def test_a_contract_never_changes(self):
        self._top_up(100)
        contract = self._contracts()
        self.env["salon.contract.template"].search([]).write({"text": "<p>Other words</p>"})
        self.assertNotIn("Other words", contract.text)
        self.env.flush_all()
        for query in (
            "UPDATE salon_prepaid_contract SET price = 1 WHERE id = %s",
            "UPDATE salon_prepaid_contract SET text = 'x' WHERE id = %s",
            "DELETE FROM salon_prepaid_contract WHERE id = %s",
        ):
            with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                self.env.cr.execute(query, [contract.id])
        with self.assertRaises(AccessError):
            contract.with_user(self.manager).write({"price": 1})
        self.assertFalse(self.env["salon.prepaid.contract"]._make(lots=contract.lot_id), "one for each")

    def test_a_manager_changes_the_words_and_writes_no_code(self):
        template = self.env.ref("salon_membership.contract_template_wallet").with_user(self.manager)
        self.assertFalse(self.manager.has_group("mail.group_mail_template_editor"))
        template.text = '<p>For <t t-out="client">Clara</t><t t-if="not bonus"> without a bonus</t></p>'
        self._top_up(50)
        self.assertIn("For Clara Client without a bonus", self._contracts().text)
        for code in (
            '<p t-out="env.user.password"/>',
            '<p t-out="client.upper()"/>',
            '<p t-if="bonus or env">x</p>',
            '<p t-att-class="client">x</p>',
            '<p><t t-foreach="env" t-as="one"/></p>',
            '<p t-set="client" t-value="1"/>',
            '<p t-call="base.contact"/>',
        ):
            with self.assertRaises(AccessError), self.cr.savepoint():
                template.text = code
        self.env["res.lang"]._activate_lang("fr_FR")
        template.text = '<p>For <t t-out="client">Clara</t></p>'
        template.update_field_translations("text", {"fr_FR": '<p>Pour <t t-out="client">Clara</t></p>'})
        self.assertIn("Pour", template.with_context(lang="fr_FR").text)
        with self.assertRaises(AccessError):
            template.update_field_translations("text", {"fr_FR": '<p>Pour <t t-out="env"/></p>'})

    @mute_logger("odoo.addons.mail.models.mail_render_mixin")
    def test_words_that_can_not_be_filled_in_are_refused(self):
        template = self.env.ref("salon_membership.contract_template_wallet")
        with self.assertRaises(ValidationError) as caught:
            template.text = '<p><t t-out="cleint.name"/></p>'
        self.assertIn("cooling_until", str(caught.exception))

    @mute_logger(
        "odoo.addons.mail.models.mail_render_mixin", "odoo.addons.salon_membership.models.salon_prepaid_contract"
    )
    def test_a_template_with_an_error_loses_no_sale(self):
        self.env.cr.execute(
            """UPDATE salon_contract_template SET text = jsonb_build_object('en_US', '<p t-out="oops()"/>')"""
        )
        self.env.invalidate_all()
        self._top_up(100)
        self._assert_wallet(100, 10)
        self.assertEqual((self._contracts().price, self._contracts().text), (100, False))

    def test_the_salons_without_a_template(self):
        self.env["salon.contract.template"].search([]).active = False
        self._top_up(100)
        self.assertEqual(self._contracts().title, "Prepaid Contract")

    def test_merged_clients_keep_their_contracts(self):
        self._top_up(100)
        self._top_up(200, partner=self.guest)
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.client | self.guest).ids, self.client)
        self.assertEqual(self._contracts().mapped("price"), [100, 200])

    def test_another_companys_contracts_are_not_seen(self):
        self._top_up(100)
        other = self.env["res.company"].create({"name": "Another"})
        user = self.reception
        user.write({"company_ids": [(4, other.id)]})
        contracts = self.env["salon.prepaid.contract"].with_user(user)
        self.assertTrue(contracts.with_context(allowed_company_ids=self.company.ids).search([]))
        self.assertFalse(contracts.with_context(allowed_company_ids=other.ids).search([]))

    def test_the_till_gets_what_it_prints(self):
        order = self._top_up(100)
        orders = self.env["pos.order"]
        paper = orders.with_user(self.till).print_till_contracts(self.config.id, order.uuid)
        self.assertEqual(paper["name"], f"{self._contracts().number}.pdf")
        self.assertTrue(paper["data"])
        other = self._sync(self._pay(self._prepare_sale((self.shampoo, 1)), (self.card_method, 64)))
        self.assertEqual(orders.with_user(self.till).print_till_contracts(self.config.id, other.uuid), {})
        with self.assertRaises(AccessError):
            orders.with_user(self.plain_user).print_till_contracts(self.config.id, order.uuid)

    @skipUnless(_can_print(), "wkhtmltopdf is not here")
    def test_it_is_printed_as_a_pdf(self):
        self._top_up(100)
        contract = self._contracts().with_context(force_report_rendering=True)
        self.assertTrue(contract._print().startswith(b"%PDF"))

    def test_staff_send_one_by_email(self):
        self._top_up(100)
        contract = self._contracts().with_user(self.reception)
        self.client.email = False
        with self._refused("no email address"):
            contract.action_send()
        self.client.email = "clara@example.com"
        before = self.env["mail.mail"].search([])
        contract.action_send()
        mail = self.env["mail.mail"].search([]) - before
        self.assertEqual(mail.recipient_ids, self.client)
        self.assertEqual(mail.attachment_ids.mapped("name"), [f"{contract.number}.pdf"])
        papers = mail.attachment_ids
        mail.sudo().unlink()
        self.assertFalse(papers.exists(), "the paper goes with its letter")


@tagged("post_install", "-at_install")
class TestTold(TreatmentCommon):
    """Clients are told what becomes of their cards: once, later, and with the contract of what they bought."""

    def setUp(self):
        super().setUp()
        self.client.email = "client@example.com"
        self.template = self.env.ref("salon_membership.mail_template_treatment")
        self.noon = self.company._salon_midnight(self.company._salon_today()) + timedelta(days=1, hours=12)

    def _notices(self, card):
        return self.env["salon.treatment.notice"].search([("card_id", "=", card.id)], order="id")

    def _run(self, name, at=None):
        self.env.flush_all()
        with freeze_time(at or self.noon), self.enter_registry_test_mode(), self.mock_mail_gateway(True):
            self.env.ref(f"salon_membership.{name}").method_direct_trigger()
        self.env.invalidate_all()

    def test_a_card_that_is_sold_and_used(self):
        card = self._sell_card()
        use = self._use(card=card, quantity=2)
        self._refund_lines(use, quantity=1)
        notices = self._notices(card)
        self.assertEqual(notices.mapped("kind"), ["sell", "use", "return"])
        self.assertEqual(notices.mapped("sessions"), [10, -2, 1])
        self.assertEqual(notices.mapped("sessions_balance"), [10, 8, 9])
        before = self.env["mail.mail"].search([])
        self.template.auto_delete = False
        self._run("cron_tell_treatments")
        self._run("cron_tell_treatments")
        self.assertEqual(set(notices.mapped("state")), {"sent"})
        mails = (self.env["mail.mail"].search([]) - before).sorted("id")
        mails = mails.filtered(lambda mail: mail.recipient_ids == self.client)
        self.assertEqual(len(mails), 3)
        self.assertEqual(
            mails.mapped(lambda mail: len(mail.attachment_ids)), [1, 0, 0], "the contract goes with the sale"
        )
        self.assertIn("8 of 10 left", mails[1].body_html)

    def test_what_was_sent_is_deleted_as_its_template_says(self):
        notice = self._notices(self._sell_card())
        papers = self.env["ir.attachment"].search([("name", "=like", "C%.pdf")])
        self._run("cron_tell_treatments")
        self.assertEqual((notice.state, notice.mail_id.ids), ("sent", []))
        self.assertEqual(self.env["ir.attachment"].search([("name", "=like", "C%.pdf")]), papers)

    def test_two_lines_of_one_order_are_one_piece_of_news(self):
        card, uuid = self._sell_card(), self._uuid()
        lines = []
        for _number in range(2):
            line_uuid = self._uuid()
            self._hold_session(uuid, line_uuid, card=card)
            lines.append(self._line(self.facial, 160, uuid=line_uuid, salon_treatment_card_id=card.id))
        self._sync(self._pay(self._prepare_sale(*lines, uuid=uuid), (self.treatment_method, 320)))
        self.assertEqual(card.sessions_left, 8)
        self.assertEqual(self._notices(card).mapped("sessions"), [10, -2])

    def test_what_the_back_office_does_is_told(self):
        card = self._sell_card()
        card.action_freeze()
        with freeze_time(fields.Datetime.now() + timedelta(days=3)):
            card.action_unfreeze()
        self._book_card("extend", card, expires_on=card.expires_on + timedelta(days=30))
        new = self._book_card("transfer", card, other_id=self.guest.id)
        self.assertEqual(self._notices(card).mapped("kind"), ["sell", "freeze", "unfreeze", "extend", "transfer_out"])
        self.assertEqual(self._notices(new).mapped("kind"), ["transfer_in"])
        self.assertEqual(self._notices(new).partner_id, self.guest)

    def test_an_upgrade_is_told_once_with_the_new_contract(self):
        card = self._sell_card()
        twenty = self._make_card_product("20 Facials", 3000, self.facial, sessions=20)
        bank = self.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", self.company.id)], limit=1
        )
        new = self._book_card("upgrade", card, product_id=twenty.id, journal_id=bank.id)
        self.assertEqual(self._notices(card).mapped("kind"), ["sell"])
        self.assertEqual(self._notices(new).mapped("kind"), ["upgrade"])
        self.assertEqual(self._notices(new)._contracts().card_id, new)

    def test_notice_is_given_once_before_a_card_ends(self):
        self.company.salon_prepaid_notice_days = 30
        card = self._sell_card()
        ends = fields.Datetime.to_datetime(card.expires_on)
        for days, count in ((40, 0), (30, 1), (29, 1), (0, 1)):
            self._run("cron_notice_treatments", ends - timedelta(days=days) + timedelta(hours=12))
            self.assertEqual(len(self._notices(card).filtered(lambda one: one.kind == "ending")), count, days)
        self._book_card("extend", card, expires_on=card.expires_on + timedelta(days=100))
        self._run("cron_notice_treatments", ends + timedelta(days=90))
        self.assertEqual(len(self._notices(card).filtered(lambda one: one.kind == "ending")), 2, "another end")

    def test_a_frozen_card_does_not_end(self):
        card = self._sell_card()
        card.action_freeze()
        self._run("cron_notice_treatments", fields.Datetime.to_datetime(card.expires_on))
        self.assertNotIn("ending", self._notices(card).mapped("kind"))

    def test_who_can_not_be_reached_and_who_is_not_told(self):
        self.client.email = False
        card = self._sell_card()
        self._run("cron_tell_treatments")
        self.assertEqual(self._notices(card).state, "unreachable")
        self.company.write({"salon_tell_prepaid": False, "salon_send_contract": False})
        self.assertFalse(self._notices(self._sell_card()))

    def test_the_contract_goes_out_where_nothing_else_is_told(self):
        self.company.salon_tell_prepaid = False
        card = self._sell_card()
        self._use(card=card)
        self._top_up(100)
        self._run("cron_tell_treatments")
        self._run("cron_tell_wallets")
        self.assertEqual(self._notices(card).mapped(lambda one: (one.kind, one.state)), [("sell", "sent")])
        wallet = self.env["salon.wallet.notice"].search([("wallet_id", "=", self._wallet().id)])
        self.assertEqual(wallet.mapped(lambda one: (one.kind, one.state)), [("topup", "sent")])

    @mute_logger("odoo.addons.salon_crm.models.salon_sending")
    def test_one_letter_with_an_error_stops_no_other(self):
        card, other = self._sell_card(), self._sell_card(partner=self.guest)
        self.guest.email = "guest@example.com"
        self.template.subject = "{{ 1 / (object.partner_id.name != 'Clara Client') }}"
        with mute_logger("odoo.addons.mail.models.mail_render_mixin"):
            self._run("cron_tell_treatments")
        self.assertEqual((self._notices(card).state, self._notices(other).state), ("failed", "sent"))

    def test_what_an_erased_client_was_told_goes(self):
        self.assertTrue(self._notices(self._sell_card()))
        answers = {answer.model: answer for answer in self.env["salon.personal.data"]._answers()}
        self.assertTrue(answers["salon.treatment.notice"].delete)


@tagged("post_install", "-at_install")
class TestLetter(TreatmentCommon):
    """What becomes of a contract's letter is seen, and one that did not go goes again, a few times."""

    def setUp(self):
        super().setUp()
        self.client.email = "client@example.com"
        self.now = self.company._salon_midnight(self.company._salon_today()) + timedelta(days=1, hours=9)
        self._top_up(100)
        domain = [("partner_id", "=", self.client.id)]
        self.contract = self.env["salon.prepaid.contract"].with_user(self.reception).search(domain)
        self.notice = self.env["salon.wallet.notice"].search([("wallet_id", "=", self._wallet().id)])
        self.tried = []  # when, which

    def _run(self, **later):
        self.now += timedelta(**later)
        self.env.flush_all()
        with freeze_time(self.now), self.enter_registry_test_mode(), self.mock_mail_gateway(True):
            self.env.ref("salon_membership.cron_tell_wallets").method_direct_trigger()
        self.env.invalidate_all()

    def _server(self, answer):
        """Have the mail server answer a letter of a notice so: an error, or None, by which it is taken."""

        def send(notice):
            self.tried.append((self.now, notice.id))
            if error := answer(notice):
                raise error
            return True

        self.patch(self.env.registry["salon.wallet.notice"], "_send_email", send)

    def _refuse(self, error=None):
        self._server(lambda notice: error or smtplib.SMTPDataError(451, b"Come back later"))

    def _found(self, *states):
        return self.env["salon.prepaid.contract"].search([("letter", "in", states)]) & self.contract.sudo()

    def test_its_way_is_seen_on_the_contract(self):
        self.assertEqual((self.contract.letter, self._found("planned")), ("planned", self.contract.sudo()))
        self._run()
        self.assertEqual((self.contract.letter, self.contract.letter_why), ("sent", False))
        self.assertEqual(self._found("sent"), self.contract.sudo())
        self.assertFalse(self._found("failed", "retry"))
        self.assertFalse(self.notice.mail_id, "deleted, as its template says")

    def test_what_the_server_does_not_take_goes_again_after_longer_and_longer(self):
        self._refuse()
        for _time in range(20):
            self._run()
            if self.notice.state == "failed":
                break
            self.assertEqual(self.contract.letter, "retry")
            self.now = self.notice.try_at - timedelta(minutes=1)
            self._run()  # not yet
            self._run(minutes=1)
        self.assertIn("451 Come back later", self.contract.letter_why)
        moments = [when for when, _which in self.tried]
        pauses = [(later - before) // timedelta(minutes=1) for before, later in pairwise(moments)]
        self.assertEqual(len(moments), 6)
        self.assertEqual(pauses[:3], [5, 60, 240])
        self.assertGreaterEqual(pauses[3], 720, "at night nobody is written to")
        self.assertGreaterEqual(pauses[4], 1440)
        self.assertEqual((self.contract.letter, self.notice.tries), ("failed", 6))
        self.assertEqual(self._found("failed"), self.contract.sudo())
        self._run(hours=100)
        self.assertEqual(len(self.tried), 6, "it is a person's now")

    def test_its_next_try_has_a_job_of_its_own(self):
        self._refuse()
        self._run()
        triggers = self.env["ir.cron.trigger"].sudo().search([("call_at", "=", self.notice.try_at)])
        self.assertEqual(triggers.cron_id, self.env.ref("salon_membership.cron_tell_wallets"))

    def test_a_letter_that_goes_at_the_second_try_is_told(self):
        errors = [smtplib.SMTPDataError(451, b"Come back later"), None]
        self._server(lambda notice: errors.pop(0))
        self._run()
        self._run(minutes=4)
        self.assertEqual(len(self.tried), 1, "not yet")
        self._run(minutes=1)
        self.assertEqual((self.contract.letter, self.notice.tries), ("sent", 1))

    def test_a_server_out_of_order_is_nobodys_fault(self):
        self._refuse(ConnectionRefusedError(111, "Connection refused"))
        for _day in range(10):
            self._run(days=1)
        self.assertEqual(self.contract.letter, "retry")
        self._run(days=30)
        self.assertEqual(self.contract.letter, "failed", "nobody wants to hear of it any more")
        self.assertEqual(self._found("failed"), self.contract.sudo())

    def test_an_address_that_the_server_does_not_know_is_not_tried_again(self):
        self._refuse(smtplib.SMTPRecipientsRefused({"client@example.com": (550, b"No such user")}))
        self._run()
        self.assertEqual(self.contract.letter, "failed")
        self.assertIn("550 No such user", self.contract.letter_why)
        self._run(days=2)
        self.assertEqual(len(self.tried), 1)

    def test_an_address_that_is_none_is_not_written_to(self):
        self._refuse()
        self.client.email = "by phone only"
        self._run()
        self.assertEqual((self.contract.letter, self.tried), ("unreachable", []))

    def test_a_failing_letter_holds_up_none_of_the_others(self):
        self.client.email = "client@example.com"
        for _time in range(4):
            self._top_up(100)
        notices = self.env["salon.wallet.notice"].search([("wallet_id", "=", self._wallet().id)], order="id")
        self.assertEqual(len(notices), 5)
        refused = smtplib.SMTPDataError(554, b"Not today")
        self._server(lambda notice: refused if notice == notices[0] else None)
        self._run()
        self.assertEqual(notices.mapped("state"), ["retry", *["sent"] * 4])

    def test_a_letter_that_died_with_its_worker_is_shown_and_goes_once(self):
        self.notice.sudo()._make()
        self.notice.sudo().write({"state": "sending", "sending_at": self.now - timedelta(minutes=20)})
        self._refuse()
        self._run()
        self.assertEqual((self.contract.letter, self.tried), ("unsure", []))
        self.assertEqual(self._found("unsure"), self.contract.sudo())

    def test_staff_send_it_again_and_see_what_becomes_of_it(self):
        self._refuse(smtplib.SMTPRecipientsRefused({"client@example.com": (550, b"No such user")}))
        self._run()
        self.client.email = "right@example.com"
        self.contract.action_send()
        self.assertEqual((self.contract.letter, self._found("failed")), ("planned", self.contract.browse().sudo()))
        self._server(lambda notice: None)
        self.now = self.now.replace(hour=3)  # who asks for it is awake
        self._run()
        self.assertEqual(self.contract.letter, "sent")
        self.assertEqual(self.notice.state, "failed", "what was, was")

    def test_staff_send_it_where_the_salon_sends_nothing_by_itself(self):
        self.company.write({"salon_tell_prepaid": False, "salon_send_contract": False, "salon_message_email": False})
        self._run()
        self.assertEqual(self.contract.letter, "no")
        self.contract.action_send()
        self.env.ref("salon_membership.mail_template_contract").auto_delete = False
        self._run()
        self.assertEqual(self.contract.letter, "sent")
        sent = self.env["salon.wallet.notice"].search([("kind", "=", "contract")]).mail_id
        self.assertEqual(sent.attachment_ids.mapped("name"), [f"{self.contract.number}.pdf"])

    def test_a_letter_that_somebody_stopped_or_sent_by_hand(self):
        self._refuse()
        self._run()
        self.notice.mail_id.cancel()
        self._run(days=1)
        self.assertEqual((self.contract.letter, len(self.tried)), ("no", 1))
        self.contract.action_send()
        second = self.env["salon.wallet.notice"].search([("kind", "=", "contract")])
        self._run()
        self.assertEqual(self.contract.letter, "retry")
        second.mail_id.state = "sent"
        self._run()
        self.assertEqual((self.contract.letter, len(self.tried)), ("sent", 2))

    def test_a_contract_of_a_card_too(self):
        card = self._sell_card()
        contract = self.env["salon.prepaid.contract"].search([("card_id", "=", card.id)])
        self.assertEqual(contract.letter, "planned")
        contract.with_user(self.reception).action_send()
        self.assertEqual(contract.letter, "planned")
        self.assertEqual(self.env["salon.treatment.notice"].search([("card_id", "=", card.id)])[0].kind, "contract")
        self.assertIn(contract, self.env["salon.prepaid.contract"].search([("letter", "=", "planned")]))

    @mute_logger("odoo.addons.salon_crm.models.salon_sending")
    def test_a_template_with_an_error_is_told_to_who_sends(self):
        template = self.env.ref("salon_membership.mail_template_contract")
        self.env.cr.execute(
            "UPDATE mail_template SET subject = jsonb_build_object('en_US', '{{ 1 / 0 }}') WHERE id = %s", [template.id]
        )
        template.invalidate_recordset()
        with self._refused("looks at its template"), mute_logger("odoo.addons.mail.models.mail_render_mixin"):
            self.contract.action_send()


@tagged("post_install", "-at_install")
class TestErasedContract(TreatmentCommon):
    def test_the_words_and_the_name_go_and_the_figures_stay(self):
        self._give_back(self._top_up(100), method=self.cash_method)
        self._refund_lines_of_card(self._sell_card())
        contracts = self.env["salon.prepaid.contract"].search([("partner_id", "=", self.client.id)])
        self.assertEqual(len(contracts), 2)
        self._close()
        file = self.client.salon_file_ids
        self.env["salon.erasure"]._erase(file, "request")
        self.env.invalidate_all()
        self.assertEqual(contracts.mapped("text"), [False, False])
        self.assertEqual(contracts.mapped("client_name"), [False, False])
        self.assertEqual(sorted(contracts.mapped("price")), [100, 1600])

    def _refund_lines_of_card(self, card):
        self._refund_lines(card.pos_order_line_id.order_id, method=self.card_method)
        with self.assertRaises(UserError):
            self._refund_lines(card.pos_order_line_id.order_id, method=self.card_method)
