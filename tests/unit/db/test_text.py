"""Folded keys find every spelling, and the Persian alphabet sorts as people expect."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.text import ascii_digits, clean, fold, fold_joined, sort_key

AWKWARD = {
    "Arabic ye": ("علي", "علی"),
    "Arabic kaf": ("كاوه", "کاوه"),
    "alef maksura": ("موسى", "موسی"),
    "hamza on alef": ("أحمد", "احمد"),
    "madda": ("آرش", "ارش"),
    "hamza on waw": ("مؤمن", "مومن"),
    "hamza on ye": ("رئیس", "رییس"),
    "te marbuta": ("آیة", "ایه"),
    "ye above he": ("خانۀ", "خانه"),
    "diacritics": ("مُحَمَّد", "محمد"),
    "kashida": ("عـــلی", "علی"),
    "half-space": ("احمدی\u200cپور", "احمدی پور"),
    "Persian digits": ("پلاک ۱۲", "پلاک 12"),
    "Arabic digits": ("پلاک ١٢", "پلاک 12"),
    "decomposed hamza": ("ر\u0626یس", "ر\u064a\u0654یس"),
    "Latin capitals": ("Amin BOX", "amin box"),
    "spaces": ("  علی   رضایی ", "علی رضایی"),
    "bidi marks": ("\u200fعلی\u200e", "علی"),
}
PERSIAN = st.text(
    "آاأإءبپتثجچحخدذرزژسشصضطظعغفقکكگلمنوؤهةۀیيىئـ\u200c\u064b\u064e\u0651 ۰۱۲٣٤5aZ", max_size=30
)


@pytest.mark.parametrize(("written", "wanted"), AWKWARD.values(), ids=AWKWARD.keys())
def test_two_spellings_have_one_key(written: str, wanted: str) -> None:
    assert fold(written) == fold(wanted)


@pytest.mark.parametrize("written", ["بیمه\u200cنامه", "بیمهنامه"])
def test_a_half_space_also_joins(written: str) -> None:
    assert fold_joined(written) == "بیمهنامه"


def test_different_letters_stay_different() -> None:
    assert len({fold(word) for word in ("حسن", "هسن", "علی", "الی", "ژاله", "زاله")}) == 6


@given(PERSIAN)
def test_folding_a_key_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(max_size=40))
def test_any_text_can_be_folded_cleaned_and_sorted(text: str) -> None:
    assert fold(text) == fold(text).strip()
    assert clean(clean(text)) == clean(text)
    sort_key(text)


def test_digits_become_ascii_and_the_rest_stays() -> None:
    assert ascii_digits("۰۹۱۲-٣٤٥ الف 6") == "0912-345 الف 6"


def test_clean_unifies_letters_and_keeps_the_half_space() -> None:
    assert clean(" كاظمي\u200cپور \u202e ") == "کاظمی\u200cپور"


@pytest.mark.parametrize("text", ["\u200c", " \u200c ", "\u200c\u200c"])
def test_a_half_space_alone_is_no_text(text: str) -> None:
    assert clean(text) == ""


def test_a_half_space_at_an_edge_joins_nothing_and_is_dropped() -> None:
    assert clean("\u200cعلی \u200cرضایی\u200c") == "علی رضایی"


def test_names_sort_by_the_persian_alphabet() -> None:
    names = ["آرش", "ابراهیم", "احمد", "امیر", "بهار", "پویا", "چمن", "ژاله", "کاوه", "گلی", "وحید", "هادی"]
    shuffled = random.Random(1).sample(names, len(names))
    assert sorted(shuffled, key=sort_key) == names
    assert sorted(shuffled) != names


def test_arabic_letters_sort_where_the_persian_ones_do() -> None:
    assert sort_key("كاظمي") == sort_key("کاظمی")
