"""Texts are filled as people write, once, and not at all when something they need is missing."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.domain.messaging.rendering import (
    Rial,
    Value,
    Verbatim,
    fields_in,
    render,
    separated,
    stray_braces,
    unknown_fields,
)

VALUES: dict[str, Value] = {
    "نام بیمه‌گذار": "علی رضایی", "سررسید": date(2026, 12, 2), "مبلغ": Rial(12_500_000), "شماره": 194,
    "لحظه": datetime(2026, 11, 22, 8, 30, tzinfo=UTC), "پیوند": Verbatim("https://a.ir/1"), "خالی": "", "هیچ": None,
}  # fmt: skip


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("{نام بیمه‌گذار} گرامی", "علی رضایی گرامی"),
        ("تا {سررسید}", "تا ۱۴۰۵/۰۹/۱۱"),
        ("{مبلغ}", "۱۲٬۵۰۰٬۰۰۰ ریال"),
        ("بیمه‌نامهٔ {شماره}", "بیمه‌نامهٔ ۱۹۴"),
        ("{لحظه}", "۱۴۰۵/۰۹/۰۱ ۱۲:۰۰"),
        ("{پیوند}", "https://a.ir/1"),
        ("{ شماره }{خالی؟}{هیچ?}.", "۱۹۴."),
        ("{{شماره}}", "{شماره}"),
        ("۵٪ تخفیف", "۵٪ تخفیف"),
    ],
)
def test_a_text_is_filled_as_people_write(body: str, text: str) -> None:
    rendered = render(body, VALUES)
    assert (rendered.text, rendered.is_complete) == (text, True)


def test_what_is_needed_and_missing_is_named_once() -> None:
    rendered = render("{خالی} {هیچ} {خالی} {نیست} {نیست؟}", VALUES)
    assert rendered.missing == ("خالی", "هیچ", "نیست")


def test_a_value_is_not_read_as_a_field() -> None:
    assert render("{نام}", {"نام": "{مبلغ}", "مبلغ": Rial(1)}).text == "{مبلغ}"


def test_fields_are_listed_and_checked_against_the_events() -> None:
    body = "{نام؟} {نام} {مبلغ?}"
    assert [(field.name, field.is_optional) for field in fields_in(body)] == [("نام", False), ("مبلغ", True)]
    assert unknown_fields(body, {"نام"}) == ["مبلغ"]


@pytest.mark.parametrize(
    ("body", "is_stray"), [("{نام", True), ("نام}", True), ("{نام}", False), ("{{", False)]
)
def test_a_brace_of_no_field_is_a_slip(body: str, is_stray: bool) -> None:
    assert stray_braces(body) is is_stray


def test_amounts_are_separated() -> None:
    assert [separated(n) for n in (0, 999, 1000, -1_234_567)] == ["۰", "۹۹۹", "۱٬۰۰۰", "−۱٬۲۳۴٬۵۶۷"]


@given(st.text(max_size=200), st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=4))
def test_no_text_and_no_value_makes_it_fail(body: str, values: dict[str, str]) -> None:
    rendered = render(body, values)
    assert rendered.is_complete == (not rendered.missing)
