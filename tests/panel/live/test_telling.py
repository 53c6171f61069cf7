"""From an event to what each browser receives."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

import pytest

from appliance.core.events import LineDown, LineUp, PersonRegistered, SmsReceived
from panel.live import cards
from tests.panel.simulated_calls import SimulatedCall
from tests.panel.world import World, heard

MakeCall = Callable[..., SimulatedCall]


def tell(world: World, call: SimulatedCall, step: int = -1) -> None:
    world.live.teller.tell(world.conn, call.events[step])


def test_a_ring_reaches_every_browser_that_may_see_calls(world: World, call: MakeCall) -> None:
    sockets = {name: world.person(name).listen() for name in ("monshi", "modir", "hesabdar", "nassab")}
    ringing = call().ring(stored=False)
    tell(world, ringing)
    got = {name: heard(socket, "call.ringing") for name, socket in sockets.items()}
    assert [len(got[name]) for name in ("monshi", "modir", "hesabdar")] == [1, 1, 1]
    assert got["nassab"] == []
    (message,) = got["monshi"]
    assert message["event_id"] == ringing.events[0].id
    assert (message["call_id"], message["revision"], message["state"]) == (ringing.id, 1, "ringing")
    assert "در حال زنگ" in message["html"]
    assert "data-row" in message["row"]


def test_who_may_not_register_gets_no_form(world: World, call: MakeCall) -> None:
    desk, accountant = world.person("monshi").listen(), world.person("hesabdar").listen()
    ringing = call().ring(stored=False).identify("05110000055", stored=False)
    tell(world, ringing)
    assert "<form" in heard(desk, "call.identified")[0]["html"]
    assert "<form" not in heard(accountant, "call.identified")[0]["html"]


def test_no_live_card_carries_a_form_token(world: World, call: MakeCall) -> None:
    desk = world.person("monshi").listen()
    tell(world, call().ring().identify("02110000001"))
    assert "csrf_token" not in heard(desk, "call.identified")[0]["html"]


def test_an_older_state_that_comes_late_is_not_told(world: World, call: MakeCall) -> None:
    desk = world.person("monshi").listen()
    ringing = call().ring(stored=False).identify("09121234567", stored=False).answer(stored=False)
    for step in (2, 0, 1):
        tell(world, ringing, step)
    assert len(heard(desk, "call.answered")) == 1
    tell(world, ringing, 0)
    assert heard(desk, "call.ringing") == []


def test_a_lost_step_is_made_good_by_the_next_one(world: World, call: MakeCall) -> None:
    desk = world.person("monshi").listen()
    ringing = call().ring(stored=False).identify("09121234567", stored=False).answer(stored=False)
    tell(world, ringing, 2)
    (message,) = heard(desk, "call.answered")
    assert "نرگس احمدی‌پور" in message["html"]


def test_registering_changes_the_card_on_every_screen(world: World, call: MakeCall) -> None:
    desk = world.person("monshi")
    other = world.person("modir").listen()
    earlier = call().ring().identify("05110000055").miss()
    ringing = call().ring().identify("05110000055")
    for event in [*earlier.events, *ringing.events]:
        world.live.teller.tell(world.conn, event)
    other.get_received()
    desk.fetch(f"/calls/{ringing.id}/register", {"first_name": "سارا", "last_name": "نوری"})
    for event in world.bus.events[-2:]:
        world.live.teller.tell(world.conn, event)  # type: ignore[arg-type]
    messages = heard(other, "call.linked")
    assert {message["call_id"] for message in messages} == {earlier.id, ringing.id}
    assert all("سارا نوری" in message["html"] for message in messages)


def test_a_person_registered_elsewhere_is_known_on_open_cards(world: World, call: MakeCall) -> None:
    desk = world.person("monshi").listen()
    ringing = call().ring().identify("05110000055")
    tell(world, ringing)
    desk.get_received()
    world.conn.execute("INSERT INTO person_phones (person_id, number) VALUES (1, '+985110000055')")
    event = PersonRegistered(id=world.ids.make(world.clock.now()), at="2026-11-22T08:30:00.000Z", person_id=1)
    world.live.teller.tell(world.conn, event)
    assert "علی رضایی" in heard(desk, "person.registered")[0]["html"]


def test_a_ring_is_shown_although_the_records_cannot_be_read(
    world: World, call: MakeCall, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = world.person("monshi").listen()
    ringing = call().ring(stored=False).identify("09121234567", stored=False)
    closed = sqlite3.connect(":memory:")
    closed.row_factory = sqlite3.Row
    world.live.teller.tell(closed, ringing.events[1])
    closed.close()
    (message,) = heard(desk, "call.identified")
    assert "<span>0912</span>" in message["html"]


def test_a_line_that_goes_away_is_told_to_those_who_see_lines(world: World) -> None:
    desk, marketer = world.person("monshi").listen(), world.person("bazaryab").listen()
    at = world.clock.now()
    down = LineDown(
        id=world.ids.make(at), at="2026-11-22T08:30:00.000Z", line=1, driver="sim", problem="unplugged"
    )
    world.live.teller.tell(world.conn, down)
    world.live.teller.tell(world.conn, LineUp(id=world.ids.make(at), at=down.at, line=2, driver="sim"))
    assert heard(desk, "line.down") == [{"event_id": down.id, "line": 1, "is_up": False}]
    assert heard(marketer, "line.down") == []


def test_who_reads_messages_is_told_that_one_came_and_nothing_of_it(world: World) -> None:
    desk, marketer = world.person("monshi").listen(), world.person("bazaryab").listen()
    at = world.clock.now()
    came = SmsReceived(
        id=world.ids.make(at),
        at="2026-11-22T08:30:00.000Z",
        inbox_id="i1",
        number="+989120000001",
        person_id=1,
    )
    world.live.teller.tell(world.conn, came)
    assert heard(desk, "sms.received") == [{"event_id": came.id}]
    assert heard(marketer, "sms.received") == []
    assert world.person("monshi").get("/messages/unread").json == {"count": 0, "late": 0}


def test_nothing_is_rendered_while_nobody_listens(
    world: World, call: MakeCall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        cards.CardMaker, "render", lambda *_more, **_values: pytest.fail("rendered for nobody")
    )
    tell(world, call().ring())


def test_browsers_with_equal_rights_share_one_rendering(
    world: World, call: MakeCall, monkeypatch: pytest.MonkeyPatch
) -> None:
    sockets = [world.person(name).listen() for name in ("monshi", "monshi", "monshi")]
    rendered: list[str] = []
    original = cards.CardMaker.render

    def counting(self: cards.CardMaker, template: str, **values: object) -> str:
        rendered.append(template)
        return original(self, template, **values)

    monkeypatch.setattr(cards.CardMaker, "render", counting)
    tell(world, call().ring())
    assert rendered == [cards.CARD_TEMPLATE, cards.ROW_TEMPLATE]
    assert all(len(heard(socket, "call.ringing")) == 1 for socket in sockets)
