"""By what a client is found: keys that begin as people type, so that an index finds the first few at once.

A name has a key from each of its words on, and goes round from its end: “Li Na” is lina and nali, 王小明 is 王小明,
小明王 and 明王小, the same in pinyin (wangxiaoming …) and by initials (wxm …). A phone number is kept backwards: its
end is what one types.
"""

import re
import unicodedata

WORD = "word"
PHONE = "phone"
EMAIL = "email"
BIRTHDAY = "birthday"

HAN = "\u3400-\u9fff\U00020000-\U0003ffff"
WORDS = re.compile(rf"[{HAN}]|[^\W_{HAN}]+")
NUMBER = re.compile(r"[\d\s()+./-]*\d[\d\s()+./-]*")
# A number that somebody wrote in groups, amid a name.
GROUPED = re.compile(r"\+?\d[\d\s()./-]{4,}\d")
FEWEST_DIGITS = 3  # a shorter number means nobody
COUNTRY_DIGITS = 10  # from so many on, a number may begin with a country's code, or with zeros, or not
LAST_DIGITS = 9
MOST_WORDS = 6
MOST_LETTERS = 48
# Read otherwise in a surname than in a word. Both are found: not everybody reads them right.
SURNAMES = {
    "万俟": ["mo", "qi"],
    "单于": ["chan", "yu"],
    "尉迟": ["yu", "chi"],
    "澹台": ["tan", "tai"],
    "长孙": ["zhang", "sun"],
    "仇": ["qiu"],
    "任": ["ren"],
    "华": ["hua"],
    "单": ["shan"],
    "区": ["ou"],
    "召": ["shao"],
    "员": ["yun"],
    "宁": ["ning"],
    "尉": ["wei"],
    "折": ["she"],
    "曾": ["zeng"],
    "朴": ["piao"],
    "查": ["zha"],
    "洗": ["xian"],
    "盖": ["ge"],
    "秘": ["bi"],
    "种": ["chong"],
    "繁": ["po"],
    "缪": ["miao"],
    "翟": ["zhai"],
    "能": ["nai"],
    "覃": ["qin"],
    "解": ["xie"],
    "那": ["na"],
    "重": ["chong"],
    "黑": ["he"],
    "乐": ["yue"],
    "晟": ["cheng"],
}


def plain(text):
    """Return `text` as it is compared: without case, accents and width."""
    text = unicodedata.normalize("NFKD", text or "").casefold()
    return "".join(letter for letter in text if not unicodedata.combining(letter))


def words_of(text):
    """Return the words of `text`, as they are compared; of Chinese each character is one."""
    return WORDS.findall(plain(text))


def joined(text):
    """Return the words of `text` in one piece."""
    return "".join(words_of(text))[:MOST_LETTERS]


def name_keys(name):
    """Return the keys of a name: from each word on, in its own letters, in pinyin and by initials."""
    words = tuple(words_of(name)[:MOST_WORDS])
    spoken = _readings(words)
    forms = {words, *spoken}
    if len(words) > 1:
        forms |= {tuple(word[0] for word in form) for form in spoken or {words}}
    keys = {"".join(form[start:] + form[:start])[:MOST_LETTERS] for form in forms for start in range(len(form))}
    return keys - {""}


def _readings(words):
    """Return how the Chinese characters among `words` may be read; nothing where there are none."""
    if not any(_is_han(word) for word in words):
        return set()
    # 40 MB and half a second: only for who writes a Chinese name.
    from pypinyin import lazy_pinyin

    reading = []
    for word in words:
        reading += lazy_pinyin(word) if _is_han(word) else [word]
    if len(reading) != len(words):
        return set()
    if all(_is_han(word) for word in words):
        # Together they tell how one of several readings is meant.
        together = lazy_pinyin("".join(words))
        reading = together if len(together) == len(words) else reading
    readings = {tuple(reading)}
    for length in (2, 1):
        if surname := SURNAMES.get("".join(words[:length])):
            readings.add((*surname, *reading[length:]))
            break
    # ü is typed as v, and as u.
    return readings | {tuple(word.replace("v", "u") for word in one) for one in readings}


def _is_han(word):
    return re.fullmatch(f"[{HAN}]", word) is not None


def phone_keys(digits, national):
    """Return the keys of a phone number, (kind, key).

    :param str digits: with the country's code, where it is known
    :param str national: the same without it
    """
    return {(PHONE, digits[::-1]), (WORD, national.lstrip("0"))} if len(digits) >= FEWEST_DIGITS else set()


def split(text):
    """Return the words of what was typed; a phone number written in groups is one."""
    if NUMBER.fullmatch(text):
        return [text]
    if phone := GROUPED.search(text):
        return [*text[: phone.start()].split(), phone[0], *text[phone.end() :].split()]
    return text.split()


def typed(text):
    """Return what each word of `text` may be the beginning of: a list of lists of (kind, beginning)."""
    return [choices for choices in map(_choices, split(text)) if choices]


def _choices(word):
    if NUMBER.fullmatch(word):
        digits = re.sub(r"\D", "", word)
        choices = [(WORD, beginning) for beginning in dict.fromkeys((digits.lstrip("0"), digits)) if beginning]
        if len(digits) >= FEWEST_DIGITS:
            end = digits[-LAST_DIGITS:] if len(digits) > COUNTRY_DIGITS else digits
            choices.insert(0, (PHONE, end[::-1]))
        return choices
    choices = [(WORD, beginning)] if (beginning := joined(word)) else []
    return [*choices, (EMAIL, plain(word))] if {"@", "."} & set(word) else choices
