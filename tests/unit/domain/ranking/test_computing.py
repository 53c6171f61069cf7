"""Ranks in the records: everybody's at night, one customer's after a change, and what stands in between."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from appliance.domain.ranking import computing
from appliance.domain.ranking.computing import compute_everybody, compute_queued, is_book_due
from appliance.domain.ranking.standing import badge_of, standing_of
from db import Connection
from db.queries import ranking
from db.queries.person_ranks import find_grade
from db.records import insert_row
from tests.fakes.book_of_customers import (
    MILLION,
    SCORES,
    TODAY,
    enter_claim,
    enter_example,
    enter_person,
    enter_policy,
)
from tests.fakes.clock import START, FakeClock
from tests.fakes.payments import AT, cheque

Ids = dict[str, int]


@pytest.fixture
def ids(conn: Connection) -> Ids:
    """Give the five customers of the example, ranked."""
    found = enter_example(conn)
    compute_everybody(conn, START)
    return found


def stored(conn: Connection, person_id: int) -> dict[str, Any]:
    row = conn.execute(
        "SELECT rank_score, rank_grade, loss_ratio FROM persons WHERE id = ?", (person_id,)
    ).fetchone()
    return dict(row)


def policy_of(conn: Connection, person_id: int) -> int:
    row = conn.execute("SELECT id FROM policies WHERE person_id = ? ORDER BY id", (person_id,)).fetchone()
    return int(row["id"])


def test_the_published_example_comes_out_of_the_records(conn: Connection, ids: Ids) -> None:
    assert {name: stored(conn, one)["rank_score"] for name, one in ids.items()} == SCORES
    grades = {name: stored(conn, one)["rank_grade"] for name, one in ids.items()}
    assert grades == {"علی": "silver", "آفتاب": "gold", "رضا": "ordinary", "مینا": "new", "حمید": "bronze"}
    assert find_grade(conn, ids["آفتاب"], "2026-11-22") == "gold"


def test_the_badge_of_now_is_the_one_that_was_kept(conn: Connection, ids: Ids) -> None:
    for name, person_id in ids.items():
        badge = badge_of(conn, person_id, TODAY)
        assert badge is not None
        assert badge.score == SCORES[name]
        assert badge.grade == stored(conn, person_id)["rank_grade"]


def test_who_never_bought_here_has_no_rank(conn: Connection, ids: Ids) -> None:
    prospect = enter_person(conn, "کاظمی")
    elsewhere = enter_policy(conn, prospect, TODAY, 5 * MILLION)
    conn.execute("UPDATE policies SET is_ours = 0 WHERE id = ?", (elsewhere,))
    compute_everybody(conn, START)
    assert badge_of(conn, prospect, TODAY) is None
    assert stored(conn, prospect) == {"rank_score": None, "rank_grade": None, "loss_ratio": None}


def test_before_the_first_book_there_is_no_rank(conn: Connection) -> None:
    person_id = enter_example(conn)["علی"]
    assert badge_of(conn, person_id, TODAY) is None
    assert compute_queued(conn, START) == 0
    assert is_book_due(conn, START)


def test_a_bounced_cheque_caps_at_once_and_settling_it_lifts_the_cap(conn: Connection, ids: Ids) -> None:
    sun = ids["آفتاب"]
    cheque_id = cheque(conn, sun, MILLION, "2026-11-01", "bounced", bounced="2026-11-02")
    now = badge_of(conn, sun, TODAY)
    assert now is not None
    assert (now.grade, now.score) == ("bronze", 70.09)
    assert stored(conn, sun)["rank_grade"] == "gold"
    assert compute_queued(conn, START) == 1
    assert stored(conn, sun)["rank_grade"] == "bronze"
    conn.execute("UPDATE cheques SET state = 'settled' WHERE id = ?", (cheque_id,))
    compute_queued(conn, START)
    assert stored(conn, sun) == {"rank_score": 80.59, "rank_grade": "gold", "loss_ratio": 5882}


def test_a_settled_cheque_is_forgotten_after_two_years(conn: Connection, ids: Ids) -> None:
    hamid = standing_of(conn, ids["حمید"], TODAY)
    assert hamid is not None
    assert hamid.values.settled == 1
    later = standing_of(conn, ids["حمید"], date(2028, 3, 5))
    assert later is not None
    assert later.values.settled == 0


@pytest.mark.parametrize(
    "change", ["policy", "premium", "endorsement", "claim", "payment", "cheque", "archive"]
)
def test_every_change_that_matters_queues_the_customer_and_nobody_else(
    conn: Connection, ids: Ids, change: str
) -> None:
    ali = ids["علی"]
    policy_id = policy_of(conn, ali)
    assert ranking.count_queued(conn) == 0
    match change:
        case "policy":
            enter_policy(conn, ali, TODAY, MILLION)
        case "premium":
            conn.execute("UPDATE policies SET net_premium = 1 WHERE id = ?", (policy_id,))
        case "endorsement":
            row = {
                "policy_id": policy_id, "number": 1, "kind": "additional", "issue_date": "2026-11-22",
                "effective_date": "2026-11-22", "net_change": MILLION, "created_at": AT,
            }  # fmt: skip
            insert_row(conn, "endorsements", row)
        case "claim":
            enter_claim(conn, policy_id, TODAY, outstanding=MILLION, number="new")
        case "payment":
            claim_id = conn.execute("SELECT id FROM claims WHERE policy_id = ?", (policy_id,)).fetchone()[0]
            row = {"claim_id": claim_id, "on_date": "2026-11-22", "amount": 1, "created_at": AT}
            insert_row(conn, "claim_payments", row)
        case "cheque":
            cheque(conn, ali, MILLION, "2026-11-01", "on-hand")
        case "archive":
            conn.execute("UPDATE persons SET archived_at = ? WHERE id = ?", (AT, ali))
    assert ranking.list_queued(conn, 10) == [ali]


def test_notes_on_a_policy_queue_nobody(conn: Connection, ids: Ids) -> None:
    conn.execute("UPDATE policies SET note = 'x', policy_no = '7'")
    conn.execute("UPDATE persons SET note = 'x'")
    assert ranking.count_queued(conn) == 0


def test_a_policy_moved_to_another_person_queues_both(conn: Connection, ids: Ids) -> None:
    policy_id = policy_of(conn, ids["علی"])
    conn.execute("UPDATE policies SET person_id = ? WHERE id = ?", (ids["رضا"], policy_id))
    assert set(ranking.list_queued(conn, 10)) == {ids["علی"], ids["رضا"]}


def test_a_change_during_the_day_is_measured_as_the_next_night_would(conn: Connection, ids: Ids) -> None:
    """The others' place moves with the next book only; one's own is right at once where the book stays alike."""
    ali = ids["علی"]
    enter_policy(conn, ali, TODAY, 4 * MILLION, commission=MILLION)
    compute_queued(conn, START)
    at_once = stored(conn, ali)["rank_score"]
    compute_everybody(conn, START)
    assert stored(conn, ali)["rank_score"] == pytest.approx(at_once, abs=0.2)


def test_several_changes_in_a_day_are_all_measured_against_the_same_book(conn: Connection, ids: Ids) -> None:
    ali, before = ids["علی"], stored(conn, ids["علی"])
    policy_id = enter_policy(conn, ali, TODAY, 500 * MILLION, commission=100 * MILLION)
    compute_queued(conn, START)
    assert stored(conn, ali)["rank_score"] > before["rank_score"]
    conn.execute("DELETE FROM policies WHERE id = ?", (policy_id,))
    compute_queued(conn, START)
    assert stored(conn, ali) == before


def test_a_customer_of_today_is_ranked_without_waiting_for_the_night(conn: Connection, ids: Ids) -> None:
    person_id = enter_person(conn, "تازه")
    enter_policy(conn, person_id, TODAY, 50 * MILLION, commission=5 * MILLION)
    compute_queued(conn, START)
    assert stored(conn, person_id)["rank_grade"] == "new"
    assert stored(conn, person_id)["rank_score"] > 40


def test_an_archived_customer_leaves_the_ranks_and_comes_back(conn: Connection, ids: Ids) -> None:
    ali = ids["علی"]
    conn.execute("UPDATE persons SET archived_at = ? WHERE id = ?", (AT, ali))
    assert compute_everybody(conn, START) == 4
    assert stored(conn, ali)["rank_score"] is None
    assert find_grade(conn, ali, "2026-11-22") is None
    conn.execute("UPDATE persons SET archived_at = NULL WHERE id = ?", (ali,))
    assert compute_everybody(conn, START) == 5
    assert stored(conn, ali)["rank_score"] == SCORES["علی"]


def test_a_new_book_is_made_once_a_night_and_after_a_rule_changed(conn: Connection, ids: Ids) -> None:
    assert not is_book_due(conn, START)
    evening, midnight = FakeClock(START), FakeClock(START)
    evening.advance(8 * 3600)
    midnight.advance(12.5 * 3600)  # 00:30 of the next day in Tehran
    assert not is_book_due(conn, evening.now())
    assert not is_book_due(conn, midnight.now())
    midnight.advance(1.6 * 3600)
    assert is_book_due(conn, midnight.now())
    compute_everybody(conn, midnight.now())
    assert not is_book_due(conn, midnight.now())
    ranking.mark_book_stale(conn)
    assert is_book_due(conn, midnight.now())


def test_a_run_that_was_cut_off_begins_anew(
    conn: Connection, ids: Ids, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(computing, "WRITE_PERSONS", 2)
    later = START + timedelta(days=1)
    rests = iter(range(10))

    def cut() -> None:
        if next(rests) == 2:
            raise KeyboardInterrupt

    enter_policy(conn, ids["علی"], TODAY, MILLION)
    with pytest.raises(KeyboardInterrupt):
        compute_everybody(conn, later, cut)
    assert is_book_due(conn, later)
    compute_everybody(conn, later)
    assert not is_book_due(conn, later)
    assert ranking.count_queued(conn) == 0


def test_days_go_by_and_a_score_falls_with_the_last_purchase(conn: Connection, ids: Ids) -> None:
    later = datetime.fromisoformat("2027-02-20T03:00:00+00:00")
    compute_everybody(conn, later)
    assert stored(conn, ids["علی"])["rank_score"] < SCORES["علی"]


def test_the_loss_ratio_is_kept_where_there_is_premium(conn: Connection, ids: Ids) -> None:
    assert stored(conn, ids["علی"])["loss_ratio"] == 1596  # 30 / 188
    assert stored(conn, ids["رضا"])["loss_ratio"] == 0
    nothing = enter_person(conn, "بی‌حق‌بیمه")
    enter_claim(conn, enter_policy(conn, nothing, TODAY, 0), TODAY, paid=MILLION)
    compute_queued(conn, START)
    assert stored(conn, nothing)["loss_ratio"] is None
