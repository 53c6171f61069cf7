"""Every spelling of a number is one key, and a key says what it is."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from appliance.core.phone import LONGEST_INPUT, PROVINCES, PhoneNumber, parse_phone, suggestion_suffix

TEHRAN = "+982112345678"
MOBILE = "+989121234567"
PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")

LANDLINE_SPELLINGS = (
    "02112345678",
    "2112345678",
    "+982112345678",
    "00982112345678",
    "982112345678",
    "12345678",
    "۰۲۱۱۲۳۴۵۶۷۸",
    "٠٢١١٢٣٤٥٦٧٨",
    "021 1234 5678",
    "021-12345678",
    "(021) 1234-5678",
    "+98 21 12345678",
    "+98 (0)21 12345678",
    "0098 021 12345678",
    "\u202a+98 21 1234 5678\u202c",
    "+98\u00a021\u00a012345678",
    "+02112345678",
    "۱۲۳۴ ۵۶۷۸",
    "０２１１２３４５６７８",
)
MOBILE_SPELLINGS = (
    "09121234567",
    "9121234567",
    "+989121234567",
    "00989121234567",
    "989121234567",
    "9809121234567",
    "+98 (0) 912 123 4567",
    "۰۹۱۲-۱۲۳-۴۵۶۷",
    "٠٩١٢١٢٣٤٥٦٧",
    "\u200e+98 912 123 4567",
    "0912.123.4567",
    "+09121234567",
)


def read(text: str, area_code: str = "021") -> PhoneNumber:
    number = parse_phone(text, area_code)
    assert number is not None
    return number


@pytest.mark.parametrize("text", LANDLINE_SPELLINGS)
def test_every_spelling_of_a_landline_is_one_key(text: str) -> None:
    assert read(text) == PhoneNumber(key=TEHRAN, kind="landline", province="تهران", local="021 12345678")


@pytest.mark.parametrize("text", MOBILE_SPELLINGS)
def test_every_spelling_of_a_mobile_is_one_key(text: str) -> None:
    assert read(text) == PhoneNumber(key=MOBILE, kind="mobile", local="09121234567")


@pytest.mark.parametrize("area_code", ["031", "31", "۰۳۱"])
def test_eight_digits_get_the_lines_own_area_code(area_code: str) -> None:
    assert read("36612345", area_code).key == "+983136612345"


def test_eight_digits_without_an_area_code_are_not_guessed() -> None:
    assert read("36612345", "") == PhoneNumber(key="36612345", kind="unknown", local="36612345")


@pytest.mark.parametrize(
    ("text", "key", "kind"),
    [
        ("110", "110", "short"),
        ("۱۱۵", "115", "short"),
        ("1", "1", "short"),
        ("1234567", "1234567", "short"),
        ("09602", "09602", "service"),
        ("096020", "096020", "service"),
        ("*780*1#", "7801", "short"),
        ("00", "00", "short"),
        ("+49 30 901820", "+4930901820", "international"),
        ("004930901820", "+4930901820", "international"),
        ("+1 (202) 555-0123", "+12025550123", "international"),
        ("+971 4 123 4567", "+97141234567", "international"),
        ("+999 123 456 789", "+999123456789", "unknown"),
        ("+98 912", "+98912", "unknown"),
        ("+12", "+12", "unknown"),
        ("1234567890", "1234567890", "unknown"),
        ("00012345678", "00012345678", "unknown"),
        ("0199999999999999999", "0199999999999999999", "unknown"),
    ],
)
def test_other_numbers_say_what_they_are(text: str, key: str, kind: str) -> None:
    number = read(text)
    assert (number.key, number.kind) == (key, kind)


@pytest.mark.parametrize("text", ["", " ", "-", "+", "بدون شماره", "P", "*#"])
def test_a_text_without_a_digit_is_no_number(text: str) -> None:
    assert parse_phone(text, "021") is None


def test_a_city_outside_the_numbering_plan_is_kept_and_not_placed() -> None:
    number = read("01212345678")
    assert (number.key, number.kind, number.province) == ("+981212345678", "unknown", None)


def test_there_are_31_provinces() -> None:
    assert len(PROVINCES) == len(set(PROVINCES.values())) == 31


@pytest.mark.parametrize(("code", "province"), PROVINCES.items())
def test_a_landline_tells_its_province(code: str, province: str) -> None:
    number = read(f"0{code}33445566")
    assert (number.kind, number.province) == ("landline", province)


def test_only_a_whole_number_suggests() -> None:
    assert suggestion_suffix(read("02112345678")) == "12345678"
    assert suggestion_suffix(read("1234567")) is None
    assert suggestion_suffix(read("12345678", "")) is None


TYPED = st.text("0123456789۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩+-() \u200e", max_size=24) | st.text(max_size=80)


@given(TYPED, st.sampled_from(["", "021", "31"]))
@example("+09121234567", "")
@example("00", "")
@example("+999 1234567", "")
@example("+4903012345", "")
def test_a_key_read_again_gives_itself(text: str, area_code: str) -> None:
    number = parse_phone(text, area_code)
    if number is not None:
        again = parse_phone(number.key, area_code)
        assert again is not None
        assert again.key == number.key
        assert again.kind == number.kind


@given(TYPED)
def test_reading_never_raises_and_never_gives_an_empty_key(text: str) -> None:
    number = parse_phone(text, "021")
    if number is not None:
        assert number.key.removeprefix("+").isascii()
        assert number.key.removeprefix("+").isdigit()
        assert len(number.key) <= LONGEST_INPUT + 1


SPACES = st.sampled_from(["", " ", "-", ".", "\u200c", "\u00a0"])


@st.composite
def written_number(draw: st.DrawFn) -> tuple[str, str]:
    """Give a key of an Iranian number, and one of the many ways to write it."""
    is_mobile = draw(st.booleans())
    area = "9" if is_mobile else draw(st.sampled_from(sorted(PROVINCES)))
    rest = draw(st.text("0123456789", min_size=10 - len(area), max_size=10 - len(area)))
    if not is_mobile and rest[0] == "0":
        rest = "3" + rest[1:]
    prefix = draw(st.sampled_from(["0", "", "+98", "0098", "98", "+98 0", "980", "local"]))
    digits = rest if prefix == "local" and not is_mobile else f"{prefix.removeprefix('local')}{area}{rest}"
    spaced = "".join(letter + draw(SPACES) if letter != "+" else letter for letter in digits)
    script = draw(st.sampled_from([{}, PERSIAN, ARABIC]))
    return f"+98{area}{rest}", f"{area}|{spaced.translate(script)}"


@given(written_number())
def test_all_spellings_of_an_iranian_number_are_one_key(written: tuple[str, str]) -> None:
    key, text = written
    area, _bar, spelling = text.partition("|")
    number = read(spelling, area)
    assert number.key == key
