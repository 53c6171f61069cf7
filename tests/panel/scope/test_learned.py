"""Learned signalling: worked out from the line's own calls, and honest while nothing is known."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import msgspec
import pytest

from db.queries.calls import CallRow, list_signalling, upsert_call
from panel.scope.learned import NEWEST_CALLS, learned_signalling
from tests.panel.world import World

Add = Callable[..., None]


@pytest.fixture
def add(world: World) -> Add:
    """Give a maker of calls, each a minute later than the one before."""
    count = 0

    def make(
        standard: str | None = "fsk-bell202", *, times: int = 1, before: bool = False, **changes: object
    ) -> None:
        nonlocal count
        for _ in range(times):
            count += 1
            at = world.clock.now() - timedelta(days=2) + timedelta(minutes=count)
            text = at.strftime("%Y-%m-%dT%H:%M:%S.000Z")
            later = (at + timedelta(seconds=3)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
            row = CallRow(
                id=f"{count:026d}",
                line=1,
                direction="in",
                state="missed",
                revision=1,
                started_at=text,
                identified_at=None if standard is None else text if before else later,
                ended_at=later,
                number_state="known" if standard else "absent",
                standard=standard,
                ring_count=2,
            )
            upsert_call(world.conn, msgspec.structs.replace(row, **changes))

    return make


def test_a_new_line_is_not_known_yet(world: World) -> None:
    learned = learned_signalling(world.conn, 1)
    assert (learned.calls, learned.shares, learned.timing) == (0, [], None)
    assert (learned.last_read_at, learned.last_unread_at) == (None, None)
    assert "هنوز دانسته نیست" in world.person("nassab").get("/lines/1/scope").text


def test_standards_are_counted_with_their_share(world: World, add: Add) -> None:
    add("fsk-bell202", times=3)
    add("dtmf", before=True)
    learned = learned_signalling(world.conn, 1)
    assert [(one.title, one.calls, one.percent) for one in learned.shares] == [
        ("FSK Bell 202", 3, 75),
        ("DTMF", 1, 25),
    ]
    assert learned.timing == "both"
    page = world.person("nassab").get("/lines/1/scope").text
    assert "۳ تماس، ۷۵٪" in page
    assert "گاه پیش و گاه پس از زنگ اول" in page


def test_only_the_newest_identified_calls_count(world: World, add: Add) -> None:
    add("dtmf", times=30, before=True)
    add(None, times=5)
    add("fsk-v23", times=NEWEST_CALLS)
    learned = learned_signalling(world.conn, 1)
    assert learned.calls == NEWEST_CALLS
    assert [one.title for one in learned.shares] == ["FSK V.23"]
    assert learned.timing == "after"


def test_other_lines_and_outgoing_calls_teach_nothing(world: World, add: Add) -> None:
    add(line=2)
    add(direction="out", state="ended")
    assert learned_signalling(world.conn, 1).calls == 0
    assert learned_signalling(world.conn, 2).calls == 1


@pytest.mark.parametrize(
    "changes", [{"before": True}, {"ring_count": 0}], ids=["with the call's beginning", "without any ring"]
)
def test_a_number_before_the_first_ring_is_told_apart(
    world: World, add: Add, changes: dict[str, object]
) -> None:
    add("dtmf", times=5, **changes)
    assert learned_signalling(world.conn, 1).timing == "before"


def test_last_success_and_last_failure_are_given(world: World, add: Add) -> None:
    add(None)
    add("dtmf")
    add("fsk-v23")
    add(None)
    add(None, ended_at=None, state="ringing", number_state="pending")
    learned = learned_signalling(world.conn, 1)
    starts = [row[0] for row in world.conn.execute("SELECT started_at FROM calls ORDER BY id")]
    assert (learned.last_read_at, learned.last_unread_at) == (starts[2], starts[3])


def test_a_line_that_never_read_a_number_says_what_to_ask(world: World, add: Add) -> None:
    add(None)
    learned = learned_signalling(world.conn, 1)
    assert learned.calls == 0
    assert learned.last_unread_at
    assert "از مخابرات بپرسید" in world.person("nassab").get("/lines/1/scope").text


def test_a_withheld_number_is_a_message_that_was_read(world: World, add: Add) -> None:
    add("fsk-v23", number_state="withheld")
    learned = learned_signalling(world.conn, 1)
    assert (learned.calls, learned.last_unread_at) == (1, None)


def test_one_query_gives_everything(world: World, add: Add) -> None:
    add("dtmf")
    asked: list[str] = []
    world.conn.set_trace_callback(asked.append)
    rows = list_signalling(world.conn, 1, NEWEST_CALLS)
    world.conn.set_trace_callback(None)
    assert len(asked) == 1
    assert rows[0].calls == 1
