"""Identity numbers: the published examples, and each way of being wrong by its own name."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.core import identity
from appliance.core.identity import IdentityError

READERS: dict[str, Callable[[str], str]] = {
    "national": identity.national_id,
    "legal": identity.legal_id,
    "foreigner": identity.foreigner_id,
    "iban": identity.iban,
    "card": identity.bank_card,
    "postal": identity.postal_code,
    "sayad": identity.sayad_id,
    "plate": identity.plate,
    "vin": identity.vin,
}


@pytest.mark.parametrize(
    ("reader", "text", "stored"),
    [
        ("national", "0013542419", "0013542419"),
        ("national", "۰۰۱۰۳۵۰۸۲۹", "0010350829"),
        ("national", "1583250689", "1583250689"),
        ("national", "13542419", "0013542419"),  # a spreadsheet lost the zeros
        ("legal", "10380284790", "10380284790"),
        ("legal", "14005893875", "14005893875"),
        ("legal", "14003778990", "14003778990"),
        ("iban", "IR820540102680020817909002", "IR820540102680020817909002"),
        ("iban", "ir82 0540 1026 8002 0817 9090 02", "IR820540102680020817909002"),
        ("postal", "13456-78912", "1345678912"),
        ("sayad", "1234567890123456", "1234567890123456"),
        ("plate", "۱۲ ب ۳۴۵ ایران ۶۷", "12ب345-67"),
        ("plate", "12ب345-67", "12ب345-67"),
        ("plate", "12 ي 345 ایران 67", "12ی345-67"),
        ("plate", "12الف345ایران60", "12الف345-60"),
        ("plate", "123 45678", "123-45678"),
        ("vin", "nas4-11100b1234567", "NAS411100B1234567"),
    ],
)
def test_what_is_right_gets_its_one_spelling(reader: str, text: str, stored: str) -> None:
    assert READERS[reader](text) == stored


@pytest.mark.parametrize(
    ("reader", "text", "code"),
    [
        ("national", "1234567890", "national-id.checksum"),
        ("national", "1111111111", "national-id.repeated"),
        ("national", "123", "national-id.length"),
        ("national", "00135x2419", "national-id.digits"),
        ("legal", "10380284791", "legal-id.checksum"),
        ("legal", "1038028479", "legal-id.length"),
        ("foreigner", "123", "foreigner-id.length"),
        ("iban", "IR820540102680020817909003", "iban.checksum"),
        ("iban", "IR12", "iban.length"),
        ("card", "6037991234567890", "bank-card.checksum"),
        ("postal", "123", "postal-code.length"),
        ("sayad", "12", "sayad-id.length"),
        ("plate", "12ب3456", "plate.form"),
        ("plate", "12x345-67", "plate.letter"),
        ("plate", "10ب345-67", "plate.zero"),
        ("vin", "a b", "vin.form"),
    ],
)
def test_what_is_wrong_is_refused_by_name(reader: str, text: str, code: str) -> None:
    with pytest.raises(IdentityError, match=f"^{code}$"):
        READERS[reader](text)


@pytest.mark.parametrize("reader", READERS)
@given(text=st.text(max_size=40))
def test_any_text_is_read_or_refused(reader: str, text: str) -> None:
    try:
        stored = READERS[reader](text)
    except IdentityError:
        return
    assert READERS[reader](stored) == stored


def test_a_person_s_number_follows_the_kind() -> None:
    assert identity.person_id("14005893875", "legal") == "14005893875"
    assert identity.person_id("0013542419", "natural") == "0013542419"
    assert identity.person_id("123456789012", "natural") == "123456789012"


def test_the_bank_of_an_iban_and_what_looks_mistyped() -> None:
    assert identity.bank_of("IR820540102680020817909002") == "پارسیان"
    assert identity.is_unusual_postal_code("2345678912")
    assert not identity.is_unusual_postal_code("1345678912")
    assert identity.is_unusual_vin("NAS411100")
    assert not identity.is_unusual_vin("NAS411100B1234567")
