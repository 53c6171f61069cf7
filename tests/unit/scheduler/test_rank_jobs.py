"""The job of ranks: everybody first, then those who changed."""

from __future__ import annotations

import pytest

from appliance.scheduler.ranks import LONGEST_REST_S, REST_S, REST_SHARE, Resting, compute_ranks
from db import Connection
from tests.fakes.book_of_customers import MILLION, TODAY, enter_example, enter_person, enter_policy
from tests.fakes.clock import START


def test_the_first_run_ranks_everybody_and_the_next_ones_who_changed(conn: Connection) -> None:
    ids = enter_example(conn)
    for place in range(35):
        enter_policy(conn, enter_person(conn, f"مشتری {place}"), TODAY, (place + 1) * MILLION)
    assert compute_ranks(conn, START) == "40 customers"
    assert compute_ranks(conn, START) == "0 changed"
    enter_policy(conn, ids["رضا"], TODAY, MILLION)
    assert compute_ranks(conn, START) == "1 changed"
    assert compute_ranks(conn, START) == "0 changed"


def test_when_many_changed_everybody_is_ranked_anew(conn: Connection) -> None:
    enter_example(conn)
    compute_ranks(conn, START)
    for place in range(30):
        enter_policy(conn, enter_person(conn, f"مشتری {place}"), TODAY, (place + 1) * MILLION)
    assert compute_ranks(conn, START) == "35 customers"
    assert compute_ranks(conn, START) == "0 changed"


def test_a_long_run_rests_the_longer_the_longer_its_pieces_take() -> None:
    now, rests = [0.0], list[float]()

    def sleep(seconds: float) -> None:
        rests.append(seconds)
        now[0] += seconds

    rest = Resting(lambda: now[0], sleep)
    for took in (0.001, 0.5, 60.0):
        now[0] += took
        rest()
    assert rests == [REST_S, pytest.approx(REST_SHARE * 0.5), LONGEST_REST_S]
