"""Parts of long messages, the references they went under, and the reports that come back for them."""

from __future__ import annotations

import pytest

from appliance.core.clock import to_text
from appliance.core.events import Event
from db import Connection
from db.queries import outbox_segments
from db.queries.outbox_segments import Segment
from sms_modem.routes import Report
from sms_modem.worker.gap import judge
from tests.fakes.clock import FakeClock
from tests.fakes.routes import MODEM, Cut, FakeRoute
from tests.unit.sms_modem.desk import NUMBER, queue, row_of, set_rate, states, worker

LONG = "س" * 150
"""Three parts."""


def modem(*fates: str) -> FakeRoute:
    return FakeRoute(*fates, capabilities=MODEM)  # type: ignore[arg-type]


def segment_states(conn: Connection, message_id: str) -> list[tuple[int, str]]:
    return [(one.part, one.state) for one in outbox_segments.list_segments(conn, message_id)]


def test_parts_go_out_in_order_under_one_reference(conn: Connection, clock: FakeClock) -> None:
    (only,) = queue(conn, clock, LONG)
    route = modem()
    assert worker(conn, clock, route).turn() == 1
    assert [(one.part, one.parts, len(one.text)) for one in route.air] == [(1, 3, 67), (2, 3, 67), (3, 3, 16)]
    assert {one.reference for one in route.air} == {1}
    assert "".join(one.text for one in route.air) == LONG
    assert row_of(conn, only).state == "sent"


def test_a_refusal_in_the_middle_resumes_with_what_is_left(conn: Connection, clock: FakeClock) -> None:
    (only,) = queue(conn, clock, LONG)
    route = modem("ok", "no-network")
    busy = worker(conn, clock, route)
    busy.turn()
    assert (row_of(conn, only).state, row_of(conn, only).route) == ("queued", "fake")
    clock.advance(6)
    assert busy.turn() == 1
    assert [one.part for one in route.air] == [1, 2, 3]
    assert row_of(conn, only).state == "sent"


@pytest.mark.parametrize("cut", ["cut_after_arm", "cut_after_air"])
def test_a_cut_in_the_middle_of_a_part_never_doubles_it(conn: Connection, clock: FakeClock, cut: str) -> None:
    (only,) = queue(conn, clock, LONG)
    route = modem()
    setattr(route, cut, True)
    with pytest.raises(Cut):
        worker(conn, clock, route).turn()
    setattr(route, cut, False)
    on_air = len(route.air)
    busy = worker(conn, clock, route)
    for _turn in range(5):
        busy.turn()
        clock.advance(60)
    assert len(route.air) == on_air
    assert row_of(conn, only).state == "uncertain"


def test_a_cut_between_two_parts_goes_on_with_the_next(conn: Connection, clock: FakeClock) -> None:
    (only,) = queue(conn, clock, LONG)
    route = modem("ok", "no-network")
    busy = worker(conn, clock, route)
    busy.turn()
    conn.execute("UPDATE outbox SET state = 'armed'")
    reborn = worker(conn, clock, route)
    assert reborn.recover() == 0
    assert reborn.turn() == 1
    assert [one.part for one in route.air] == [1, 2, 3]
    assert row_of(conn, only).state == "sent"


@pytest.mark.parametrize(("fate", "on_air"), [("lost-before", 3), ("lost-after", 3)])
def test_the_next_answered_reference_settles_an_unknown_one(
    conn: Connection, clock: FakeClock, fate: str, on_air: int
) -> None:
    ids = queue(conn, clock, "a", "b", "c")
    route = modem("ok", fate, "ok")
    busy = worker(conn, clock, route)
    for _turn in range(8):
        busy.turn()
        clock.advance(31)
    assert states(conn, *ids) == ["sent"] * 3
    assert sorted(one.message_id for one in route.air) == sorted(ids)
    assert len(route.air) == on_air


def test_without_a_neighbour_on_each_side_nothing_is_concluded(conn: Connection, clock: FakeClock) -> None:
    (only,) = queue(conn, clock, "a")
    route = modem("lost-before")
    busy = worker(conn, clock, route)
    for _turn in range(300):
        busy.turn()
        clock.advance(900)
    assert row_of(conn, only).state == "uncertain"
    assert route.air == []


def test_a_report_nobody_owns_proves_that_an_unknown_part_left(conn: Connection, clock: FakeClock) -> None:
    (only,) = queue(conn, clock, LONG)
    route, told = modem("lost-after"), list[Event]()
    busy = worker(conn, clock, route, told)
    busy.turn()
    assert row_of(conn, only).state == "uncertain"
    route.arrivals = [Report(reference="1", number="09120000001", state="delivered", token="SR:1")]
    busy.ring()
    clock.advance(1)
    assert busy.turn() == 1
    assert [one.part for one in route.air] == [1, 2, 3]
    assert segment_states(conn, only) == [(1, "delivered"), (2, "sent"), (3, "sent")]
    assert route.acknowledged == ["SR:1"]
    assert [event.name for event in told] == ["sms.uncertain", "sms.sent"]


def test_a_message_is_delivered_when_each_of_its_parts_is(conn: Connection, clock: FakeClock) -> None:
    (only,) = queue(conn, clock, LONG)
    route, told = modem(), list[Event]()
    busy = worker(conn, clock, route, told)
    busy.turn()
    for reference in ("3", "1"):
        route.arrivals.append(Report(reference=reference, number=NUMBER, state="delivered", token=reference))
    clock.advance(31)
    busy.turn()
    assert row_of(conn, only).state == "sent"
    route.arrivals.append(Report(reference="2", number=NUMBER, state="delivered", token="2"))
    clock.advance(31)
    busy.turn()
    assert row_of(conn, only).state == "delivered"
    assert told[-1].name == "sms.delivered"


def test_reports_find_their_part_over_wraps_of_the_reference(conn: Connection, clock: FakeClock) -> None:
    ids = queue(conn, clock, *[f"m{place}" for place in range(258)])
    route = modem()
    busy = worker(conn, clock, route)
    armed: dict[str, str] = {}
    for _turn in range(258):
        clock.advance(10)
        armed[route.air[-1].message_id if route.air else ""] = to_text(clock.now())
        busy.turn()
    assert len(route.air) == 258
    late = [row_of(conn, one) for one in (ids[256], ids[0])]
    route.arrivals = [
        Report(reference="1", number=NUMBER, state="delivered", submitted_at=row.armed_at or "", token=row.id)
        for row in late
    ]
    busy.ring()
    busy.turn()
    assert states(conn, ids[0], ids[256], ids[1], ids[257]) == ["delivered", "delivered", "sent", "sent"]
    route.arrivals = [Report(reference="2", number=NUMBER, state="undelivered", token="x",
                             submitted_at=row_of(conn, ids[257]).armed_at or "")]  # fmt: skip
    busy.ring()
    busy.turn()
    assert states(conn, ids[1], ids[257]) == ["sent", "failed"]


def test_a_report_of_another_receiver_is_nobodys(conn: Connection, clock: FakeClock) -> None:
    (only,) = queue(conn, clock, "a")
    route = modem()
    busy = worker(conn, clock, route)
    busy.turn()
    route.arrivals = [Report(reference="1", number="+989350000009", state="delivered", token="1")]
    busy.ring()
    busy.turn()
    assert row_of(conn, only).state == "sent"
    assert route.arrivals == []


def test_a_copy_of_a_report_proves_nothing_of_another_part(conn: Connection, clock: FakeClock) -> None:
    first, second = queue(conn, clock, "a", "b")
    route = modem("ok", "lost-before")
    busy = worker(conn, clock, route)
    busy.turn()
    report = Report(reference="1", number=NUMBER, state="delivered", token="1")
    route.arrivals = [report]
    busy.ring()
    busy.turn()
    assert states(conn, first, second) == ["delivered", "uncertain"]
    route.arrivals = [report]
    busy.ring()
    busy.turn()
    for _turn in range(5):
        clock.advance(60)
        busy.turn()
    assert states(conn, first, second) == ["delivered", "uncertain"]


def test_each_part_is_paid_when_it_is_armed_and_taken_back_when_it_stayed(
    conn: Connection, clock: FakeClock
) -> None:
    set_rate(conn, "fake")
    ids = queue(conn, clock, LONG, "ب", "پ")
    route = modem("ok", "lost-before", "ok", "ok")
    busy = worker(conn, clock, route)
    for _turn in range(10):
        busy.turn()
        clock.advance(31)
    assert states(conn, *ids) == ["sent"] * 3
    assert [row_of(conn, one).cost_rial for one in ids] == [3_300, 1_100, 1_100]
    assert conn.execute("SELECT SUM(amount_rial) FROM message_movements").fetchone()[0] == -1_100 * len(
        route.air
    )


def part(seq: int, state: str, reference: str = "", counter: str = "sim") -> Segment:
    return Segment(
        seq=seq, message_id=str(seq), part=1, attempt=1, route="m", state=state, armed_at="", reference=reference,
        counter=counter, reason="", reported_at=None,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("around", "verdict"),
    [
        ([part(1, "sent", "7"), part(2, "uncertain"), part(3, "sent", "8")], ("stayed", None)),
        ([part(1, "sent", "7"), part(2, "uncertain"), part(3, "sent", "9")], ("left", 8)),
        ([part(1, "sent", "255"), part(2, "uncertain"), part(3, "sent", "1")], ("left", 0)),
        # Reports come on this route, and this part has none: the modem tried, and more nobody knows.
        ([part(1, "delivered", "255"), part(2, "uncertain"), part(3, "sent", "1")], ("unclear", None)),
        ([part(1, "sent", "7"), part(2, "uncertain"), part(3, "sent", "12")], ("unclear", None)),
        (
            [part(1, "sent", "7"), part(2, "uncertain"), part(3, "uncertain"), part(4, "sent", "9")],
            ("unclear", None),
        ),
        (
            [part(1, "sent", "7"), part(2, "uncertain"), part(3, "uncertain"), part(4, "sent", "10")],
            ("left", 8),
        ),
        (
            [part(1, "sent", "7"), part(2, "uncertain"), part(3, "uncertain"), part(4, "sent", "8")],
            ("stayed", None),
        ),
        (
            [part(1, "sent", "7"), part(2, "uncertain"), part(3, "refused"), part(4, "sent", "9")],
            ("unclear", None),
        ),
        ([part(2, "uncertain"), part(3, "sent", "9")], ("unclear", None)),
        ([part(1, "sent", "7"), part(2, "uncertain")], ("unclear", None)),
        ([part(1, "sent", "7", ""), part(2, "uncertain"), part(3, "sent", "8", "")], ("unclear", None)),
        ([part(1, "sent", "7"), part(2, "uncertain"), part(3, "sent", "8", "other sim")], ("unclear", None)),
    ],
)
def test_the_hole_in_the_references_tells_what_left(
    around: list[Segment], verdict: tuple[str, int | None]
) -> None:
    assert judge(around, 2) == verdict


def test_a_report_read_twice_settles_no_other_part(conn: Connection, clock: FakeClock) -> None:
    lost, sent = queue(conn, clock, "lost", "sent")
    route = modem("lost-before", "ok")
    busy = worker(conn, clock, route)
    busy.turn()
    busy.turn()
    reference = outbox_segments.list_segments(conn, sent)[0].reference
    at = to_text(clock.now())
    report = Report(reference=reference, number=NUMBER, state="delivered", at=at, submitted_at=at, token="1")
    for _ in range(2):
        route.arrivals.append(report)
        busy.ring()
        busy.turn()
    assert states(conn, lost, sent) == ["uncertain", "delivered"]


def test_a_report_settles_the_part_armed_when_it_was_submitted(conn: Connection, clock: FakeClock) -> None:
    (lost,) = queue(conn, clock, "lost")
    route = modem("lost-before", "lost-after")
    busy = worker(conn, clock, route)
    busy.turn()
    clock.advance(300)
    (left,) = queue(conn, clock, "left")
    busy.turn()
    at = to_text(clock.now())
    report = Report(reference="1", number=NUMBER, state="delivered", at=at, submitted_at=at, token="1")
    route.arrivals.append(report)
    busy.ring()
    busy.turn()
    assert states(conn, lost, left) == ["uncertain", "delivered"]


def test_a_report_that_may_be_of_two_parts_is_of_neither(conn: Connection, clock: FakeClock) -> None:
    first, second = queue(conn, clock, "lost", "left")
    route = modem("lost-before", "lost-after")
    busy = worker(conn, clock, route)
    busy.turn()
    clock.advance(5)
    busy.turn()
    at = to_text(clock.now())
    route.arrivals.append(Report(reference="1", number=NUMBER, state="delivered", submitted_at=at, token="1"))
    busy.ring()
    for _turn in range(5):
        busy.turn()
        clock.advance(60)
    assert states(conn, first, second) == ["uncertain", "uncertain"]
