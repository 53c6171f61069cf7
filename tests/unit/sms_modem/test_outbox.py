"""The outbox: each message is handed over once, and what became of it is never guessed."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest

from appliance.core.clock import to_text
from appliance.core.events import Event, SmsSent
from appliance.domain.acting import acting
from appliance.domain.messaging.queueing import queue_message
from db import Connection, connect
from db.queries import message_routes, opt_outs
from db.queries.events import list_events_after
from db.queries.message_routes import RouteRow, RouteState
from db.queries.outbox import list_messages_in
from sms_modem.providers.sink.provider import SinkRoute
from tests.fakes.clock import FakeClock
from tests.fakes.routes import KEYED, LISTED, PLAIN, Cut, FakeRoute
from tests.unit.sms_modem.desk import NUMBER, queue, row_of, set_rate, states, worker

HOUR = 3600.0


def test_what_is_queued_goes_out_once_oldest_first(conn: Connection, clock: FakeClock) -> None:
    ids = queue(conn, clock, "a", "b", "c")
    route, told = FakeRoute(), list[Event]()
    assert worker(conn, clock, route, told).turn() == 3
    assert worker(conn, clock, route, told).turn() == 0
    assert [one.message_id for one in route.air] == ids
    assert states(conn, *ids) == ["sent"] * 3
    assert [event.message_id for event in told if isinstance(event, SmsSent)] == ids


def test_codes_go_before_service_and_service_before_advertising(conn: Connection, clock: FakeClock) -> None:
    queue(conn, clock, "advertising", kind="advertising")
    queue(conn, clock, "service")
    queue(conn, clock, "code", kind="code")
    route = FakeRoute()
    worker(conn, clock, route).turn()
    assert [one.kind for one in route.air] == ["code", "service", "advertising"]


def test_a_batch_has_the_routes_size(conn: Connection, clock: FakeClock) -> None:
    queue(conn, clock, *[f"m{place}" for place in range(LISTED.batch + 2)])
    busy = worker(conn, clock, FakeRoute(capabilities=LISTED))
    assert (busy.turn(), busy.turn(), busy.turn()) == (LISTED.batch, 2, 0)


def test_two_workers_claim_each_message_once(conn: Connection, clock: FakeClock, database: Path) -> None:
    ids = queue(conn, clock, "a", "b", "c")
    other_conn, route = connect(database), FakeRoute()
    other = worker(other_conn, clock, route)

    class Meeting(FakeRoute):
        def open(self) -> None:
            pass

        def send(self, parcels, arm):  # type: ignore[no-untyped-def]
            other.turn()
            return super().send(parcels, arm)

    meeting = Meeting()
    assert worker(conn, clock, meeting).turn() == 0
    assert [one.message_id for one in route.air] == ids
    assert meeting.air == []
    assert states(conn, *ids) == ["sent"] * 3
    other_conn.close()


@pytest.mark.parametrize(
    ("cut", "on_air"), [("cut_before_arm", 0), ("cut_after_arm", 0), ("cut_after_air", 1)]
)
def test_a_cut_at_any_point_neither_loses_nor_doubles_where_there_is_a_key(
    conn: Connection, clock: FakeClock, cut: str, on_air: int
) -> None:
    (only,) = queue(conn, clock, "a")
    route = FakeRoute()
    setattr(route, cut, True)
    with pytest.raises(Cut):
        worker(conn, clock, route).turn()
    assert len(route.air) == on_air
    setattr(route, cut, False)
    for _turn in range(4):
        worker(conn, clock, route).turn()
        clock.advance(60)
    assert len(route.air) == 1
    assert states(conn, only)[0] in ("sent", "delivered")


def test_without_key_or_list_a_cut_leaves_the_message_uncertain_and_unsent_again(
    conn: Connection, clock: FakeClock
) -> None:
    first, second = queue(conn, clock, "a", "b")
    route, told = FakeRoute(capabilities=PLAIN), list[Event]()
    route.cut_after_arm = True
    with pytest.raises(Cut):
        worker(conn, clock, route).turn()
    route.cut_after_arm = False
    reborn = worker(conn, clock, route, told)
    assert reborn.turn() == 1
    clock.advance(72 * HOUR)
    reborn.turn()
    assert [one.message_id for one in route.air] == [second]
    assert row_of(conn, first).state == "uncertain"
    assert [event.name for event in told] == ["sms.uncertain", "sms.sent"]


@pytest.mark.parametrize(("fate", "capabilities"), [("lost-before", KEYED), ("lost-after", KEYED),
                                                    ("raise-after", KEYED), ("lost-before", LISTED),
                                                    ("lost-after", LISTED), ("raise-after", LISTED)])  # fmt: skip
def test_an_unknown_outcome_is_settled_by_key_or_sent_list(
    conn: Connection, clock: FakeClock, fate: str, capabilities: object
) -> None:
    (only,) = queue(conn, clock, "a")
    told = list[Event]()
    route = FakeRoute(fate, capabilities=capabilities)  # type: ignore[arg-type]
    busy = worker(conn, clock, route, told)
    busy.turn()
    assert row_of(conn, only).state == "uncertain"
    assert told[0].name == "sms.uncertain"
    for _turn in range(6):
        clock.advance(61)
        busy.turn()
    assert len(route.air) == 1
    assert row_of(conn, only).state == "delivered"


def test_a_message_that_cannot_be_settled_in_time_stays_uncertain(conn: Connection, clock: FakeClock) -> None:
    (only,) = queue(conn, clock, "a")
    route = FakeRoute("lost-after")
    route.can_be_asked = False
    busy = worker(conn, clock, route)
    for _turn in range(100):
        busy.turn()
        clock.advance(900)
    route.can_be_asked = True
    busy.turn()
    assert row_of(conn, only).state == "uncertain"
    assert len(route.air) == 1


def test_a_passing_refusal_waits_longer_each_time(conn: Connection, clock: FakeClock) -> None:
    (only,) = queue(conn, clock, "a")
    route = FakeRoute("later", "later")
    busy = worker(conn, clock, route)
    busy.turn()
    assert (row_of(conn, only).state, row_of(conn, only).reason) == ("queued", "busy")
    clock.advance(29)
    busy.turn()
    assert route.asked == 1
    clock.advance(2)
    busy.turn()
    clock.advance(31)
    busy.turn()
    assert route.asked == 2
    clock.advance(30)
    assert busy.turn() == 1
    assert row_of(conn, only).reason == ""


def test_a_routes_own_refusal_lets_the_route_rest_and_keeps_the_queue(
    conn: Connection, clock: FakeClock
) -> None:
    ids, told = queue(conn, clock, "a", "b"), list[Event]()
    route = FakeRoute("no-network", "raise-before", "no-network")
    busy = worker(conn, clock, route, told)
    for _turn in range(40):
        busy.turn()
        clock.advance(1)
    assert states(conn, *ids) == ["sent", "sent"]
    assert route.asked == 4
    assert [event.name for event in told if event.name.startswith("route.")] == ["route.down", "route.up"]


def test_a_refusal_for_good_fails_the_message_and_goes_on(conn: Connection, clock: FakeClock) -> None:
    first, second = queue(conn, clock, "a", "b")
    route, told = FakeRoute("never", capabilities=PLAIN), list[Event]()
    busy = worker(conn, clock, route, told)
    assert (busy.turn(), busy.turn()) == (0, 1)
    assert (row_of(conn, first).state, row_of(conn, first).reason) == ("failed", "bad-number")
    assert row_of(conn, second).state == "sent"
    assert [event.name for event in told] == ["sms.failed", "sms.sent"]


def test_a_receiver_that_refuses_advertising_is_remembered(conn: Connection, clock: FakeClock) -> None:
    (first,) = queue(conn, clock, "a", kind="advertising")
    route = FakeRoute("blocked")
    worker(conn, clock, route).turn()
    assert row_of(conn, first).state == "blocked"
    (second,) = queue(conn, clock, "b", kind="advertising")
    assert (row_of(conn, second).state, row_of(conn, second).reason) == ("blocked", "opted-out")
    (third,) = queue(conn, clock, "c")
    assert worker(conn, clock, route).turn() == 1
    assert row_of(conn, third).state == "sent"


def test_who_opts_out_while_a_message_waits_does_not_get_it(conn: Connection, clock: FakeClock) -> None:
    (only,) = queue(conn, clock, "a", kind="advertising")
    opt_outs.insert_opt_out(conn, NUMBER, "reply", to_text(clock.now()))
    route = FakeRoute()
    assert worker(conn, clock, route).turn() == 0
    assert (row_of(conn, only).state, route.asked) == ("blocked", 0)


def test_at_night_codes_alone_go_out(conn: Connection, clock: FakeClock) -> None:
    clock.advance(11.5 * HOUR)  # 23:30 in Tehran
    (service,) = queue(conn, clock, "service")
    (code,) = queue(conn, clock, "code", kind="code")
    route = FakeRoute()
    busy = worker(conn, clock, route)
    busy.turn()
    assert states(conn, service, code) == ["queued", "sent"]
    clock.advance(8.4 * HOUR)
    busy.turn()
    assert row_of(conn, service).state == "queued"
    clock.advance(0.1 * HOUR)
    busy.turn()
    assert row_of(conn, service).state == "sent"


def test_what_waited_for_a_route_until_night_waits_for_the_morning(
    conn: Connection, clock: FakeClock
) -> None:
    (only,) = queue(conn, clock, "service")
    clock.advance(11 * HOUR)
    route = FakeRoute()
    busy = worker(conn, clock, route)
    assert busy.turn() == 0
    clock.advance(9.5 * HOUR)
    assert busy.turn() == 1
    assert row_of(conn, only).state == "sent"


def test_caps_hold_back_what_is_too_much_for_an_hour_and_a_day(conn: Connection, clock: FakeClock) -> None:
    queue(conn, clock, *"abcde")
    row = RouteRow(id=1, name="fake", title="", provider="fake", hourly_cap=2, daily_cap=3)
    busy = worker(conn, clock, FakeRoute(), row=row)
    assert (busy.turn(), busy.turn()) == (2, 0)
    clock.advance(1.1 * HOUR)
    assert (busy.turn(), busy.turn()) == (1, 0)
    clock.advance(23 * HOUR)
    assert busy.turn() == 2


def test_pace_leaves_time_between_batches(conn: Connection, clock: FakeClock) -> None:
    queue(conn, clock, "a", "b")
    row = RouteRow(id=1, name="fake", title="", provider="fake", pace_ms=3_000)
    busy = worker(conn, clock, FakeRoute(capabilities=PLAIN), row=row)
    assert (busy.turn(), busy.turn()) == (1, 0)
    clock.advance(3.1)
    assert busy.turn() == 1


def test_a_later_route_takes_over_only_while_the_first_is_down(conn: Connection, clock: FakeClock) -> None:
    first = RouteRow(id=1, name="first", title="", provider="sink", place=1)
    second = RouteRow(id=2, name="second", title="", provider="sink", place=2)
    for row in (first, second):
        message_routes.insert_route(conn, row, to_text(clock.now()))
    route = FakeRoute(name="second")
    message_routes.upsert_state(conn, RouteState(route="first", state="ready", checked_at="now"))
    (only,) = queue(conn, clock, "a")
    stand_in = worker(conn, clock, route, row=second)
    assert stand_in.turn() == 0
    message_routes.upsert_state(conn, RouteState(route="first", state="down", checked_at="now"))
    assert stand_in.turn() == 1
    assert row_of(conn, only).route == "second"


def test_a_message_that_wants_a_later_route_or_was_begun_by_it_goes_over_it(
    conn: Connection, clock: FakeClock
) -> None:
    first = RouteRow(id=1, name="first", title="", provider="sink", place=1)
    second = RouteRow(id=2, name="second", title="", provider="sink", place=2)
    for row in (first, second):
        message_routes.insert_route(conn, row, to_text(clock.now()))
    message_routes.upsert_state(conn, RouteState(route="first", state="ready", checked_at="now"))
    free, wants, begun = queue(conn, clock, "free", "wants", "begun")
    conn.execute("UPDATE outbox SET wanted_route = 'second' WHERE id = ?", (wants,))
    conn.execute("UPDATE outbox SET route = 'second' WHERE id = ?", (begun,))
    route = FakeRoute(name="second")
    worker(conn, clock, route, row=second).turn()
    assert [one.message_id for one in route.air] == [wants, begun]
    worker(conn, clock, FakeRoute(name="first"), row=first).turn()
    assert row_of(conn, free).route == "first"


def test_an_expired_code_is_not_sent(conn: Connection, clock: FakeClock) -> None:
    (only,) = queue(conn, clock, "code", kind="code")
    conn.execute("UPDATE outbox SET expires_at = ?", (to_text(clock.now()),))
    clock.advance(1)
    route = FakeRoute()
    assert worker(conn, clock, route).turn() == 0
    assert (row_of(conn, only).state, row_of(conn, only).reason) == ("failed", "expired")


def test_what_is_told_is_stored(conn: Connection, clock: FakeClock) -> None:
    queue(conn, clock, "a")
    told = list[Event]()
    worker(conn, clock, FakeRoute(), told).turn()
    assert [event.id for event in list_events_after(conn, 0)][-1] == told[0].id


def test_the_log_keeps_numbers_and_texts_to_itself(
    conn: Connection, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    queue(conn, clock, "a secret", "another secret")
    with caplog.at_level(logging.DEBUG):
        busy = worker(conn, clock, FakeRoute("lost-before", capabilities=PLAIN))
        busy.turn()
        busy.turn()
    assert "happening=messages-handed" in caplog.text
    assert "happening=message-uncertain" in caplog.text
    assert NUMBER[3:] not in caplog.text
    assert "secret" not in caplog.text


def test_the_sink_writes_a_line_per_message(conn: Connection, clock: FakeClock, tmp_path: Path) -> None:
    ids = queue(conn, clock, "سلام\nدوباره", "b")
    sink = tmp_path / "sent.jsonl"
    worker(conn, clock, SinkRoute("sink", sink)).turn()
    lines = [json.loads(line) for line in sink.read_text(encoding="utf-8").splitlines()]
    assert [(line["id"], line["number"], line["body"]) for line in lines] == [
        (ids[0], NUMBER, "سلام\nدوباره"),
        (ids[1], NUMBER, "b"),
    ]


def test_a_sink_that_cannot_be_opened_accepted_nothing(
    conn: Connection, clock: FakeClock, tmp_path: Path
) -> None:
    (only,) = queue(conn, clock, "a")
    worker(conn, clock, SinkRoute("sink", tmp_path / "nowhere" / "sent.jsonl")).turn()
    assert row_of(conn, only).state == "queued"


def test_a_sink_that_fails_while_writing_leaves_the_message_uncertain(
    conn: Connection, clock: FakeClock
) -> None:
    (only,) = queue(conn, clock, "a")
    worker(conn, clock, SinkRoute("sink", Path("/dev/full"))).turn()
    assert row_of(conn, only).state == "uncertain"


def test_the_ledger_is_what_went_out(conn: Connection, clock: FakeClock) -> None:
    set_rate(conn, "fake")
    route = FakeRoute("later", "lost-before", "lost-after", "never", price=1_050, capabilities=LISTED)
    for place in range(5):
        queue(conn, clock, f"پیام {place}")
        busy = worker(conn, clock, route)
        for _turn in range(8):
            busy.turn()
            clock.advance(61)
    booked = conn.execute("SELECT SUM(amount_rial) FROM message_movements").fetchone()[0]
    costs = conn.execute("SELECT SUM(cost_rial) FROM outbox").fetchone()[0]
    assert -booked == costs == 1_050 * len(route.air) == 1_000_000 - route.left_rial
    assert len(route.air) == len({one.message_id for one in route.air}) == 4


def test_nothing_of_a_message_changes_once_it_was_handed_over(conn: Connection, clock: FakeClock) -> None:
    queue(conn, clock, "a")
    worker(conn, clock, FakeRoute()).turn()
    with pytest.raises(Exception, match="handed over"):
        conn.execute("UPDATE outbox SET body = 'b'")


def test_an_unbatched_text_is_not_mixed_with_another(conn: Connection, clock: FakeClock) -> None:
    for place in range(3):
        clock.advance(1)
        with acting(conn, clock.now(), None, lambda event: None) as act:
            queue_message(
                act, idempotency_key=str(place), number=f"0912000000{place}", body="آب" if place else "نان"
            )
    one_text = FakeRoute(capabilities=KEYED.__class__(batch=100, is_batch_one_text=True))
    busy = worker(conn, clock, one_text)
    assert (busy.turn(), busy.turn()) == (1, 2)
    assert list_messages_in(conn, "queued") == []
