"""What is due when: offsets, hours, holidays, conditions, and one key for each object and offset."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from appliance.domain.messaging.planning import Condition, Occurrence, Offset, Own, Rule, is_too_late, plan

ZONE = "Asia/Tehran"
EXPIRY = date(2026, 12, 2)
FAR = datetime(2030, 1, 1, tzinfo=UTC)


def rule(*offsets: Offset, **fields: object) -> Rule:
    return Rule(id=3, event="policy.expiring", offsets=offsets or (Offset("day", -10),), **fields)  # type: ignore[arg-type]


def policy(policy_id: int = 17, day: date = EXPIRY, **fields: object) -> Occurrence:
    return Occurrence(
        event="policy.expiring",
        object_kind="policy",
        object_id=policy_id,
        day=day,
        person_id=5,
        **fields,  # type: ignore[arg-type]
    )


def moments(one: Rule, *occurrences: Occurrence, **options: object) -> list[datetime]:
    return [due.at for due in plan([one], occurrences, until=FAR, zone=ZONE, **options)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("offset", "at"),
    [
        (Offset("day", -10), datetime(2026, 11, 22, 6, 30, tzinfo=UTC)),
        (Offset("day", 0), datetime(2026, 12, 2, 6, 30, tzinfo=UTC)),
        (Offset("day", 3), datetime(2026, 12, 5, 6, 30, tzinfo=UTC)),
    ],
)
def test_a_rule_fires_days_before_and_after_at_its_hour(offset: Offset, at: datetime) -> None:
    assert moments(rule(offset), policy()) == [at]


def test_each_offset_has_a_key_of_its_own_which_does_not_name_the_day() -> None:
    offsets = (Offset("day", -30), Offset("day", -10), Offset("day", -1))
    keys = [due.key for due in plan([rule(*offsets)], [policy()], until=FAR, zone=ZONE)]
    assert keys == [f"rule:3:policy:17:day:{amount}" for amount in (-30, -10, -1)]
    moved = [due.key for due in plan([rule(*offsets)], [policy(day=date(2027, 1, 1))], until=FAR, zone=ZONE)]
    assert moved == keys


def test_what_comes_again_has_a_key_for_each_time() -> None:
    twice = [policy(occasion="1405"), policy(occasion="1406", day=date(2027, 12, 2))]
    assert len({due.key for due in plan([rule()], twice, until=FAR, zone=ZONE)}) == 2


@pytest.mark.parametrize(("on_holiday", "day"), [("send", 2), ("before", 29), ("after", 4)])
def test_holidays_move_a_message_as_the_rule_says(on_holiday: str, day: int) -> None:
    holidays = {date(2026, 11, 30), date(2026, 12, 1), date(2026, 12, 2), date(2026, 12, 3)}
    (at,) = moments(
        rule(Offset("day", 0), on_holiday=on_holiday), policy(), is_holiday=lambda one: one in holidays
    )
    assert at.day == day


def test_minutes_count_from_the_instant_and_need_one() -> None:
    at = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
    assert moments(rule(Offset("minute", -60)), policy(at=at)) == [at - timedelta(hours=1)]
    assert moments(rule(Offset("minute", -60)), policy()) == []


@pytest.mark.parametrize(
    ("condition", "fires"),
    [
        (Condition("line", "is", "3rd"), True),
        (Condition("line", "is-not", "3rd"), False),
        (Condition("amount", "at-least", 100), True),
        (Condition("amount", "at-least", 101), False),
        (Condition("amount", "at-most", 99), False),
        (Condition("line", "at-least", 1), False),
        (Condition("unheard", "is-not", "x"), False),
    ],
)
def test_conditions_must_hold(condition: Condition, fires: bool) -> None:
    occurrence = policy(facts={"line": "3rd", "amount": 100})
    assert bool(moments(rule(conditions=(condition,)), occurrence)) is fires


def test_a_person_may_be_excepted() -> None:
    assert moments(rule(), policy(), own={(3, 5): Own(is_off=True)}) == []
    assert len(moments(rule(), policy(), own={(3, 6): Own(is_off=True)})) == 1


def test_a_person_may_have_other_days_and_another_hour() -> None:
    own = {(3, 5): Own(offsets=(Offset("day", -5), Offset("day", 0)), at_minute=9 * 60)}
    assert moments(rule(), policy(), own=own) == [
        datetime(2026, 11, 27, 5, 30, tzinfo=UTC),
        datetime(2026, 12, 2, 5, 30, tzinfo=UTC),
    ]
    assert moments(rule(), policy(), own={(3, 5): Own(at_minute=0)}) == [
        datetime(2026, 11, 21, 20, 30, tzinfo=UTC)
    ]


def test_what_was_due_before_the_rule_was_switched_on_is_not_sent() -> None:
    assert moments(rule(active_since=datetime(2026, 11, 22, 6, 31, tzinfo=UTC)), policy()) == []
    assert len(moments(rule(active_since=datetime(2026, 11, 22, 6, 30, tzinfo=UTC)), policy())) == 1


def test_a_message_is_too_late_after_the_rules_hours() -> None:
    (due,) = plan([rule()], [policy()], until=FAR, zone=ZONE)
    one = rule(late_hours=2)
    assert not is_too_late(one, due, due.at + timedelta(hours=2))
    assert is_too_late(one, due, due.at + timedelta(hours=2, seconds=1))


def test_other_events_are_not_the_rules() -> None:
    other = Occurrence(event="cheque.due", object_kind="cheque", object_id=1, day=EXPIRY)
    assert moments(rule(), other) == []
