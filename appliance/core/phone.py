"""Telephone numbers: every spelling of a number becomes one key, and a key says what it is.

The key of a number is E.164 text (``+982112345678``); numbers of seven digits or fewer, service codes and
internal extensions stay as dialled. Withheld and unavailable are states of a call, not numbers, and never come
here. Rules: `insurance-domain` facts, section 10 (Iranian numbering plan since 1393); `phonenumbers` judges what
is foreign.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

import msgspec

COUNTRY_CODE = "98"
NATIONAL_DIGITS = 10
LOCAL_DIGITS = 8
LONGEST_SHORT = 7
LONGEST_E164 = 15
LONGEST_INPUT = 64

Kind = Literal["mobile", "landline", "international", "service", "short", "unknown"]

PROVINCES = {
    "11": "مازندران", "13": "گیلان", "17": "گلستان", "21": "تهران", "23": "سمنان", "24": "زنجان", "25": "قم",
    "26": "البرز", "28": "قزوین", "31": "اصفهان", "34": "کرمان", "35": "یزد", "38": "چهارمحال و بختیاری",
    "41": "آذربایجان شرقی", "44": "آذربایجان غربی", "45": "اردبیل", "51": "خراسان رضوی",
    "54": "سیستان و بلوچستان", "56": "خراسان جنوبی", "58": "خراسان شمالی", "61": "خوزستان", "66": "لرستان",
    "71": "فارس", "74": "کهگیلویه و بویراحمد", "76": "هرمزگان", "77": "بوشهر", "81": "همدان",
    "83": "کرمانشاه", "84": "ایلام", "86": "مرکزی", "87": "کردستان",
}  # fmt: skip
_SERVICE = re.compile(r"096\d{2,3}")
_IRAN = f"+{COUNTRY_CODE}"


class PhoneNumber(msgspec.Struct, frozen=True):
    """A telephone number as one key, with what the key tells."""

    key: str
    """E.164 with ``+``, or the digits as dialled for short, service and unknown numbers."""
    kind: Kind
    province: str | None = None
    """Province of an Iranian landline, Persian."""
    local: str = ""
    """How people of the office write it: ``09121234567``, ``021 12345678``, ``+49 30 1234``."""


def parse_phone(text: str, area_code: str = "") -> PhoneNumber | None:
    """Read a number in any spelling and any digits; None when there is no number in it.

    `area_code` is the line's own, with or without its leading 0 (``"021"``, ``"21"``); with it, eight local
    digits become a full number. Never raises: what is not a number of any plan keeps its digits as
    kind ``unknown``. A key read again gives itself.
    """
    written = text[:LONGEST_INPUT]
    digits = _digits(written)
    if not digits:
        return None
    if _has_plus(written) and not digits.startswith("0"):
        return _international(digits)
    if _SERVICE.fullmatch(digits):
        return PhoneNumber(key=digits, kind="service", local=digits)
    if digits.startswith("00") and digits[2:3] not in ("", "0"):
        return _international(digits[2:])
    return _domestic(digits, _digits(area_code).lstrip("0"))


def suggestion_suffix(number: PhoneNumber) -> str | None:
    """Give the last eight digits, by which a number may be *suggested* and never matched; None when too short."""
    digits = re.sub(r"\D", "", number.key)
    return digits[-LOCAL_DIGITS:] if len(digits) > LOCAL_DIGITS else None


def _digits(text: str) -> str:
    """Give the digits of a text as ASCII, whatever script they are written in."""
    return "".join(str(unicodedata.decimal(letter)) for letter in text if letter.isdecimal())


def _has_plus(text: str) -> bool:
    return text.lstrip("\u200e\u200f\u2066\u2067\u2068\u202a\u202b\u202c\u2069 (").startswith(("+", "＋"))


def _is_national(digits: str) -> bool:
    return len(digits) == NATIONAL_DIGITS and digits[0] != "0"


def _domestic(digits: str, area_code: str) -> PhoneNumber:
    if digits.startswith("0") and _is_national(digits[1:]):
        return _iranian(digits[1:])
    if digits.startswith(COUNTRY_CODE) and _is_national(digits[len(COUNTRY_CODE) :].removeprefix("0")):
        return _iranian(digits[len(COUNTRY_CODE) :].removeprefix("0"))
    if _is_national(digits) and (digits[0] == "9" or digits[:2] in PROVINCES):
        return _iranian(digits)
    if len(digits) == LOCAL_DIGITS and area_code and digits[0] != "0":
        return _iranian(area_code + digits)
    if len(digits) <= LONGEST_SHORT:
        return PhoneNumber(key=digits, kind="short", local=digits)
    return PhoneNumber(key=digits, kind="unknown", local=digits)


def _iranian(national: str) -> PhoneNumber:
    """Give the number of ten national digits (no trunk 0)."""
    key = _IRAN + national
    if national.startswith("9"):
        return PhoneNumber(key=key, kind="mobile", local="0" + national)
    province = PROVINCES.get(national[:2])
    if province is None:
        return PhoneNumber(key=key, kind="unknown", local="0" + national)
    return PhoneNumber(key=key, kind="landline", province=province, local=f"0{national[:2]} {national[2:]}")


def _international(digits: str) -> PhoneNumber:
    """Give the number behind a ``+`` or ``00``; its key keeps the ``+`` also when it is of no plan."""
    if digits.startswith(COUNTRY_CODE):
        national = digits[len(COUNTRY_CODE) :].lstrip("0")
        if _is_national(national):
            return _iranian(national)
        return _no_plan(_IRAN + national)
    if not LONGEST_SHORT < len(digits) <= LONGEST_E164:
        return _no_plan("+" + digits)
    return _foreign("+" + digits)


def _foreign(text: str) -> PhoneNumber:
    import phonenumbers

    try:
        parsed = phonenumbers.parse(text, None)
    except phonenumbers.NumberParseException:
        return _no_plan(text)
    if not phonenumbers.is_possible_number(parsed):
        return _no_plan(text)
    shown = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    key = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    return PhoneNumber(key=key, kind="international", local=shown)


def _no_plan(text: str) -> PhoneNumber:
    return PhoneNumber(key=text, kind="unknown", local=text)
