"""Firing the rules: what is due is queued once, and what cannot be sent is kept with the reason.

A firing is stored in the transaction that queues its message, under the rule's key. So a rule fires once also when
the box restarts, the clock is set back, or the job runs twice at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

import msgspec

from appliance.core.clock import from_text, to_text
from appliance.core.errors import InvalidInputError
from appliance.core.events import Event
from appliance.core.jalali import DEFAULT_ZONE, local
from appliance.domain.acting import Acting, acting
from appliance.domain.messaging.happenings import HAPPENINGS, Happening
from appliance.domain.messaging.planning import (
    LONGEST_HOLIDAYS,
    Condition,
    Due,
    Occurrence,
    Offset,
    Own,
    Rule,
    is_too_late,
    plan,
)
from appliance.domain.messaging.queueing import Channel, Letter, queue_letter, receiver_key
from appliance.domain.messaging.rendering import Value, render
from appliance.domain.messaging.segments import segments_of
from db import Connection
from db.queries import message_rules, message_templates, occasions
from db.queries.faxes import list_fax_numbers
from db.queries.message_rules import Firing, RuleRow

FRIDAY = 4
"""The office's day off, as `date.weekday` counts."""
NO_NUMBER = "no-number"
NO_TEXT = "no-text"
EMPTY_FIELD = "empty-field"


class Planned(msgspec.Struct, frozen=True, kw_only=True):
    """One message that will be sent unless somebody takes it out."""

    due: Due
    rule: RuleRow
    template_id: int
    """The rule's text, or the person's own."""
    is_cancelled: bool = False


class Fired(msgspec.Struct, frozen=True):
    """What one run did."""

    queued: int = 0
    blocked: int = 0
    late: int = 0


def fire_due(
    conn: Connection,
    now: datetime,
    tell: Callable[[Event], object],
    *,
    zone: str = DEFAULT_ZONE,
    office: Mapping[str, Value] | None = None,
    happenings: Mapping[str, Happening] = HAPPENINGS,
) -> Fired:
    """Queue what the rules want sent by now; `office` holds the values every text may have."""
    own = own_of(conn)
    rows, due = _plan(conn, now, now, zone, happenings, own)
    fired = message_rules.keys_fired(conn, [one.key for one in due])
    counts = {"queued": 0, "blocked": 0, "late": 0}
    for one in due:
        if one.key in fired:
            continue
        row = rows[one.rule_id]
        person_id = one.occurrence.person_id
        template_id = _template_of(row, person_id, own)
        with acting(conn, now, None, tell) as act:
            result = _fire(act, row, one, template_id, zone, office or {})
        if result:
            counts[result] += 1
    return Fired(**counts)


def planned(
    conn: Connection,
    now: datetime,
    days: int,
    *,
    zone: str = DEFAULT_ZONE,
    happenings: Mapping[str, Happening] = HAPPENINGS,
) -> list[Planned]:
    """Give what the rules will send in the next days, the earliest first, with what somebody took out."""
    own = own_of(conn)
    rows, due = _plan(conn, now, now + timedelta(days=days), zone, happenings, own)
    keys = [one.key for one in due]
    fired = message_rules.keys_fired(conn, keys)
    cancelled = message_rules.keys_cancelled(conn, keys)
    return [
        Planned(
            due=one,
            rule=rows[one.rule_id],
            template_id=_template_of(rows[one.rule_id], one.occurrence.person_id, own),
            is_cancelled=one.key in cancelled,
        )
        for one in due
        if one.key not in fired or one.key in cancelled
    ]


def cancel_planned(act: Acting, one: Due) -> bool:
    """Take a message out of the plan; False when it was sent, or taken out, already."""
    return message_rules.insert_firing(
        act.conn, _firing(act, one, "cancelled", "by-hand"), act.user.id if act.user else None
    )


def restore_planned(act: Acting, key: str) -> bool:
    """Put a message that was taken out back into the plan."""
    return message_rules.delete_cancelled_firing(act.conn, key)


def rule_of(row: RuleRow, offsets: Iterable[Offset]) -> Rule:
    """Give a stored rule as planning wants it."""
    return msgspec.convert(
        {
            "id": row.id, "event": row.event, "offsets": tuple(offsets), "at_minute": row.at_minute,
            "conditions": msgspec.json.decode(row.conditions, type=tuple[Condition, ...]),
            "on_holiday": row.on_holiday, "late_hours": row.late_hours,
            "active_since": from_text(row.active_since) if row.active_since else None,
        },
        Rule,
    )  # fmt: skip


def own_of(conn: Connection, person_id: int | None = None) -> dict[tuple[int, int], Own]:
    """Give what one person, or everybody, has instead of rules, by rule and person."""
    offsets: dict[tuple[int, int], tuple[Offset, ...]] = {}
    for one in message_rules.list_own_offsets(conn, person_id):
        key = (one.rule_id, one.person_id)
        offset = msgspec.convert({"unit": one.unit, "amount": one.amount}, Offset)
        offsets[key] = (*offsets.get(key, ()), offset)
    return {
        (one.rule_id, one.person_id): Own(
            is_off=one.is_off,
            template_id=one.template_id,
            offsets=offsets.get((one.rule_id, one.person_id), ()),
            at_minute=one.at_minute,
        )
        for one in message_rules.list_overrides(conn, person_id)
    }


def _template_of(row: RuleRow, person_id: int | None, own: Mapping[tuple[int, int], Own]) -> int:
    instead = own.get((row.id, person_id)) if person_id is not None else None
    return instead.template_id if instead and instead.template_id else row.template_id


def _plan(
    conn: Connection,
    now: datetime,
    until: datetime,
    zone: str,
    happenings: Mapping[str, Happening],
    own: Mapping[tuple[int, int], Own],
) -> tuple[dict[int, RuleRow], list[Due]]:
    rows = {row.id: row for row in message_rules.list_rules(conn, is_active=True) if row.event in happenings}
    offsets: dict[int, list[Offset]] = {}
    for offset in message_rules.list_offsets(conn):
        offsets.setdefault(offset.rule_id, []).append(
            msgspec.convert({"unit": offset.unit, "amount": offset.amount}, Offset)
        )
    rules = [rule_of(row, offsets.get(row.id, ())) for row in rows.values()]
    if not rules:
        return rows, []
    today, last = local(now, zone).date(), local(until, zone).date()
    slack = timedelta(days=LONGEST_HOLIDAYS)
    free = occasions.list_holidays(conn, (today - slack).isoformat(), (last + slack).isoformat())
    occurrences: list[Occurrence] = []
    for event in {rule.event for rule in rules}:
        of_event = [rule for rule in rules if rule.event == event]
        of_event += [_at_own_times(rule, one) for rule in of_event for one in _timed(own, rule)]
        first_day = today - max(_reach(rule) for rule in of_event)
        last_day = last + max(_lead(rule) for rule in of_event)
        occurrences += happenings[event].source(conn, first_day, last_day)
    due = plan(
        rules, occurrences, until=until, zone=zone, own=own,
        is_holiday=lambda day: day.weekday() == FRIDAY or day.isoformat() in free,
    )  # fmt: skip
    oldest = {rule.id: now - timedelta(hours=rule.late_hours) - timedelta(days=1) for rule in rules}
    return rows, [one for one in due if one.at >= oldest[one.rule_id]]


def _timed(own: Mapping[tuple[int, int], Own], rule: Rule) -> set[tuple[Offset, ...]]:
    return {one.offsets for (rule_id, _person), one in own.items() if rule_id == rule.id and one.offsets}


def _at_own_times(rule: Rule, offsets: tuple[Offset, ...]) -> Rule:
    return msgspec.structs.replace(rule, offsets=offsets)


def _days(offset: Offset) -> int:
    return offset.amount if offset.unit == "day" else offset.amount // (24 * 60)


def _reach(rule: Rule) -> timedelta:
    """Give how far back something may have happened that the rule still fires for."""
    after = max([0, *(_days(offset) + 1 for offset in rule.offsets)])
    return timedelta(
        days=after + rule.late_hours // 24 + 2 + (LONGEST_HOLIDAYS if rule.on_holiday == "after" else 0)
    )


def _lead(rule: Rule) -> timedelta:
    """Give how far ahead something may happen that the rule fires for already."""
    before = max([0, *(-_days(offset) for offset in rule.offsets)])
    return timedelta(days=before + 1 + (LONGEST_HOLIDAYS if rule.on_holiday == "before" else 0))


def _fire(
    act: Acting, row: RuleRow, due: Due, template_id: int, zone: str, office: Mapping[str, Value]
) -> str:
    rule = rule_of(row, ())
    if is_too_late(rule, due, act.now):
        return _keep(act, due, "late", f"{row.late_hours} h")
    template = message_templates.find_template(act.conn, template_id)
    if template is None:
        return _keep(act, due, "blocked", NO_TEXT)
    number = receiver_of(act.conn, row, due.occurrence, row.channel)
    if number is None:
        return _keep(act, due, "blocked", NO_NUMBER)
    rendered = render(template.body, {**office, **due.occurrence.values}, zone)
    if not rendered.is_complete:
        return _keep(act, due, "blocked", f"{EMPTY_FIELD}:{rendered.missing[0]}")
    if not (result := _keep(act, due, "queued", "")):
        return ""
    letter = Letter(
        number=number, body=rendered.text, channel=row.channel, kind=row.kind,
        subject=render(template.subject, {**office, **due.occurrence.values}, zone).text,
        person_id=due.occurrence.person_id, object_kind=due.occurrence.object_kind,
        object_id=due.occurrence.object_id, template_version_id=template.version_id, rule_id=row.id,
    )  # fmt: skip
    try:
        queue_letter(
            act,
            letter,
            idempotency_key=due.key,
            zone=zone,
            segments_of=segments_of(act.conn, act.now, row.kind, zone),
        )
    except InvalidInputError as error:
        message_rules.update_firing(act.conn, due.key, "blocked", f"{error.field}: {error.problem}")
        return "blocked"
    return result


def receiver_of(conn: Connection, row: RuleRow, occurrence: Occurrence, channel: Channel) -> str | None:
    """Give whom a rule writes to: the person's mobile, address or fax, or the number the event concerns."""
    if row.audience == "number" and occurrence.number:
        return receiver_key(channel, occurrence.number)
    if row.audience == "assignee" or occurrence.person_id is None:
        return receiver_key(channel, occurrence.number) if occurrence.number else None
    if channel == "email":
        return next(iter(occasions.list_email_addresses(conn, occurrence.person_id)), None)
    if channel == "fax":
        numbers = list_fax_numbers(conn, occurrence.person_id)
        return next((key for number in numbers if (key := receiver_key(channel, number))), None)
    return next(iter(occasions.list_mobiles(conn, occurrence.person_id)), None)


def _keep(act: Acting, due: Due, result: str, reason: str) -> str:
    return result if message_rules.insert_firing(act.conn, _firing(act, due, result, reason)) else ""


def _firing(act: Acting, due: Due, result: str, reason: str) -> Firing:
    return Firing(
        key=due.key, rule_id=due.rule_id, object_kind=due.occurrence.object_kind,
        object_id=due.occurrence.object_id, person_id=due.occurrence.person_id, result=result, reason=reason,
        at=to_text(act.now),
    )  # fmt: skip
