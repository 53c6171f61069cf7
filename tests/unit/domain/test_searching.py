"""The one search box: every spelling finds, what one may not see finds nobody, and the order is sensible."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.domain.access import User
from appliance.domain.acting import acting
from appliance.domain.demo_data.structure import enter_structure
from appliance.domain.people.entering import enter_person
from appliance.domain.policies.issuing import issue_policy
from appliance.domain.searching import Found, read_words, search_persons
from db import Connection, transaction
from db.text import fold
from tests.fakes.clock import FakeClock
from tests.fakes.office import Office

Search = Callable[..., list[str]]
NATIONAL_ID = "0013542419"


@pytest.fixture
def entered(conn: Connection, clock: FakeClock, office: Office) -> Office:
    """Give the office with four more persons, one of them with a policy of a car."""
    with transaction(conn):
        enter_structure(conn)
    with acting(conn, clock.now(), office.owner, lambda _fact: None) as act:
        people = [
            ({"first_name": "نرگس", "last_name": "میرزایی‌فر", "job": "پزشک", "national_id": NATIONAL_ID},
             "09121234567"),
            ({"first_name": "رؤیا", "last_name": "آقایی"}, "021 44556677"),
            ({"first_name": "کاوه", "last_name": "یوسفی"}, "09351112233"),
            ({"first_name": "یوسف", "last_name": "کاوه"}, "09354445566"),
        ]  # fmt: skip
        ids = [enter_person(act, {"kind": "natural", **texts}, [number]) for texts, number in people]
        policy = {
            "line_code": "TPL", "insurer_id": "1", "issue_date": "1404/09/01", "net_premium": "1000",
            "policy_no": "1404/510/98765", "object_plate": "۱۲ ب ۳۴۵ ایران ۶۷", "object_vin": "NAAM01CA5JK123456",
        }  # fmt: skip
        issue_policy(act, ids[0], policy)
    return office


@pytest.fixture
def search(conn: Connection, entered: Office) -> Search:
    def find(text: str, user: User | None = None, limit: int = 10) -> list[str]:
        found = search_persons(conn, user or entered.owner, text, limit=limit, area_code="21")
        return [hit.person.name for hit in found.hits]

    return find


@pytest.mark.parametrize(
    "text",
    [
        "میرزایی", "ميرزايي فر", "میرزاییفر", "میرزائی‌فر", "نرگس میرزا", "میرزا نرگس", "نر",
        "09121234567", "۰۹۱۲۱۲۳۴۵۶۷", "٠٩١٢ ١٢٣ ٤٥٦٧", "+98 912 123 4567", "00989121234567", "9121234567",
        "989121234567", "1234567", "0912-123-4567", "نرگس 0912 123 4567",
        "12ب345", "۱۲ب۳۴۵", "۱۲ ب ۳۴۵", "۱۲ب۳۴۵ایران۶۷", "12 ب 345 - 67", "ایران ۶۷ ۳۴۵ ب ۱۲", "نرگس ۱۲ب۳۴۵",
        "1404/510/98765", "98765", "۹۸۷۶۵", "NAAM01CA5JK123456", "naam01ca5jk", NATIONAL_ID, "۰۰۱۳۵۴۲۴۱۹", "001354241",
        "پزشک", "پزشک نرگس",
    ],
)  # fmt: skip
def test_any_spelling_of_anything_known_finds_her(search: Search, text: str) -> None:
    assert search(text)[:1] == ["نرگس میرزایی‌فر"]


@pytest.mark.parametrize("text", ["رویا", "رؤیا", "اقایی", "آقائی", "44556677", "۴۴۵۵۶۶۷۷", "02144556677"])
def test_hamza_alef_and_local_numbers_are_forgiven(search: Search, text: str) -> None:
    assert search(text) == ["رؤیا آقایی"]


@pytest.mark.parametrize("text", ["", " ", "\u200c", "؟؟؟", "%", "_", '"', "' OR 1=1 --", "NOT", "names:x", "ژ" * 5000,
                                  "\x00", "😀", "\u202e", "نرگس کاوه", "09121234568", "12ب346"])  # fmt: skip
def test_what_is_nobodys_finds_nobody(search: Search, text: str) -> None:
    assert search(text) == []


@given(st.text(max_size=60))
def test_reading_words_never_fails(text: str) -> None:
    assert len(read_words(fold(text))) <= 8


def test_who_begins_with_it_comes_first_then_who_was_spoken_with(conn: Connection, search: Search) -> None:
    assert sorted(search("کاوه")) == ["کاوه یوسفی", "یوسف کاوه"]
    person = conn.execute("SELECT id FROM persons WHERE last_name = 'کاوه'").fetchone()[0]
    conn.execute(
        "INSERT INTO calls (id, line, direction, state, revision, started_at, number_state, person_id) "
        "VALUES ('x', 1, 'in', 'ended', 1, '2026-11-20T08:00:00.000Z', 'known', ?)",
        (person,),
    )
    assert search("کاوه")[:2] == ["یوسف کاوه", "کاوه یوسفی"]
    assert search("فی")[:1] == []
    assert search("رضایی") == ["زهرا رضایی", "علی رضایی"] or set(search("رضایی")) == {
        "زهرا رضایی",
        "علی رضایی",
    }


def test_an_exact_number_goes_before_a_part_of_one(search: Search, conn: Connection, office: Office) -> None:
    conn.execute("UPDATE persons SET core_code = '0935' WHERE id = ?", (office.firm,))
    assert search("0935")[0] == "شرکت آفتاب"


def test_what_matched_is_said(conn: Connection, entered: Office) -> None:
    def matched(text: str) -> list[tuple[str, str]]:
        (hit,) = search_persons(conn, entered.owner, text, limit=5).hits
        return [(match.kind, match.text) for match in hit.matches]

    assert matched("نرگس") == []
    assert matched("1234567") == [("phone", "+989121234567")]
    assert matched("12ب345 98765") == [("plate", "12ب345-67"), ("policy", "1404/510/98765")]
    assert matched(NATIONAL_ID) == [("national-id", NATIONAL_ID)]


def test_an_identity_number_is_neither_found_nor_shown_without_the_right(
    conn: Connection, entered: Office, search: Search
) -> None:
    blind = msgspec.structs.replace(
        entered.owner, permissions=entered.owner.permissions - {"persons.identity"}
    )
    assert search(NATIONAL_ID, blind) == []
    assert search(NATIONAL_ID[:7], blind) == []
    found: Found = search_persons(conn, blind, "نرگس", limit=5)
    assert found.hits[0].person.national_id == ""


def test_a_policy_number_finds_nobody_for_who_may_not_see_policies(entered: Office, search: Search) -> None:
    blind = msgspec.structs.replace(entered.owner, permissions=frozenset({"persons.view"}))
    assert search("1404/510/98765", blind) == []
    assert search("12ب345", blind) == []
    assert search("میرزا", blind) == ["نرگس میرزایی‌فر"]


def test_a_narrow_scope_finds_its_own_alone(conn: Connection, entered: Office, search: Search) -> None:
    assert search("نرگس", entered.marketer) == []
    assert search("09121234567", entered.marketer) == []
    conn.execute("UPDATE persons SET created_by = ? WHERE first_name = 'نرگس'", (entered.marketer.id,))
    assert search("09121234567", entered.marketer) == ["نرگس میرزایی‌فر"]
    assert search("98765", entered.marketer) == []  # the policy is not theirs


def test_an_archived_person_is_not_found(conn: Connection, search: Search) -> None:
    conn.execute("UPDATE persons SET archived_at = '2026-01-01' WHERE first_name = 'نرگس'")
    assert search("نرگس") == []
    assert search("09121234567") == []


def test_of_more_than_the_limit_it_says_so(conn: Connection, entered: Office) -> None:
    found = search_persons(conn, entered.owner, "کاوه", limit=1)
    assert (len(found.hits), found.is_more) == (1, True)
    found = search_persons(conn, entered.owner, "کاوه", limit=2)
    assert (len(found.hits), found.is_more) == (2, False)
