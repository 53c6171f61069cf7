"""The search box on every page, what it offers, and the page of results."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from db import Connection
from db.queries import search
from tests.panel.world import FETCH, World


@pytest.fixture
def indexed(office_conn: Connection) -> Connection:
    search.refresh_all(office_conn)
    return office_conn


def name_of_somebody(conn: Connection) -> tuple[int, str, str]:
    row = conn.execute(
        "SELECT id, last_name, (SELECT number FROM person_phones WHERE person_id = persons.id) AS number "
        "FROM persons WHERE kind = 'natural' AND EXISTS "
        "(SELECT 1 FROM person_phones WHERE person_id = persons.id) ORDER BY id LIMIT 1"
    ).fetchone()
    return row["id"], row["last_name"], row["number"]


def test_the_box_is_on_pages_of_who_may_see_persons(world: World) -> None:
    page = world.person("monshi").get("/calls").text
    assert 'role="combobox"' in page
    assert 'aria-controls="find-options"' in page
    assert 'role="combobox"' not in world.person("nassab").get("/lines").text


def test_a_part_of_a_number_offers_the_person(world: World, indexed: Connection) -> None:
    person_id, last_name, number = name_of_somebody(indexed)
    answer = world.person("monshi").get(f"/search?q={quote(number[-7:])}", headers=FETCH)
    assert answer.status_code == 200
    assert f'href="/persons/{person_id}"' in answer.text
    assert last_name in answer.text
    assert "<html" not in answer.text


def test_the_page_shows_all_that_were_found(world: World, indexed: Connection) -> None:
    person_id, last_name, _number = name_of_somebody(indexed)
    page = world.person("monshi").get(f"/search?q={quote(last_name)}").text
    assert f'href="/persons/{person_id}"' in page
    assert "نتیجهٔ جست‌وجوی" in page


@pytest.mark.parametrize(
    "text", ["", "   ", "<script>alert(1)</script>", "'\"><img src=x>", "%00", "ژ" * 3000, "\u202e12"]
)
def test_any_text_gets_a_page(world: World, indexed: Connection, text: str) -> None:
    for headers in ({}, FETCH):
        answer = world.person("monshi").get(f"/search?q={quote(text)}", headers=headers)
        assert answer.status_code == 200
        assert "<script>alert" not in answer.text
        assert "<img src=x>" not in answer.text


def test_who_may_not_see_persons_may_not_search(world: World) -> None:
    assert world.person("nassab").get("/search?q=x").status_code == 403


def test_what_is_out_of_reach_is_not_offered(world: World, indexed: Connection) -> None:
    _id, last_name, _number = name_of_somebody(indexed)
    indexed.execute("UPDATE persons SET created_by = NULL, marketer_id = NULL")
    assert (
        "/persons/" not in world.person("bazaryab").get(f"/search?q={quote(last_name)}", headers=FETCH).text
    )


def test_an_identity_number_is_not_shown_to_who_may_not_see_it(world: World, indexed: Connection) -> None:
    person_id, last_name, _number = name_of_somebody(indexed)
    marketer = indexed.execute("SELECT id FROM users WHERE username = 'bazaryab'").fetchone()[0]
    indexed.execute(
        "UPDATE persons SET national_id = '0013542419', created_by = ? WHERE id = ?", (marketer, person_id)
    )
    search.refresh_person(indexed, person_id)
    assert "کد ملی ۰۰۱۳۵۴۲۴۱۹" in world.person("monshi").get("/search?q=0013542419", headers=FETCH).text
    blind = world.person("bazaryab")
    assert "/persons/" not in blind.get("/search?q=0013542419", headers=FETCH).text
    page = blind.get(f"/search?q={quote(last_name)}").text
    assert f'href="/persons/{person_id}"' in page
    assert "۰۰۱۳۵۴۲۴۱۹" not in page
