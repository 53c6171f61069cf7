"""Identity and money numbers: each check as published, each refusal by its own name.

Rules and test values: `insurance-domain` facts, section 9. Every function takes what somebody typed, in any digits,
and gives the one stored spelling; it raises `IdentityError` whose text is a stable code such as
``national-id.checksum``.
"""

from __future__ import annotations

import re

from db.text import ascii_digits

BANKS = {
    "017": "ملی", "012": "ملت", "018": "تجارت", "019": "صادرات", "015": "سپه", "016": "کشاورزی", "014": "مسکن",
    "013": "رفاه", "053": "کارآفرین", "054": "پارسیان", "055": "اقتصادنوین", "056": "سامان", "057": "پاسارگاد",
    "061": "شهر", "062": "آینده", "021": "پست‌بانک", "022": "توسعه تعاون", "059": "سینا", "066": "دی",
    "069": "ایران زمین", "070": "رسالت", "078": "خاورمیانه", "060": "مهر", "090": "مهر",
}  # fmt: skip
"""Bank by the three digits after an IBAN's check digits."""
PLATE_LETTERS = "بجدسصطقلمنوهیعتکالفپثشزفگژ"
_PLATE_WORDS = {"الف": "الف", "ا": "الف", "D": "D", "S": "S"}
_CAR_PLATE = re.compile(r"^(\d{2})([^\d]{1,3})(\d{3})-?(\d{2})$")
_MOTORCYCLE_PLATE = re.compile(r"^(\d{3})-?(\d{5})$")
_LEGAL_WEIGHTS = (29, 27, 23, 19, 17)
_OLD_LETTERS = str.maketrans({"ي": "ی", "ى": "ی", "ك": "ک", "ة": "ه"})


class IdentityError(ValueError):
    """What was typed is no such number; the text is the code of the reason."""


def national_id(text: str) -> str:
    """Read a natural person's national id: 8 to 10 digits, padded to 10, with its check digit."""
    digits = _digits(text, "national-id")
    if not 8 <= len(digits) <= 10:
        raise IdentityError("national-id.length")
    digits = digits.zfill(10)
    if len(set(digits)) == 1:
        raise IdentityError("national-id.repeated")
    rest = sum(int(digit) * (10 - place) for place, digit in enumerate(digits[:9])) % 11
    if int(digits[9]) != (rest if rest < 2 else 11 - rest):
        raise IdentityError("national-id.checksum")
    return digits


def legal_id(text: str) -> str:
    """Read a legal person's national id: 11 digits with a check digit."""
    digits = _digits(text, "legal-id")
    if len(digits) != 11:
        raise IdentityError("legal-id.length")
    if digits[3:9] == "000000":
        raise IdentityError("legal-id.checksum")
    ten = int(digits[9]) + 2
    rest = sum((ten + int(digits[place])) * _LEGAL_WEIGHTS[place % 5] for place in range(10)) % 11
    if int(digits[10]) != (0 if rest == 10 else rest):
        raise IdentityError("legal-id.checksum")
    return digits


def foreigner_id(text: str) -> str:
    """Read a foreigner's code: 12 digits; no checksum is public."""
    digits = _digits(text, "foreigner-id")
    if len(digits) != 12:
        raise IdentityError("foreigner-id.length")
    return digits


def person_id(text: str, kind: str) -> str:
    """Read the identity number of a person of `kind` (``natural`` or ``legal``); foreigners have 12 digits."""
    if kind == "legal":
        return legal_id(text)
    if len(_digits(text, "national-id")) == 12:
        return foreigner_id(text)
    return national_id(text)


def iban(text: str) -> str:
    """Read an Iranian IBAN, with or without ``IR``: 24 digits, ISO 7064 mod 97 = 1."""
    plain = re.sub(r"[\s\-]", "", ascii_digits(text)).upper()
    digits = plain.removeprefix("IR")
    if not digits.isdecimal() or len(digits) != 24:
        raise IdentityError("iban.length")
    if int(digits[2:] + "1827" + digits[:2]) % 97 != 1:
        raise IdentityError("iban.checksum")
    return f"IR{digits}"


def bank_of(code: str) -> str:
    """Give the bank of an IBAN as read by `iban`; empty when not known."""
    return BANKS.get(code[4:7], "")


def bank_card(text: str) -> str:
    """Read a bank card: 16 digits that pass Luhn."""
    digits = _digits(text, "bank-card")
    if len(digits) != 16:
        raise IdentityError("bank-card.length")
    doubled = [int(digit) * (2 - place % 2) for place, digit in enumerate(digits)]
    if sum(value - 9 if value > 9 else value for value in doubled) % 10:
        raise IdentityError("bank-card.checksum")
    return digits


def postal_code(text: str) -> str:
    """Read a postal code: 10 digits. `is_unusual_postal_code` says when it looks mistyped."""
    digits = _digits(text, "postal-code")
    if len(digits) != 10:
        raise IdentityError("postal-code.length")
    return digits


def is_unusual_postal_code(code: str) -> bool:
    """Tell whether a code breaks the usual form (first digit not 0 or 2, fifth not 0): worth a warning only."""
    return code[0] in "02" or code[4] == "0"


def sayad_id(text: str) -> str:
    """Read a cheque's Sayad id: 16 digits; no checksum is public."""
    digits = _digits(text, "sayad-id")
    if len(digits) != 16:
        raise IdentityError("sayad-id.length")
    return digits


def plate(text: str) -> str:
    """Read a vehicle's plate and give ``12ب345-67`` or, for a motorcycle, ``123-45678``.

    The word «ایران» and blanks may stand anywhere; the city's two digits come last.
    """
    plain = ascii_digits(text).translate(_OLD_LETTERS).replace("ایران", "-")
    plain = re.sub(r"-+", "-", re.sub(r"[\s\u200c/|_]", "", plain)).strip("-")
    if found := _MOTORCYCLE_PLATE.match(plain):
        return f"{found[1]}-{found[2]}"
    found = _CAR_PLATE.match(plain)
    if found is None:
        raise IdentityError("plate.form")
    first, letter, middle, city = found.groups()
    letter = _PLATE_WORDS.get(letter.upper(), letter)
    if letter not in (*PLATE_LETTERS, "الف", "D", "S"):
        raise IdentityError("plate.letter")
    if "0" in first + middle or city.startswith("0"):
        raise IdentityError("plate.zero")
    return f"{first}{letter}{middle}-{city}"


def vin(text: str) -> str:
    """Read a vehicle identification or chassis number: 5 to 17 letters and digits."""
    plain = re.sub(r"[\s\-]", "", ascii_digits(text)).upper()
    if not re.fullmatch(r"[A-Z0-9]{5,17}", plain):
        raise IdentityError("vin.form")
    return plain


def is_unusual_vin(code: str) -> bool:
    """Tell whether a number is not a modern VIN (17 characters without I, O, Q): older cars differ."""
    return len(code) != 17 or any(letter in code for letter in "IOQ")


def _digits(text: str, name: str) -> str:
    plain = re.sub(r"[\s\-\u200c]", "", ascii_digits(text))
    if not plain.isascii() or not plain.isdecimal():
        raise IdentityError(f"{name}.digits")
    return plain
