"""The job of ranks: everybody first, then those who changed."""

from __future__ import annotations

from appliance.scheduler.ranks import compute_ranks
from db import Connection
from tests.fakes.book_of_customers import MILLION, TODAY, enter_example, enter_policy
from tests.fakes.clock import START


def test_the_first_run_ranks_everybody_and_the_next_ones_who_changed(conn: Connection) -> None:
    ids = enter_example(conn)
    assert compute_ranks(conn, START) == "5 customers"
    assert compute_ranks(conn, START) == "0 changed"
    enter_policy(conn, ids["رضا"], TODAY, MILLION)
    assert compute_ranks(conn, START) == "1 changed"
    assert compute_ranks(conn, START) == "0 changed"
