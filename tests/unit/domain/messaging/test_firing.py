"""Rules fire once, whatever the clock and the box do, and what they cannot send is kept with the reason."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from datetime import date, timedelta

import pytest

from appliance.core.errors import ConflictError, InvalidInputError
from appliance.domain.acting import Acting, acting
from appliance.domain.messaging import firing, rules
from appliance.domain.messaging.happenings import HAPPENINGS, NAME, Happening, birthdays, missed_calls
from appliance.domain.messaging.planning import Occurrence, Offset
from appliance.domain.messaging.templates import write_template
from db import Connection
from db.queries import message_rules
from db.queries.message_rules import RuleRow
from db.queries.outbox import list_messages_in
from tests.fakes.clock import FakeClock
from tests.fakes.office import ALI_NUMBER, Office

Act = Callable[[], AbstractContextManager[Acting]]
TODAY = date(2026, 11, 22)


class World:
    """What happens, in the test's hand."""

    def __init__(self, office: Office) -> None:
        self.days: dict[int, date] = {17: date(2026, 12, 2)}
        self.person_id: int | None = office.ali
        self.name: str = "علی رضایی"
        self.happenings = {
            "policy.expiring": Happening(
                code="policy.expiring", title="", fields=(NAME,), source=self._source
            )
        }

    def _source(self, conn: Connection, first: date, last: date) -> Iterable[Occurrence]:
        for policy_id, day in self.days.items():
            if first <= day <= last:
                yield Occurrence(
                    event="policy.expiring", object_kind="policy", object_id=policy_id, day=day,
                    person_id=self.person_id, values={NAME: self.name},
                )  # fmt: skip


@pytest.fixture
def world(office: Office) -> World:
    return World(office)


@pytest.fixture
def act(conn: Connection, office: Office, clock: FakeClock) -> Act:
    return lambda: acting(conn, clock.now(), office.owner, lambda event: None)


@pytest.fixture
def rule_id(act: Act, clock: FakeClock, world: World) -> int:
    """Give the rule "ten, two and one days before, at ten", switched on yesterday."""
    clock.set_wall(clock.now() - timedelta(days=1))
    with act() as doing:
        template_id = write_template(doing, name="تمدید", body=f"{{{NAME}}} گرامی", event="policy.expiring")
        row = RuleRow(id=0, name="تمدید", event="policy.expiring", template_id=template_id, is_active=True)
        rule_id = rules.save_rule(
            doing, row, [Offset("day", -10), Offset("day", -2)], happenings=world.happenings
        )
    clock.set_wall(clock.now() + timedelta(days=1))
    return rule_id


def fire(conn: Connection, clock: FakeClock, world: World) -> firing.Fired:
    return firing.fire_due(conn, clock.now(), lambda event: None, happenings=world.happenings)


def queued(conn: Connection) -> list[tuple[str, str]]:
    return [(row.number, row.body) for row in list_messages_in(conn, "queued")]


@pytest.mark.usefixtures("rule_id")
def test_a_rule_fires_once_also_when_asked_again_and_the_clock_goes_back(
    conn: Connection, clock: FakeClock, world: World
) -> None:
    assert fire(conn, clock, world).queued == 1
    assert queued(conn) == [(ALI_NUMBER, "علی رضایی گرامی")]
    assert fire(conn, clock, world).queued == 0
    clock.set_wall(clock.now() - timedelta(hours=20))
    fire(conn, clock, world)
    clock.set_wall(clock.now() + timedelta(days=1))
    fire(conn, clock, world)
    assert len(queued(conn)) == 1


@pytest.mark.usefixtures("rule_id")
def test_after_renewal_the_remaining_ones_fall_away(conn: Connection, clock: FakeClock, world: World) -> None:
    fire(conn, clock, world)
    world.days.clear()
    clock.set_wall(clock.now() + timedelta(days=9))
    assert fire(conn, clock, world).queued == 0


@pytest.mark.usefixtures("rule_id")
def test_what_is_far_too_late_is_let_go(conn: Connection, clock: FakeClock, world: World) -> None:
    clock.set_wall(clock.now() + timedelta(days=2, hours=3))
    assert fire(conn, clock, world) == firing.Fired(late=1)
    assert queued(conn) == []


@pytest.mark.usefixtures("rule_id")
@pytest.mark.parametrize(
    ("name", "has_person", "reason"), [("", True, f"empty-field:{NAME}"), ("علی", False, "no-number")]
)
def test_what_cannot_be_sent_is_kept_with_the_reason(
    conn: Connection, clock: FakeClock, world: World, name: str, has_person: bool, reason: str
) -> None:
    world.name = name
    if not has_person:
        world.person_id = None
    assert fire(conn, clock, world) == firing.Fired(blocked=1)
    assert [one.reason for one in message_rules.list_blocked(conn, "")] == [reason]
    assert fire(conn, clock, world) == firing.Fired()


def test_a_person_may_have_another_text_or_none(
    conn: Connection, clock: FakeClock, world: World, act: Act, office: Office, rule_id: int
) -> None:
    with act() as doing:
        own = write_template(doing, name="ویژه", body="سلام {" + NAME + "}")
        rules.except_person(doing, rule_id, office.ali, template_id=own)
    fire(conn, clock, world)
    assert queued(conn) == [(ALI_NUMBER, "سلام علی رضایی")]
    with act() as doing:
        rules.except_person(doing, rule_id, office.ali)
    clock.set_wall(clock.now() + timedelta(days=8))
    assert fire(conn, clock, world).queued == 0
    with act() as doing:
        assert rules.treat_as_others(doing, rule_id, office.ali)
    assert fire(conn, clock, world).queued == 1


@pytest.mark.usefixtures("rule_id")
def test_what_will_be_sent_is_shown_and_can_be_taken_out_and_put_back(
    conn: Connection, clock: FakeClock, world: World, act: Act
) -> None:
    shown = firing.planned(conn, clock.now(), 14, happenings=world.happenings)
    assert [one.due.offset.amount for one in shown] == [-10, -2]
    with act() as doing:
        assert firing.cancel_planned(doing, shown[0].due)
        assert not firing.cancel_planned(doing, shown[0].due)
    assert fire(conn, clock, world) == firing.Fired()
    assert [
        one.is_cancelled for one in firing.planned(conn, clock.now(), 14, happenings=world.happenings)
    ] == [True, False]
    with act() as doing:
        assert firing.restore_planned(doing, shown[0].due.key)
    assert fire(conn, clock, world).queued == 1


def test_a_rule_that_was_off_sends_nothing_of_the_past(
    conn: Connection, clock: FakeClock, world: World, act: Act, rule_id: int
) -> None:
    row = message_rules.find_rule(conn, rule_id)
    assert row is not None
    offsets = [Offset("day", -10)]
    with act() as doing:
        off = RuleRow(id=rule_id, name=row.name, event=row.event, template_id=row.template_id)
        rules.save_rule(doing, off, offsets, happenings=world.happenings)
    assert fire(conn, clock, world) == firing.Fired()
    with act() as doing:
        on = RuleRow(id=rule_id, name=row.name, event=row.event, template_id=row.template_id, is_active=True)
        rules.save_rule(doing, on, offsets, happenings=world.happenings)
    assert fire(conn, clock, world) == firing.Fired()
    world.days[18] = date(2026, 12, 3)
    clock.set_wall(clock.now() + timedelta(days=1))
    assert fire(conn, clock, world).queued == 1


def test_the_ready_rules_are_entered_once_and_switched_off(conn: Connection, act: Act) -> None:
    with act() as doing:
        assert rules.install_ready_rules(doing) == len(rules.READY) >= 7
        assert rules.install_ready_rules(doing) == 0
    assert {rule.is_active for rule in message_rules.list_rules(conn)} == {False}
    assert {rule.event for rule in message_rules.list_rules(conn)} <= HAPPENINGS.keys()


@pytest.mark.parametrize("event", sorted(HAPPENINGS))
def test_every_event_can_be_asked_of_the_records(conn: Connection, office: Office, event: str) -> None:
    assert list(HAPPENINGS[event].source(conn, TODAY, TODAY + timedelta(days=30))) == []


def test_a_birthday_of_the_30th_of_esfand_is_kept_on_the_29th(conn: Connection, office: Office) -> None:
    conn.execute("UPDATE persons SET birth_date = '1996-03-19' WHERE id = ?", (office.ali,))  # 1374/12/29
    conn.execute("UPDATE persons SET birth_date = '1997-03-20' WHERE id = ?", (office.zahra,))  # 1375/12/30
    found = {one.person_id: one for one in birthdays(conn, date(2027, 3, 1), date(2027, 4, 1))}
    assert (found[office.ali].day, found[office.ali].occasion) == (date(2027, 3, 20), "1405")
    assert found[office.zahra].day == date(2027, 3, 20)


def test_a_missed_call_is_answered_once(conn: Connection, clock: FakeClock, act: Act, office: Office) -> None:
    conn.execute(
        "INSERT INTO calls (id, line, direction, state, revision, started_at, number, number_state) "
        "VALUES ('c1', 1, 'in', 'missed', 3, '2026-11-22T08:29:00.000Z', '+989350000003', 'known')"
    )
    (found,) = missed_calls(conn, TODAY, TODAY)
    assert (found.number, found.occasion) == ("+989350000003", "c1")
    with act() as doing:
        rules.install_ready_rules(doing)
        row = message_rules.find_rule_by_name(conn, "پاسخ به تماس بی‌پاسخ")
        assert row is not None
        on = RuleRow(id=row.id, name=row.name, event=row.event, template_id=row.template_id, audience="number",
                     late_hours=2, is_active=True)  # fmt: skip
        rules.save_rule(doing, on, [Offset("minute", 5)])
    clock.advance(300)
    assert firing.fire_due(conn, clock.now(), lambda event: None).queued == 1
    assert queued(conn)[0][0] == "+989350000003"
    assert firing.fire_due(conn, clock.now(), lambda event: None).queued == 0


def test_a_rule_that_cannot_be_is_refused(act: Act, rule_id: int, world: World) -> None:
    row = RuleRow(id=0, name="تمدید", event="policy.expiring", template_id=1)
    with pytest.raises(ConflictError), act() as doing:
        rules.save_rule(doing, row, [Offset("day", 1)], happenings=world.happenings)
    with pytest.raises(InvalidInputError, match="offset"), act() as doing:
        rules.save_rule(doing, row, [], happenings=world.happenings)
    with pytest.raises(InvalidInputError, match="event"), act() as doing:
        rules.save_rule(doing, RuleRow(id=0, name="x", event="y", template_id=1), [Offset("day", 1)])
