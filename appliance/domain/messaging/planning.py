"""What is to be sent when: rules × what happens → due messages. Pure: no clock, no database.

A rule fires once for each object and offset; its key says so: ``rule:3:policy:17:day:-10``. The key does not contain
the day, so moving a due date moves what is planned and never doubles what was sent. With `occasion` an object that
comes again, such as a birthday, has a key for each time.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from appliance.domain.messaging.rendering import Value

MINUTES_OF_DAY = 24 * 60
LONGEST_HOLIDAYS = 30
"""Days a message is moved over holidays at most."""
IsHoliday = Callable[[date], bool]


class Offset(msgspec.Struct, frozen=True):
    """So many days or minutes before (negative) or after."""

    unit: Literal["day", "minute"]
    amount: int


class Condition(msgspec.Struct, frozen=True):
    """What must hold of an occurrence for a rule to apply."""

    field: str
    operator: Literal["is", "is-not", "at-least", "at-most"]
    value: str | int


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One rule, ready to be applied."""

    id: int
    event: str
    offsets: tuple[Offset, ...]
    at_minute: int = 600
    conditions: tuple[Condition, ...] = ()
    on_holiday: Literal["send", "before", "after"] = "send"
    late_hours: int = 48
    active_since: datetime | None = None
    """What was due before a rule was switched on is not sent afterwards."""


class Own(msgspec.Struct, frozen=True, kw_only=True):
    """What one person has instead of a rule."""

    is_off: bool = False
    """None of its messages."""
    template_id: int | None = None
    """Another text."""
    offsets: tuple[Offset, ...] = ()
    """Other days or minutes; empty: the rule's."""
    at_minute: int | None = None
    """Another time of day."""


class Occurrence(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happens to an object: a policy expires, a cheque is due, a call was missed."""

    event: str
    object_kind: str
    object_id: int
    day: date
    """The office's day it happens."""
    at: datetime | None = None
    """The instant, for what has one (a call, an activity); offsets in minutes count from it."""
    person_id: int | None = None
    assignee_id: int | None = None
    """The user who is answerable for it."""
    number: str = ""
    """A number it concerns, when that is of no person."""
    occasion: str = ""
    """Which time it is of something that comes again."""
    facts: dict[str, str | int] = {}
    """What conditions ask for."""
    values: dict[str, Value] = {}
    """Values of the fields of its texts."""


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """One message a rule wants sent."""

    key: str
    rule_id: int
    offset: Offset
    at: datetime
    """When it is due, UTC."""
    occurrence: Occurrence


def key_of(rule: Rule, occurrence: Occurrence, offset: Offset) -> str:
    """Give the key under which a rule fires once for an object and offset."""
    key = f"rule:{rule.id}:{occurrence.object_kind}:{occurrence.object_id}:{offset.unit}:{offset.amount}"
    return f"{key}:{occurrence.occasion}" if occurrence.occasion else key


def plan(
    rules: Iterable[Rule],
    occurrences: Iterable[Occurrence],
    *,
    until: datetime,
    zone: str,
    is_holiday: IsHoliday = lambda _day: False,
    own: Mapping[tuple[int, int], Own] | None = None,
) -> list[Due]:
    """Give everything due up to `until`, the earliest first; what is too late is in it as well.

    `own` has what persons have instead of rules, by rule and person.
    """
    by_event: dict[str, list[Rule]] = {}
    for rule in rules:
        by_event.setdefault(rule.event, []).append(rule)
    due: dict[str, Due] = {}
    for occurrence in occurrences:
        for rule in by_event.get(occurrence.event, ()):
            person_id = occurrence.person_id
            instead = own.get((rule.id, person_id)) if own and person_id is not None else None
            if (instead and instead.is_off) or not holds(rule.conditions, occurrence.facts):
                continue
            applied = rule if instead is None else _as_own(rule, instead)
            for offset in applied.offsets:
                at = moment_of(applied, occurrence, offset, zone=zone, is_holiday=is_holiday)
                if at is None or at > until or (rule.active_since is not None and at < rule.active_since):
                    continue
                key = key_of(rule, occurrence, offset)
                due[key] = Due(key=key, rule_id=rule.id, offset=offset, at=at, occurrence=occurrence)
    return sorted(due.values(), key=lambda one: (one.at, one.key))


def _as_own(rule: Rule, own: Own) -> Rule:
    return msgspec.structs.replace(
        rule,
        offsets=own.offsets or rule.offsets,
        at_minute=rule.at_minute if own.at_minute is None else own.at_minute,
    )


def moment_of(
    rule: Rule,
    occurrence: Occurrence,
    offset: Offset,
    *,
    zone: str,
    is_holiday: IsHoliday = lambda _day: False,
) -> datetime | None:
    """Give when a rule fires for an occurrence; None for an offset in minutes of what has no instant."""
    if offset.unit == "minute":
        return None if occurrence.at is None else occurrence.at + timedelta(minutes=offset.amount)
    day = occurrence.day + timedelta(days=offset.amount)
    if rule.on_holiday != "send":
        step = timedelta(days=1 if rule.on_holiday == "after" else -1)
        for _day in range(LONGEST_HOLIDAYS):
            if not is_holiday(day):
                break
            day += step
    at = time(*divmod(rule.at_minute % MINUTES_OF_DAY, 60))
    return datetime.combine(day, at, ZoneInfo(zone)).astimezone(UTC)


def is_too_late(rule: Rule, due: Due, now: datetime) -> bool:
    """Tell whether a message is past the time in which it still makes sense."""
    return now - due.at > timedelta(hours=rule.late_hours)


def holds(conditions: Collection[Condition], facts: Mapping[str, str | int]) -> bool:
    """Tell whether all conditions hold; one that asks for an unknown fact does not."""
    return all(_holds(condition, facts.get(condition.field)) for condition in conditions)


def _holds(condition: Condition, fact: str | int | None) -> bool:
    if fact is None:
        return False
    match condition.operator:
        case "is":
            return str(fact) == str(condition.value)
        case "is-not":
            return str(fact) != str(condition.value)
        case "at-least" | "at-most":
            if not isinstance(fact, int) or not isinstance(condition.value, int):
                return False
            return fact >= condition.value if condition.operator == "at-least" else fact <= condition.value
