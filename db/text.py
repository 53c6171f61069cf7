"""Folded text keys and the Persian alphabet's order: one function each, used by every search and sort.

Rules: `insurance-domain` facts, section 12. The original text is kept for display; only keys are folded.
"""

from __future__ import annotations

import unicodedata

ZWNJ = "\u200c"
_LETTERS = {
    "ي": "ی", "ى": "ی", "ئ": "ی", "ك": "ک", "ة": "ه", "ۀ": "ه",
    "أ": "ا", "إ": "ا", "ٱ": "ا", "آ": "ا", "ؤ": "و", "ـ": "",
}  # fmt: skip
_DIGITS = {0x06F0 + n: str(n) for n in range(10)} | {0x0660 + n: str(n) for n in range(10)}
_MARKS = dict.fromkeys([*range(1611, 1619), 1620, 1621, 1648], "")
_BIDI_CONTROLS = dict.fromkeys([8206, 8207, *range(8234, 8239), *range(8294, 8298), 65279], "")
_FOLD = str.maketrans(_LETTERS) | _DIGITS | _MARKS | _BIDI_CONTROLS
_STORED = str.maketrans({"ي": "ی", "ى": "ی", "ك": "ک"}) | _BIDI_CONTROLS

_ALPHABET = "آاءبپتثجچحخدذرزژسشصضطظعغفقکگلمنوهی"
_ORDER = {letter: chr(0xE000 + place) for place, letter in enumerate(_ALPHABET)}
_SORT_LETTERS = {"ي": "ی", "ى": "ی", "ئ": "ی", "ك": "ک", "ة": "ه", "ۀ": "ه", "أ": "ا", "إ": "ا", "ٱ": "ا",
                 "ؤ": "و", "ـ": ""}  # fmt: skip
_SORT = str.maketrans(_SORT_LETTERS) | _DIGITS | _MARKS | _BIDI_CONTROLS


def fold(text: str) -> str:
    """Give the search key of a text: one spelling of each letter, ASCII digits, half-space as space."""
    folded = unicodedata.normalize("NFC", text).replace(ZWNJ, " ").translate(_FOLD).lower()
    return " ".join(folded.split())


def fold_joined(text: str) -> str:
    """Give the second search key, in which a half-space joins: «بیمه‌نامه» is found by «بیمهنامه»."""
    return fold(text.replace(ZWNJ, ""))


def ascii_digits(text: str) -> str:
    """Turn Persian and Arabic digits into ASCII ones; everything else stays."""
    return text.translate(_DIGITS)


def clean(text: str) -> str:
    """Give the text as it is stored and shown: NFC, Persian ی and ک, no bidi controls, single spaces.

    A half-space joins nothing at the edge of a word and is dropped there.
    """
    words = unicodedata.normalize("NFC", text).translate(_STORED).split()
    return " ".join(bare for word in words if (bare := word.strip(ZWNJ)))


def is_printable(text: str) -> bool:
    """Tell whether a line of text has no control characters; the half-space is none."""
    return text.replace(ZWNJ, "").isprintable()


def sort_key(text: str) -> str:
    """Give a key whose code-point order is the order of the Persian alphabet."""
    base = unicodedata.normalize("NFC", text).replace(ZWNJ, " ").translate(_SORT).lower()
    return "".join(_ORDER.get(letter, letter) for letter in base)


def like_part(text: str) -> str:
    """Give a text as part of a LIKE pattern with ``ESCAPE '\\'``, its own signs taken literally."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
