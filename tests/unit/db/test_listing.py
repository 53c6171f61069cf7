"""Pages of long lists: the quick ways to a page give what sorting everything gives."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from appliance.core.clock import to_text
from appliance.domain.access import ROLE_PERMISSIONS, Scope, User
from appliance.domain.demo_data import Sizes, fill
from appliance.domain.fields import Asked, Condition, Subject, ask
from appliance.domain.people.fields import PERSONS
from appliance.domain.policies.fields import POLICIES
from db import Connection, connect
from db.listing import Patience, Question, count_rows, iterate_rows, read_page
from tests.fakes.clock import START

ZONE = "Asia/Tehran"
HURRIED = Patience(count_s=0, search_s=0, walk_s=0, steps=1)
OWNER = User(id=1, username="owner", display_name="", role="owner", permissions=ROLE_PERMISSIONS["owner"])
QUESTIONS: list[tuple[Subject, list[tuple[str, str, str]], str]] = [
    (PERSONS, [], "name"),
    (PERSONS, [("name", "contains", "رضا")], "name"),
    (PERSONS, [("name", "contains", "رض")], "-created_at"),
    (PERSONS, [("name", "contains", "رضا یا"), ("standing", "is", "customer")], "completeness"),
    (PERSONS, [("job", "is", "پزشک")], "-name"),
    (PERSONS, [("job", "contains", "کارمند")], "-completeness"),
    (PERSONS, [("bounced_cheques", "from", "1")], "name"),
    (PERSONS, [("unit_id", "is", "1"), ("city_id", "any", "1,2,3,4")], "name"),
    (POLICIES, [], "-net_premium"),
    *((POLICIES, [("status", "is", status)], "end_date")
      for status in ("not-started", "current", "expiring", "expired", "renewed", "cancelled", "lost")),
    (POLICIES, [("status", "any", "expired,current"), ("line_code", "is", "TPL")], "-premium"),
    (POLICIES, [("person", "contains", "محمد")], "-end_date"),
    (POLICIES, [("policy_no", "contains", "10")], "issue_date"),
    (POLICIES, [("policy_no", "is", "1010")], "issue_date"),
    (POLICIES, [("marketer_id", "is", "2"), ("end_date", "next", "90")], "-net_premium"),
]  # fmt: skip


@pytest.fixture(scope="module")
def filled(template_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """Give the database of an office of some hundred persons; read by all tests of this file, changed by none."""
    path = tmp_path_factory.mktemp("lists") / "aminbox.sqlite3"
    shutil.copy(template_database, path)
    conn = connect(path)
    fill(conn, Sizes(400, 900, 10), START, ZONE, seed=3)
    for person_id in range(3, 60, 7):
        conn.execute(
            "INSERT INTO cheques (direction, person_id, amount, due_date, received_date, state, created_at) "
            "VALUES ('received', ?, 1, '2026-01-01', '2025-12-01', 'bounced', ?)",
            (person_id, to_text(START)),
        )
    yield conn
    conn.close()


def question_of(number: int, user: User) -> Question:
    subject, conditions, sorting = QUESTIONS[number]
    asked = Asked(conditions=[Condition(*one) for one in conditions], sorting=sorting)
    answerable = ask(subject, asked, user, START, ZONE)
    assert answerable.problems == {}
    return answerable.question


@pytest.mark.parametrize("number", range(len(QUESTIONS)), ids=str)
@pytest.mark.parametrize("few", [0, 10_000], ids=["walked", "sorted"])
def test_every_way_to_a_page_gives_what_sorting_everything_gives(
    filled: Connection, number: int, few: int
) -> None:
    question = question_of(number, OWNER)
    every = list(iterate_rows(filled, question))
    for offset in (0, 50):
        page = read_page(filled, question, limit=50, offset=offset, few=few)
        assert (page.total, page.is_more) == (len(every), False)
        assert page.rows == every[offset : offset + 50]
    assert count_rows(filled, question) == len(every)


@pytest.mark.parametrize("number", range(len(QUESTIONS)), ids=str)
@pytest.mark.parametrize("scope", ["all", "own"])
def test_a_page_is_right_also_when_every_quick_way_takes_too_long(
    filled: Connection, number: int, scope: Scope
) -> None:
    user = msgspec.structs.replace(OWNER, scope=scope, marketer_id=2, id=1)
    question = question_of(number, user)
    every = list(iterate_rows(filled, question))
    for offset in (0, 20):
        page = read_page(filled, question, limit=20, offset=offset, patience=HURRIED)
        assert page.rows == every[offset : offset + 20]
        assert page.total == len(every) or (page.is_more and page.total < len(every))


def test_who_entered_a_record_sees_it_beside_his_marketers(filled: Connection) -> None:
    user = msgspec.structs.replace(OWNER, scope="own", marketer_id=2, id=77)
    before = count_rows(filled, ask(PERSONS, Asked(), user, START, ZONE).question)
    filled.execute("SAVEPOINT entered")
    filled.execute(
        "INSERT INTO users (id, username, display_name, role, password_hash) VALUES (77, 'x', 'x', 'marketer', '-')"
    )
    filled.execute(
        "UPDATE persons SET created_by = 77 WHERE id IN "
        "(SELECT id FROM persons WHERE IFNULL(marketer_id, 0) <> 2 LIMIT 3)"
    )
    filled.execute(
        "UPDATE persons SET created_by = 77 WHERE id IN (SELECT id FROM persons WHERE marketer_id = 2 LIMIT 2)"
    )
    page = read_page(filled, ask(PERSONS, Asked(), user, START, ZONE).question, limit=500)
    filled.execute("ROLLBACK TO entered")
    filled.execute("RELEASE entered")
    assert (page.total, len({row["id"] for row in page.rows})) == (before + 3, before + 3)


def test_the_questions_find_something(filled: Connection) -> None:
    empty = [number for number in range(len(QUESTIONS)) if not count_rows(filled, question_of(number, OWNER))]
    assert [QUESTIONS[number][1][0][2] for number in empty] == ["lost"]


@pytest.mark.parametrize("subject", [PERSONS, POLICIES], ids=["persons", "policies"])
@pytest.mark.parametrize("few", [0, 10_000], ids=["walked", "sorted"])
def test_a_narrow_scope_pages_through_its_own(filled: Connection, subject: Subject, few: int) -> None:
    marketer = msgspec.structs.replace(OWNER, scope="own", marketer_id=2)
    question = ask(subject, Asked(columns=["marketer_id"]), marketer, START, ZONE).question
    page = read_page(filled, question, limit=500, few=few)
    assert page.rows == list(iterate_rows(filled, question))
    assert {row["marketer_id"] for row in page.rows} == {"شهرام کوشا"}


def test_of_more_rows_than_are_counted_it_says_so(filled: Connection) -> None:
    page = read_page(filled, question_of(0, OWNER), limit=5, most=100)
    assert (page.total, page.is_more, len(page.rows)) == (100, True, 5)
    page = read_page(filled, question_of(5, OWNER), limit=5, most=3, few=2)
    assert (page.total, page.is_more, len(page.rows)) == (3, True, 5)
