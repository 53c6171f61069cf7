"""Numbers with two decimals: read in any digits, shown in Persian, asked for by bounds."""

from __future__ import annotations

import pytest

from appliance.domain.fields.kinds import FieldProblem, Hundredths

RATIO = Hundredths(1000, unit="٪")


@pytest.mark.parametrize(
    ("text", "value"),
    [("62.5", 6250), ("۶۲٫۵۰٪", 6250), ("75", 7500), ("۰٫۰۵", 5), ("12/25", 1225), ("1000", 100_000)],
)
def test_a_number_is_read_in_any_digits(text: str, value: int) -> None:
    assert RATIO.read(text) == value


@pytest.mark.parametrize("text", ["x", "-1", "1.234", "1..2", "1000.01", "٫5"])
def test_what_is_no_such_number_is_refused(text: str) -> None:
    with pytest.raises(FieldProblem):
        RATIO.read(text)


def test_it_is_shown_with_both_decimals_and_edited_as_it_is_typed() -> None:
    assert RATIO.show(6250) == "۶۲٫۵۰٪"
    assert Hundredths(100).show(7463) == "۷۴٫۶۳"
    assert (RATIO.show(None), RATIO.plain(6250), RATIO.edit(5)) == ("", "62.50", "0.05")
    assert RATIO.read(RATIO.edit(123_45)) == 12_345
