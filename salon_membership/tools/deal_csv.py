"""Reading what a platform exports: a table as CSV, of unknown encoding and headers, often with a title above it."""

import csv
import hashlib
import io
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation

from .deal_code import normalise

# How platforms head their columns. What is written in full counts before what is only part of a header.
HEADERS = {
    "code": (
        "券码", "团购券码", "券号", "验券码", "核销码", "消费码", "凭证码", "团购券号", "券编号", "序列号",
        "vouchercode", "couponcode", "voucher", "coupon", "code", "certificate",
    ),
    "fee": (
        "佣金", "技术服务费", "平台服务费", "服务费", "手续费", "平台佣金", "软件服务费", "扣点",
        "fee", "commission", "servicefee",
    ),
    "net": (
        "结算价", "结算金额", "应结金额", "实结金额", "到账金额", "打款金额", "入账金额", "商家应得", "商家实收",
        "实收金额", "net", "payout", "paidout", "netamount", "settlement",
    ),
    "amount": (
        "售价", "券售价", "售卖价", "团购价", "订单金额", "交易金额", "销售金额", "消费金额", "应收金额", "券金额",
        "金额",
        "gross", "amount", "price", "grossamount", "saleprice", "settledamount",
    ),
    "date": (
        "核销时间", "验券时间", "消费时间", "使用时间", "核销日期", "消费日期", "交易时间", "redeemedat", "redeemed",
        "date", "time", "usedat",
    ),
}  # fmt: skip
ENCODINGS = ("utf-8-sig", "gb18030")
DATES = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d", "%d.%m.%Y", "%d/%m/%Y")
SHORTENED = re.compile(r"^\d(\.\d+)?E\+\d+$", re.IGNORECASE)  # a long number that a spreadsheet has shortened
DECIMAL_COMMA = re.compile(r",\d\d?\D*$")  # thousands have three digits
TITLE_ROWS = 30


class UnreadableError(Exception):
    """What the file has that can't be read: `kind`, and `row`, as people count."""

    def __init__(self, kind, row=0, text=""):
        super().__init__(kind)
        self.kind, self.row, self.text = kind, row, text


@dataclass(frozen=True)
class Row:
    """One row of a statement. Amounts are Decimals, or None where the file says nothing."""

    number: int
    code: str
    amount: Decimal | None
    fee: Decimal | None
    net: Decimal | None
    day: object
    key: str


def decode(content, encoding=None):
    """Return the text of a file, by this encoding or by the first one that fits.

    :raise UnreadableError: it is no text of that encoding
    """
    for name in (encoding,) if encoding else ENCODINGS:
        try:
            return content.decode("utf-8-sig" if name == "utf-8" else name)
        except UnicodeDecodeError:
            continue
    raise UnreadableError("encoding")


def read_table(text):
    """Return (headers, rows): rows are (number as people count, cells). What stands above the headers is left out.

    :raise UnreadableError: it is no table
    """
    head = text[:20000]
    separator = max(",\t;", key=head.count)
    try:
        table = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error as error:
        raise UnreadableError("table") from error
    filled = [(number, cells) for number, cells in enumerate(table, start=1) if any(cell.strip() for cell in cells)]
    if not filled:
        raise UnreadableError("empty")
    place = next((at for at, (_number, cells) in enumerate(filled[:TITLE_ROWS]) if "code" in recognise(cells)), None)
    if place is None:
        place = max(range(len(filled[:TITLE_ROWS])), key=lambda at: len([c for c in filled[at][1] if c.strip()]))
    headers = [cell.strip() for cell in filled[place][1]]
    if len(headers) < 2:
        raise UnreadableError("table")
    return headers, filled[place + 1 :]


def recognise(headers):
    """Return which columns are what: {role: place}; each role once, each column once."""
    plain = [_plain(header) for header in headers]
    found, taken = {}, set()
    for fits in (lambda word, header: header == word, lambda word, header: word in header):
        for role, words in HEADERS.items():
            if role in found:
                continue
            place = next(
                (at for word in words for at, header in enumerate(plain) if at not in taken and fits(word, header)),
                None,
            )
            if place is not None:
                found[role] = place
                taken.add(place)
    return found


def _plain(header):
    text = unicodedata.normalize("NFKC", header or "").lower()
    return re.sub(r"[\W_]+", "", re.sub(r"\(.*?\)", "", text))


def read_rows(rows, columns):
    """Return (rows that name a voucher, how many do not), by {role: place}.

    The same row twice in a file is twice: each has a key of its own. The same file read again has the same keys.

    :raise UnreadableError: an amount is no number, or a code was shortened
    """
    found, others, seen = [], 0, Counter()
    for number, cells in rows:
        cell = {role: cells[place].strip() if place < len(cells) else "" for role, place in columns.items()}
        if SHORTENED.match(cell["code"]):
            raise UnreadableError("shortened", number, cell["code"])
        code = normalise(cell["code"])
        if not any(letter.isdigit() for letter in code):  # sums and remarks
            others += 1
            continue
        amount, fee, net = (_number(cell.get(role, ""), number) for role in ("amount", "fee", "net"))
        if fee is not None:
            fee = abs(fee) if (amount or net or 0) >= 0 else -abs(fee)  # some write what is taken off below 0
        if amount is None and net is not None and fee is not None:
            amount = net + fee
        if amount is None and net is None:
            raise UnreadableError("amount", number, code)
        day = _day(cell.get("date", ""))
        text = "|".join(str(value) for value in (code, amount, fee, net, cell.get("date", "")))
        seen[text] += 1
        key = hashlib.sha256(f"{text}|{seen[text]}".encode()).hexdigest()
        found.append(Row(number, code, amount, fee, net, day, key))
    return found, others


def _number(text, row):
    """Return a number as people write it, with currency and thousands; None where there is none."""
    plain = unicodedata.normalize("NFKC", text).replace("−", "-")
    if DECIMAL_COMMA.search(plain):
        plain = plain.replace(".", "").replace(",", ".")
    plain = re.sub(r"(?i)[¥￥$€元\s,'\"=]|rmb|cny", "", plain)
    if plain in ("", "-", "--"):
        return None
    try:
        number = Decimal(plain)
    except InvalidOperation as error:
        raise UnreadableError("number", row, text) from error
    if not number.is_finite() or abs(number) > 10**9:
        raise UnreadableError("number", row, text)
    return number.quantize(Decimal("0.000001")).normalize() + 0


def _day(text):
    """Return the day that a cell names, its first word as a rule; None where it names none."""
    words = unicodedata.normalize("NFKC", text).strip("'\"= \t").replace("T", " ").split()
    for form in DATES if words else ():
        try:
            return datetime.strptime(words[0], form).date()
        except ValueError:
            continue
    return None
