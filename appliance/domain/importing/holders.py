"""Policyholders as files name them: one cell with a name and a code, a number without its zeros."""

from __future__ import annotations

import re

import msgspec

from appliance.core import identity
from db.text import ascii_digits, clean

_CODE = re.compile(r"[\s\-_(]*\b(?:کد|ک)\s*[:：]?\s*(\d{2,})\)?\s*$")
_LEAD_CODE = re.compile(r"^\s*(\d{3,})\s*[-–_:]\s*(?=\D)")
_TAIL_CODE = re.compile(r"(?<=\D)\s*[-–_:]\s*(\d{3,})\s*$")
_LEGAL = (
    "شرکت", "موسسه", "مؤسسه", "بانک", "اداره", "سازمان", "شهرداری", "دانشگاه", "بنیاد", "صندوق", "تعاونی", "کارخانه",
    "بیمارستان", "مدرسه", "هتل", "اتحادیه", "انجمن", "کانون", "هییت", "هیئت", "وزارت", "فروشگاه", "مجتمع",
)  # fmt: skip
_DOUBLE = {"سید", "سیده", "محمد", "علی", "امیر", "میر", "فاطمه", "عبد", "شاه", "ملا", "حاج", "بی"}
"""First parts of given names that are usually written as two words."""
_TITLES = ("آقای", "اقای", "خانم", "جناب", "سرکار")


class Holder(msgspec.Struct, frozen=True):
    """A name as the records hold it."""

    kind: str
    first_name: str
    last_name: str
    code: str = ""
    """What the insurer's system calls the person."""


def read_holder(text: str) -> Holder:
    """Split «نام … کد ۱۲۳۴» into names and the insurer's code of the person; a firm's name stays whole."""
    plain = clean(ascii_digits(text))
    code = ""
    for pattern in (_CODE, _LEAD_CODE, _TAIL_CODE):
        if found := pattern.search(plain):
            code = found[1]
            plain = clean((plain[: found.start()] + plain[found.end() :]).strip(" -–_():"))
            break
    words = plain.split()
    if words and words[0] in _TITLES and len(words) > 2:
        words = words[1:]
    if not words:
        return Holder("natural", "", "", code)
    if words[0] in _LEGAL:
        return Holder("legal", "", " ".join(words)[:80], code)
    if len(words) == 1:
        return Holder("natural", "", words[0][:80], code)
    first = 2 if len(words) > 2 and words[0] in _DOUBLE else 1
    return Holder("natural", " ".join(words[:first])[:80], " ".join(words[first:])[:80], code)


def read_identity(text: str) -> tuple[str, str] | None:
    """Give (kind, number) of an identity number whose leading zeros may be lost. Raises `identity.IdentityError`.

    None for an empty cell or one of zeros, as systems write what they do not know.
    """
    digits = re.sub(r"[\s\-\u200c]", "", ascii_digits(text))
    if not digits or set(digits) <= {"0"}:
        return None
    if len(digits) == 11:
        return "legal", identity.legal_id(digits)
    if len(digits) == 12:
        return "natural", identity.foreigner_id(digits)
    if len(digits) == 7:
        digits = "0" + digits
    return "natural", identity.national_id(digits)
