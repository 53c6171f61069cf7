"""Cells as insurers' systems write them."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from appliance.core.identity import IdentityError
from appliance.domain.importing.endorsing import kind_of, signed
from appliance.domain.importing.holders import Holder, read_holder, read_identity
from appliance.domain.importing.values import CellProblem, code_of, day_of, phone_of, rial_of


@pytest.mark.parametrize(
    "cell",
    [
        "1403/05/12", "1403/5/12", "۱۴۰۳/۰۵/۱۲", "١٤٠٣/٠٥/١٢", "1403-05-12", "14030512", 14030512, "03/05/12",
        "12/05/1403", 45506, 45506.0, "45506", date(2024, 8, 2), datetime(2024, 8, 2, 10, 5), date(1403, 5, 12),
        "2024-08-02 00:00:00", "1403/05/12 00:00:00",
    ],
)  # fmt: skip
def test_a_day_is_read_in_every_way_it_is_written(cell: object) -> None:
    assert day_of(cell) == "2024-08-02"  # type: ignore[arg-type]


@pytest.mark.parametrize("cell", [None, "", "  ", "0", "0000/00/00", "--"])
def test_no_day_is_no_day(cell: object) -> None:
    assert day_of(cell) is None  # type: ignore[arg-type]


@pytest.mark.parametrize("cell", ["1403/13/01", "1402/12/30", "دیروز", 99, "1403"])
def test_a_day_that_no_calendar_has_is_a_problem(cell: object) -> None:
    with pytest.raises(CellProblem, match="day"):
        day_of(cell)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("cell", "amount"),
    [("1,250,000", 1_250_000), ("۱٬۲۵۰٬۰۰۰ ریال", 1_250_000), (1250000.0, 1_250_000), ("(1,200)", -1200),
     ("1200-", -1200), (-5, -5), ("", None), ("12.0", 12)],
)  # fmt: skip
def test_amounts_are_read_with_their_sign(cell: object, amount: int | None) -> None:
    assert rial_of(cell) == amount  # type: ignore[arg-type]


def test_a_word_is_no_amount() -> None:
    with pytest.raises(CellProblem, match="rial"):
        rial_of("ندارد")


def test_codes_keep_no_decimal_point() -> None:
    assert [code_of(57363.0), code_of("57363.0"), code_of(" ۵۷۳۶۳ "), code_of(None)] == ["57363"] * 3 + [""]


@pytest.mark.parametrize(
    "cell", ["989121234567", 9121234567, "0912 123 4567", "+98 912 1234567", "۰۹۱۲۱۲۳۴۵۶۷"]
)
def test_mobiles_are_read_without_their_zero_and_with_the_countrys_code(cell: object) -> None:
    assert phone_of(cell) == "+989121234567"  # type: ignore[arg-type]


def test_local_numbers_are_completed_with_the_offices_city() -> None:
    assert phone_of("88776655", "021") == "+982188776655"
    assert phone_of("12") is None


@pytest.mark.parametrize(
    ("text", "holder"),
    [
        ("رضا يوسفي کد ۱۲۳۴", Holder("natural", "رضا", "یوسفی", "1234")),
        ("علي رضايي (کد: 55012)", Holder("natural", "علی", "رضایی", "55012")),
        ("12345 - مريم كاظمي", Holder("natural", "مریم", "کاظمی", "12345")),
        ("شركت آفتاب كد 77", Holder("legal", "", "شرکت آفتاب", "77")),
        ("سید علی موسوی", Holder("natural", "سید علی", "موسوی", "")),
        ("خانم زهرا رضایی", Holder("natural", "زهرا", "رضایی", "")),
        ("رضا", Holder("natural", "", "رضا", "")),
        ("", Holder("natural", "", "", "")),
    ],
)
def test_a_name_and_a_code_in_one_cell_are_parted(text: str, holder: Holder) -> None:
    assert read_holder(text) == holder


def test_identity_numbers_get_their_lost_zeros_back() -> None:
    assert read_identity("13542419") == ("natural", "0013542419")
    assert read_identity("14005893875") == ("legal", "14005893875")
    assert read_identity("0") is None
    with pytest.raises(IdentityError):
        read_identity("1234567890")


@pytest.mark.parametrize(
    ("words", "amount", "kind", "result"),
    [("الحاقیه برگشتي", 500, "return", -500), ("اضافی", 500, "additional", 500),
     ("ابطال بيمه نامه", 300, "cancel", -300),
     ("اصلاحی", 0, "correction", 0), ("", -70, "return", -70), ("", 70, "additional", 70), ("", 0, "correction", 0)],
)  # fmt: skip
def test_an_endorsements_sign_follows_its_kind(words: str, amount: int, kind: str, result: int) -> None:
    assert kind_of(words, amount) == kind
    assert signed(kind, amount) == result
