"""The list of customers by rank: order of scores, ties by name, grades as a filter, loss ratios beside them."""

from __future__ import annotations

import re

import pytest

from appliance.domain.fields import Asked, Condition, ask
from appliance.domain.people.fields import PERSONS
from appliance.domain.ranking.computing import compute_everybody
from db import Connection
from db.listing import read_page
from db.text import sort_key
from tests.fakes.book_of_customers import TODAY, enter_example, enter_person, enter_policy
from tests.fakes.clock import START
from tests.fakes.office import Office

ZONE = "Asia/Tehran"


def listed(conn: Connection, office: Office, *conditions: Condition, sorting: str = "-score") -> list[str]:
    asked = Asked(
        conditions=[Condition("standing", "is", "customer"), *conditions],
        sorting=sorting,
        columns=["name", "grade"],
    )
    question = ask(PERSONS, asked, office.owner, START, ZONE).question
    return [row["name"] for row in read_page(conn, question, limit=50).rows]


@pytest.fixture
def ranked(conn: Connection, office: Office) -> list[int]:
    """Rank the example and three customers who are alike in everything but their names."""
    conn.execute("UPDATE persons SET standing = 'prospect'")
    enter_example(conn)
    same = [enter_person(conn, name) for name in ("پارسا", "یاسمن", "گلناز")]
    for person_id in same:
        enter_policy(conn, person_id, TODAY.replace(month=3), 12_000_000)
    compute_everybody(conn, START)
    for row in conn.execute("SELECT id, last_name FROM persons").fetchall():
        conn.execute("UPDATE persons SET sort_key = ? WHERE id = ?", (sort_key(row["last_name"]), row["id"]))
    return same


def test_the_order_is_that_of_the_scores_and_of_names_among_equals(
    conn: Connection, office: Office, ranked: list[int]
) -> None:
    names = listed(conn, office)
    scores = dict(
        conn.execute("SELECT last_name, rank_score FROM persons WHERE rank_score IS NOT NULL").fetchall()
    )
    assert [scores[name] for name in names] == sorted(scores.values(), reverse=True)
    # In the Persian alphabet پ comes before گ, and گ before ی; by code points ی stands before گ.
    alike = [name for name in names if name in ("پارسا", "یاسمن", "گلناز")]
    assert alike == ["پارسا", "گلناز", "یاسمن"]
    turned = [name for name in listed(conn, office, sorting="score") if name in alike]
    assert turned == alike


def test_a_grade_is_a_filter(conn: Connection, office: Office, ranked: list[int]) -> None:
    gold = conn.execute("SELECT COUNT(*) FROM persons WHERE rank_grade = 'gold'").fetchone()[0]
    assert gold >= 1
    assert len(listed(conn, office, Condition("grade", "is", "gold"))) == gold
    assert "آفتاب" in listed(conn, office, Condition("grade", "any", "gold,silver"))


def test_bounds_of_score_and_loss_ratio_are_asked_for_as_they_are_shown(
    conn: Connection, office: Office, ranked: list[int]
) -> None:
    from_score = conn.execute("SELECT rank_score FROM persons WHERE last_name = 'علی'").fetchone()[0]
    assert "علی" in listed(conn, office, Condition("score", "from", f"{from_score:.2f}"))
    assert "علی" not in listed(conn, office, Condition("score", "from", f"{from_score + 0.01:.2f}"))
    assert listed(conn, office, Condition("loss_ratio", "from", "۵۰"), sorting="-loss_ratio") == ["آفتاب"]


@pytest.mark.parametrize(
    ("sorting", "index"), [("-score", "persons_rank"), ("-loss_ratio", "persons_loss_ratio")]
)
def test_the_list_is_walked_by_an_index(conn: Connection, office: Office, sorting: str, index: str) -> None:
    question = ask(PERSONS, Asked(sorting=sorting, columns=["name"]), office.owner, START, ZONE).question
    order = ", ".join(f"{sql} DESC" if is_down else sql for sql, is_down in question.order)
    plan = conn.execute(
        f"EXPLAIN QUERY PLAN SELECT persons.id FROM persons WHERE {question.always} ORDER BY {order} LIMIT 50"
    ).fetchall()
    words = " ".join(row["detail"] for row in plan)
    assert re.search(rf"USING (COVERING )?INDEX {index}\b", words), words
    # Equal scores are put in order by name as they come; the list as a whole is not sorted.
    assert "TEMP B-TREE FOR ORDER BY" not in words
