import base64
import time
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ..tools import deal_csv
from .deal_shop import DealCommon

CHINESE = """美团 商家账单,,,,
账期：2026-11,,,,
券码,项目,售价（元）,技术服务费（元）,核销时间
1001,剪发,80.00,4.80,2026-11-01 10:00:00
'1002,剪发,"¥1,080.00",4.80,2026-11-02 11:00:00
合计,,1160.00,9.60,
"""


@tagged("post_install", "-at_install")
class TestDealStatement(DealCommon):
    """What a platform settles is compared with what was redeemed, voucher by voucher."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accountant = new_test_user(cls.env, "deal_accountant", "account.group_account_user")

    def _import(self, text, number="2026-11", encoding="utf-8", user=None, **values):
        wizard = (
            self.env["salon.deal.import"]
            .with_user(user or self.accountant)
            .create(
                {
                    "platform_id": self.platform.id,
                    "number": number,
                    "file": base64.b64encode(text.encode(encoding)),
                    "file_name": "x.csv",
                    **values,
                }
            )
        )
        result = wizard.action_read()
        return self.env["salon.deal.statement"].browse(result["params"]["next"]["res_id"])

    def _rows(self, *rows):
        return "code,amount,fee,date\n" + "".join(",".join(map(str, row)) + "\n" for row in rows)

    def _issues(self, statement):
        self.env.invalidate_all()
        return [(line.code, line.issue, line.gap) for line in statement.line_ids.sorted("row")]

    # Reading ----------------------------------------------------------------------------------------

    def test_a_chinese_statement_is_read_in_both_encodings(self):
        for encoding in ("utf-8", "utf-8-sig", "gb18030"):
            headers, table = deal_csv.read_table(deal_csv.decode(CHINESE.encode(encoding)))
            columns = deal_csv.recognise(headers)
            self.assertEqual(columns, {"code": 0, "amount": 2, "fee": 3, "date": 4}, encoding)
            rows, others = deal_csv.read_rows(table, columns)
            self.assertEqual(
                [(row.code, row.amount, row.fee) for row in rows],
                [("1001", 80, deal_csv.Decimal("4.8")), ("1002", 1080, deal_csv.Decimal("4.8"))],
            )
            self.assertEqual((rows[0].number, str(rows[0].day), others), (4, "2026-11-01", 1))

    def test_an_english_statement_is_recognised(self):
        for headers, expected in (
            (["Voucher Code", "Gross", "Commission", "Net"], {"code": 0, "amount": 1, "fee": 2, "net": 3}),
            (["Date", "Coupon", "Payout (CNY)"], {"code": 1, "net": 2, "date": 0}),
            (
                ["序号", "团购券码", "结算金额(元)", "平台服务费", "订单金额"],
                {"code": 1, "net": 2, "fee": 3, "amount": 4},
            ),
            (["Name", "Colour"], {}),
        ):
            self.assertEqual(deal_csv.recognise(headers), expected)

    def test_the_columns_are_shown_and_can_be_chosen(self):
        wizard = self.env["salon.deal.import"].new(
            {"platform_id": self.platform.id, "file": base64.b64encode(b"who;what;how much\n1001;Cut;80\n")}
        )
        self.assertEqual(wizard.column_ids.mapped("header"), ["who", "what", "how much"])
        self.assertEqual(wizard.column_ids.mapped("sample"), ["1001", "Cut", "80"])
        self.assertEqual(wizard.row_count, 1)
        wizard.column_ids[0].role, wizard.column_ids[2].role = "code", "net"
        self.assertEqual(wizard._columns(), {"code": 0, "net": 2})
        wizard.column_ids[1].role = "net"
        with self._refused("same meaning"):
            wizard._columns()
        with self._refused("which column has the codes"):
            self._import("who,amount\n1001,80\n")

    def test_the_columns_that_people_chose_count(self):
        self._redeem("1001")
        columns = [
            (0, 0, {"place": 0, "role": False}), (0, 0, {"place": 1, "role": "code"}),
            (0, 0, {"place": 2, "role": "amount"}), (0, 0, {"place": 3, "role": "fee"}),
        ]  # fmt: skip
        statement = self._import("code,my code,amount,fee\n7,1001,80,4.8\n", column_ids=columns)
        self.assertEqual(self._issues(statement), [("1001", False, 0)])

    def test_what_cannot_be_read_is_said_in_one_sentence(self):
        for text, words in (
            ("\n,\n", "empty"),
            ("just words\n", "no CSV"),
            ("code,amount\n1001,eighty\n", "Row 2: “eighty” is no amount"),
            ("code,amount\n1.23E+11,80\n", "has shortened the code"),
            ("code,amount\n1001,\n", "Row 2 has no amount"),
            ("code,remark\n1001,x\n", "which column has the amounts"),
            ("code,amount\nnone,80\n", "No row of this file"),
            ("code,amount\n1001,NaN\n", "is no amount"),
            ("code,amount\n1001,1e999\n", "is no amount"),
        ):
            with self._refused(words), self.env.cr.savepoint():
                self._import(text)
        with self._refused("not of that encoding"):
            self._wrong_encoding()

    def _wrong_encoding(self):
        wizard = self.env["salon.deal.import"].create(
            {
                "platform_id": self.platform.id,
                "number": "1",
                "encoding": "utf-8",
                "file": base64.b64encode(CHINESE.encode("gb18030")),
            }
        )
        self.assertIn("not of that encoding", wizard.trouble)
        wizard.action_read()

    # Matching ---------------------------------------------------------------------------------------

    def test_each_row_is_compared_with_its_voucher(self):
        for code in ("1", "2", "3", "4"):
            self._redeem(code)
        order = self._redeem("5")
        self._give_back_lines(order, (self.deal_method, -80))
        statement = self._import(
            self._rows(
                (1, 80, 4.8, "2026-11-01"), (2, 75, 4.5, ""), (3, 80, 6, ""), (4, 80, -4.8, ""), (4, 80, 4.8, "later"),
                (5, 80, 4.8, ""), (99, 50, 3, ""), (1, -80, -4.8, ""),
            )
        )  # fmt: skip
        self.assertEqual(
            self._issues(statement),
            [
                ("1", False, 0), ("2", "amount", -4.7), ("3", "fee", -1.2), ("4", False, 0), ("4", "twice", 75.2),
                ("5", "given_back", 75.2), ("99", "unknown", 47), ("1", "back", -75.2),
            ],
        )  # fmt: skip
        self.assertEqual((statement.line_count, statement.issue_count), (8, 6))
        self.assertEqual(statement.line_ids.sorted("row")[0].voucher_id, self._vouchers("1"))
        self.assertEqual(str(statement.date_from), "2026-11-01")

    def test_without_a_fee_only_the_amount_is_compared(self):
        self._redeem("1")
        self._redeem("2")
        self.assertEqual(self._issues(self._import("code,amount\n1,80\n")), [("1", False, 0)])
        statement = self._import("code,net\n2,75\n", number="net")
        self.assertEqual(self._issues(statement), [("2", "amount", -0.2)])

    def test_what_is_paid_out_tells_another_fee_too(self):
        for code in ("1", "2", "3"):
            self._redeem(code)
        statement = self._import("code,amount,net\n1,80,75.2\n2,80,70\n")
        self.assertEqual(self._issues(statement), [("1", False, 0), ("2", "fee", -5.2)])
        statement = self._import("code,amount,fee,net\n3,80,4.8,70\n", number="net")
        self.assertEqual(self._issues(statement), [("3", "amount", -5.2)])

    def test_a_comma_before_two_digits_is_a_decimal_one(self):
        for text, number in (
            ("75,20", "75.2"), ("1.080,5 €", "1080.5"), ("1,080", "1080"), ("1,080.00", "1080"), ("-4,80", "-4.8"),
        ):  # fmt: skip
            rows, _others = deal_csv.read_rows([(1, ["1", text])], {"code": 0, "amount": 1})
            self.assertEqual(rows[0].amount, deal_csv.Decimal(number), text)

    def test_the_file_again_changes_nothing(self):
        self._redeem("1")
        text = self._rows((1, 80, 4.8, ""), (2, 80, 4.8, ""), (2, 80, 4.8, ""))
        statement = self._import(text)
        before = self._issues(statement)
        self.assertEqual([issue for _code, issue, _gap in before], [False, "unknown", "twice"])
        self.assertEqual(self._import(text), statement)
        self.assertEqual(self._issues(statement), before)
        # In another encoding it is the same file; what was added to it is added.
        self.assertEqual(self._import(text, encoding="gb18030"), statement)
        self._import(text + "3,80,4.8,\n")
        self.assertEqual(statement.line_count, 4)

    def test_a_code_on_two_statements_is_found(self):
        self._redeem("1")
        self._import(self._rows((1, 80, 4.8, "")))
        second = self._import(self._rows((1, 80, 4.8, "")), number="2026-12")
        self.assertEqual(self._issues(second), [("1", "twice", 75.2)])

    def test_what_is_redeemed_later_is_found_when_matched_again(self):
        statement = self._import(self._rows((1, 80, 4.8, "")))
        self.assertEqual(self._issues(statement)[0][1], "unknown")
        self._redeem("1")
        statement.with_user(self.accountant).action_match()
        self.assertFalse(self._issues(statement)[0][1])

    def test_what_is_on_no_statement_is_listed_after_some_days(self):
        vouchers = self.env["salon.deal.voucher"]
        for code in ("1", "2", "3"):
            self._redeem(code)
        old = fields.Datetime.now() - timedelta(days=self.platform.statement_days + 1)
        self._vouchers("1", "2").sudo().write({"redeemed_at": old})
        self.assertEqual(vouchers.search([("is_missing", "=", True)]).mapped("code"), ["2", "1"])
        self.assertTrue(self._vouchers("2").is_missing)
        statement = self._import(self._rows((1, 80, 4.8, "")))
        self.assertEqual(vouchers.search([("is_missing", "=", True)]).mapped("code"), ["2"])
        self.assertEqual((self.platform.missing_count, statement.missing_count), (1, 1))
        self.assertNotIn(self._vouchers("2"), vouchers.search([("is_missing", "=", False)]))
        statement.unlink()
        self.env.invalidate_all()
        self.assertEqual(self.platform.missing_count, 2)

    def test_ten_thousand_rows_take_seconds(self):
        order = self._redeem("0")
        self.env.cr.execute(
            """
            INSERT INTO salon_deal_voucher (platform_id, company_id, payment_method_id, code, offer_id, pos_order_id,
                                            amount, fee, net, redeemed_at, redeemed_by, state)
            SELECT %s, %s, %s, number, %s, %s, 80, 4.8, 75.2, now(), 1, 'redeemed' FROM generate_series(1, 10000) number
            """,
            [self.platform.id, self.company.id, self.deal_method.id, self.offer.id, order.id],
        )
        text = self._rows(*((number, 80 if number % 100 else 70, 4.8, "2026-11-01") for number in range(1, 10001)))
        begin = time.process_time()
        statement = self._import(text)
        statement.with_user(self.accountant).action_confirm()
        self.assertLess(time.process_time() - begin, 3)
        self.assertEqual((statement.line_count, statement.issue_count), (10000, 100))
        states = dict(self.env["salon.deal.voucher"]._read_group([], ["state"], ["__count"]))
        self.assertEqual(states, {"redeemed": 1, "settled": 9900, "disputed": 100})

    # Confirming -------------------------------------------------------------------------------------

    def _confirmed(self):
        for code in ("1", "2", "3"):
            self._redeem(code)
        statement = self._import(self._rows((1, 80, 4.8, "2026-11-01"), (2, 70, 4.2, "2026-11-02")))
        entries = self.env["account.move"].search_count([])
        statement.with_user(self.accountant).action_confirm()
        self.assertEqual(self.env["account.move"].search_count([]), entries, "nothing is booked")
        self.env.invalidate_all()
        return statement

    def test_confirming_settles_what_agrees_and_disputes_the_rest(self):
        statement = self._confirmed()
        self.assertEqual(self._vouchers("1", "2", "3").mapped("state"), ["settled", "disputed", "redeemed"])
        disputed = self._vouchers("2").with_user(self.accountant)
        disputed.action_settle()
        self.assertEqual(disputed.state, "settled")
        with self._refused("is not disputed"):
            disputed.action_settle()
        with self._refused("is confirmed"), self.env.cr.savepoint():
            self._import(self._rows((3, 80, 4.8, "")))
        self._import(self._rows((1, 80, 4.8, "2026-11-01")))  # nothing new
        with self._refused("stays"):
            statement.unlink()

    def test_a_settled_voucher_is_not_given_back(self):
        self._confirmed()
        order = self._vouchers("1").pos_order_id
        with self._refused("stays used"), self.env.cr.savepoint():
            self._give_back_lines(order, (self.deal_method, -80))
        with self._refused("stays used"), self.env.cr.savepoint():
            self.env["salon.deal.voucher"].check_give_back(self.config.id, order.lines.ids)
        self._give_back_lines(order, (self.card_method, -80))
        self.assertEqual(self._vouchers("1").state, "settled")

    def test_a_confirmation_is_taken_back(self):
        statement = self._confirmed()
        statement.with_user(self.accountant).action_reopen()
        self.assertEqual((statement.state, set(self._vouchers().mapped("state"))), ("draft", {"redeemed"}))

    def test_what_another_statement_confirmed_stays(self):
        self._confirmed()
        second = self._import(self._rows((1, 80, 4.8, ""), (3, 80, 4.8, "")), number="2026-12")
        second = second.with_user(self.accountant)
        second.action_confirm()
        second.action_reopen()
        self.env.invalidate_all()
        self.assertEqual(self._vouchers("1", "3").mapped("state"), ["settled", "redeemed"])

    def test_what_a_platform_takes_back_later_is_disputed(self):
        self._confirmed()
        second = self._import(self._rows((1, -80, -4.8, "")), number="2026-12")
        second.with_user(self.accountant).action_confirm()
        self.env.invalidate_all()
        self.assertEqual(self._vouchers("1").state, "disputed")

    def test_what_a_reopened_statement_took_back_is_as_it_was(self):
        self._confirmed()
        takes = [
            self._import(self._rows((1, -80, -4.8, ""), (3, -80, -4.8, "")), number=number).with_user(self.accountant)
            for number in ("2026-12", "2027-01")
        ]
        for statement in takes:
            statement.action_confirm()
        self.env.invalidate_all()
        self.assertEqual(self._vouchers("1", "3").mapped("state"), ["disputed", "disputed"])
        for first, second in (takes, takes[::-1]):
            first.action_reopen()
            self.env.invalidate_all()
            self.assertEqual(self._vouchers("1", "3").mapped("state"), ["disputed"] * 2, "the other one says so")
            second.action_reopen()
            self.env.invalidate_all()
            self.assertEqual(self._vouchers("1", "3").mapped("state"), ["settled", "redeemed"])
            first.action_confirm()
            second.action_confirm()
            self.env.invalidate_all()
        takes[1].action_reopen()
        self.env.invalidate_all()
        self._vouchers("1").with_user(self.accountant).action_settle()
        takes[0].action_reopen()
        self.env.invalidate_all()
        self.assertEqual(self._vouchers("1").state, "settled", "what the accountant accepted stays")

    def test_the_entry_pays_what_the_file_pays_and_names_the_difference(self):
        for code in ("1", "2", "3"):
            self._redeem(code)
        statement = self._import("code,amount,fee,net\n1,80,4.8,70\n2,80,4.8,75.2\n3,80,4.8,\n")
        statement = statement.with_user(self.accountant)
        statement.action_confirm()
        statement.action_propose_entry()
        lines = statement.account_move_id.line_ids
        self.assertEqual(
            sorted((line.account_id.id, line.balance) for line in lines),
            sorted(
                [
                    (self.platform.payout_account_id.id, 220.4),
                    (self.platform.fee_account_id.id, 14.4),
                    (self.platform.clearing_account_id.id, -240),
                    (self.platform.clearing_account_id.id, 5.2),
                ]
            ),
        )
        self.assertEqual(lines.filtered(lambda line: line.balance == 5.2).name, "Not explained by Meituan: 2026-11")

    def test_the_entry_is_a_draft_that_clears_what_the_platform_owes(self):
        statement = self._import(self._rows((1, 80, 4.8, "")))
        with self._refused("Confirm the statement"):
            statement.with_user(self.accountant).action_propose_entry()
        statement.unlink()
        statement = self._confirmed()
        self._close()
        self.assertEqual(self._owed(), 240)
        statement.with_user(self.accountant).action_propose_entry()
        move = statement.account_move_id
        self.assertEqual((move.state, move.journal_id), ("draft", self.deal_method.journal_id))
        balances = {line.account_id: line.balance for line in move.line_ids}
        self.assertEqual(
            balances,
            {
                self.platform.clearing_account_id: -150,
                self.platform.fee_account_id: 9,
                self.platform.payout_account_id: 141,
            },
        )
        self.assertEqual(statement.with_user(self.accountant).action_propose_entry()["res_id"], move.id)
        with self._refused("has an entry"):
            statement.with_user(self.accountant).action_reopen()
        move.action_post()
        self.assertEqual(self._owed(), 90)

    def test_where_the_statement_says_no_fee_the_expected_one_is_booked(self):
        self._redeem("1")
        statement = self._import("code,amount\n1,80\n").with_user(self.accountant)
        statement.action_confirm()
        statement.action_propose_entry()
        fee = statement.account_move_id.line_ids.filtered(lambda line: line.account_id == self.platform.fee_account_id)
        self.assertEqual(fee.balance, 4.8)

    # Who may ----------------------------------------------------------------------------------------

    def test_only_the_accountant_reads_and_confirms(self):
        statement = self._import(self._rows((1, 80, 4.8, "")))
        self._redeem("1")
        for user in (self.manager, self.reception, self.till):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                self._import(self._rows((2, 80, 4.8, "")), user=user)
            for method in ("action_match", "action_confirm", "action_reopen", "action_propose_entry"):
                with self.assertRaises(AccessError), self.env.cr.savepoint():
                    getattr(statement.with_user(user), method)()
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                self._vouchers("1").with_user(user).action_dispute()

    def test_nobody_writes_a_statement_by_hand(self):
        statement = self._import(self._rows((1, 80, 4.8, ""))).with_user(self.accountant)
        for record, values in (
            (statement, {"state": "confirmed"}),
            (statement.line_ids, {"amount": 1}),
        ):
            with self.assertRaises(AccessError):
                record.write(values)
        with self.assertRaises(AccessError):
            self.env["salon.client.file"].with_user(self.accountant).search([])

    def test_another_company_sees_no_statement(self):
        self._import(self._rows((1, 80, 4.8, "")))
        other = self.env["res.company"].create({"name": "Other"})
        self.accountant.write({"company_ids": [(4, other.id)]})
        alone = self.env(user=self.accountant, context={"allowed_company_ids": other.ids})
        for model in ("statement", "statement.line", "voucher"):
            self.assertFalse(alone[f"salon.deal.{model}"].search([]), model)
