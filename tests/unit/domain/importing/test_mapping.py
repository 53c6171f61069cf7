"""Which kind of file it is, and which column is what."""

from __future__ import annotations

import pytest

from appliance.domain.demo_data.import_samples import Sample
from appliance.domain.importing.mapping import (
    Mapping,
    find_header,
    guess_profile,
    missing_targets,
    places_of,
    suggest,
)
from appliance.domain.importing.profiles import PROFILES, header_key


@pytest.mark.parametrize("key", list(PROFILES))
def test_every_profile_is_told_by_its_own_headers(key: str) -> None:
    table = [["گزارش سامانه", None], [], *Sample(key, 5).table()]
    header = find_header(table)
    assert header is not None
    assert header.row == 3
    assert guess_profile(header.titles).profile == key


def test_odd_spellings_of_headers_are_the_same_header() -> None:
    spellings = ["تاريخ  انقضاء", "تاریخ انقضا\u200cء", "تاریخ_x000D_\nانقضاء", "تاريخ انقضاء:"]
    assert len({header_key(one) for one in spellings}) == 1


def test_a_part_of_the_columns_is_enough() -> None:
    titles = [title for place, title in enumerate(PROFILES["F1"].headers) if place % 4 != 0 or place > 24]
    assert guess_profile([*titles, "رشته", "تاریخ سررسید", "شماره بيمه نامه"]).profile in ("F1", "")
    kept = [
        "رشته",
        "کد رایانه صدور بیمه نامه",
        "پرداخت کننده حق بیمه",
        "تاريخ بيمه نامه يا الحاقيه",
        "مبلغ کل حق بیمه",
    ]
    assert guess_profile(kept).profile == "F1"


def test_other_tables_are_like_nothing_we_know() -> None:
    assert guess_profile(["محصول", "تعداد", "قیمت"]).profile == ""
    assert find_header([[1, 2, 3], [4, 5, 6]]) is None


def test_what_was_saved_for_an_insurer_goes_before_what_the_profile_knows() -> None:
    profile = PROFILES["F8"]
    saved = Mapping(columns={header_key("شماره تماس"): "mobile"}, lines={"ثالث ویژه": "TPL"})
    mapping = suggest(profile, ["نام و نام خانوادگی", "شماره تماس"], saved)
    assert places_of(mapping, ["نام و نام خانوادگی", "شماره تماس"]) == {"holder": 0, "mobile": 1}
    assert mapping.lines == {"ثالث ویژه": "TPL"}
    assert not missing_targets(profile, mapping)
    assert missing_targets(profile, Mapping(columns={"x": "holder"})) == ["national_id|mobile|phone"]
