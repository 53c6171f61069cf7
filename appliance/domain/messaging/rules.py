"""Setting up rules: what is sent when, to whom not, and the ready ones every office begins with (switched off)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import msgspec

from appliance.core.errors import ConflictError, InvalidInputError, NotFoundError
from appliance.domain import audit
from appliance.domain.acting import Acting
from appliance.domain.messaging.happenings import HAPPENINGS, Happening, fields_of
from appliance.domain.messaging.planning import Condition, Offset
from appliance.domain.messaging.templates import require_template, write_template
from db.queries import message_rules
from db.queries.message_rules import OverrideRow, RuleRow

LONGEST_OFFSET_DAYS = 400


class ReadyRule(msgspec.Struct, frozen=True, kw_only=True):
    """One rule of those every office begins with."""

    name: str
    event: str
    body: str
    offsets: tuple[Offset, ...] = (Offset("day", 0),)
    late_hours: int = 48
    audience: str = "person"


READY: tuple[ReadyRule, ...] = (
    ReadyRule(
        name="دعوت به تمدید", event="policy.expiring",
        offsets=(Offset("day", -30), Offset("day", -10), Offset("day", -1)),
        body="{نام بیمه‌گذار} گرامی، بیمه‌نامهٔ {رشته} شما به شمارهٔ {شماره بیمه‌نامه} "
        "در {تاریخ انقضا} به پایان می‌رسد.\n{نام دفتر؟}",
    ),
    ReadyRule(
        name="سپاس از تمدید", event="policy.renewed", late_hours=72,
        body="{نام بیمه‌گذار} گرامی، از تمدید بیمه‌نامهٔ {رشته} سپاسگزاریم.\n{نام دفتر؟}",
    ),
    ReadyRule(
        name="سپاس از خرید", event="policy.issued", late_hours=72,
        body="{نام بیمه‌گذار} گرامی، از اعتماد شما و خرید بیمه‌نامهٔ {رشته} سپاسگزاریم.\n{نام دفتر؟}",
    ),
    ReadyRule(
        name="سررسید چک", event="cheque.due",
        body="{نام بیمه‌گذار} گرامی، سررسید چک شما به مبلغ {مبلغ} امروز {سررسید} است.\n{نام دفتر؟}",
    ),
    ReadyRule(
        name="سررسید قسط", event="instalment.due", offsets=(Offset("day", -3), Offset("day", 0)),
        body="{نام بیمه‌گذار} گرامی، سررسید قسط بیمه‌نامهٔ {رشته} به مبلغ {مبلغ} روز {سررسید} است.\n{نام دفتر؟}",
    ),
    ReadyRule(
        name="شادباش زادروز", event="person.birthday", late_hours=12,
        body="{نام بیمه‌گذار} گرامی، زادروزتان خجسته باد.\n{نام دفتر؟}",
    ),
    ReadyRule(
        name="پاسخ به تماس بی‌پاسخ", event="call.missed", offsets=(Offset("minute", 5),), late_hours=2,
        audience="number",
        body="تماس شما در {زمان تماس} پاسخ داده نشد؛ به‌زودی با شما تماس می‌گیریم.\n{نام دفتر؟}",
    ),
    ReadyRule(
        name="یادآوری کار به همکار", event="activity.reminder", offsets=(Offset("minute", 0),), late_hours=2,
        audience="assignee", body="یادآوری: {عنوان کار} {نام بیمه‌گذار؟}، {زمان}",
    ),
    ReadyRule(
        name="تشکیل پروندهٔ خسارت", event="claim.opened", offsets=(Offset("minute", 0),),
        body="{نام بیمه‌گذار} گرامی، پروندهٔ خسارت شما به شمارهٔ {شماره پرونده} تشکیل شد.\n{نام دفتر؟}",
    ),
    ReadyRule(
        name="حوالهٔ خسارت", event="claim.ordered", offsets=(Offset("minute", 0),),
        body="{نام بیمه‌گذار} گرامی، حوالهٔ خسارت پروندهٔ {شماره پرونده} به مبلغ {مبلغ} در {تاریخ حواله} صادر شد.\n"
        "{نام دفتر؟}",
    ),
)  # fmt: skip
"""The seven promised ones, and those of activities and claims."""


def save_rule(
    act: Acting, row: RuleRow, offsets: Sequence[Offset], conditions: Collection[Condition] = (),
    happenings: Mapping[str, Happening] = HAPPENINGS,
) -> int:  # fmt: skip
    """Store a new rule (`id` 0) or change one; give its id.

    A rule that is switched on begins now: what was due before is not sent afterwards.
    Raises `InvalidInputError`, `ConflictError` for a name that is taken, `NotFoundError` for an unknown rule or text.
    """
    if row.event not in happenings:
        raise InvalidInputError("event", f"there is no event {row.event}")
    if not offsets:
        raise InvalidInputError("offsets", "expected at least one offset")
    check_offsets(offsets)
    template = require_template(act, row.template_id)
    if template.channel != row.channel:
        raise InvalidInputError(
            "template_id", f"a text for {template.channel}, the rule is for {row.channel}"
        )
    name = " ".join(row.name.split())
    if not name:
        raise InvalidInputError("name", "expected a name")
    same = message_rules.find_rule_by_name(act.conn, name)
    if same is not None and same.id != row.id:
        raise ConflictError(f"there is a rule {name!r} already")
    before = message_rules.find_rule(act.conn, row.id) if row.id else None
    if row.id and before is None:
        raise NotFoundError(f"there is no rule {row.id}")
    was_active = before is not None and before.is_active and before.event == row.event
    since = (before.active_since if before and was_active else act.at) if row.is_active else None
    stored = msgspec.structs.replace(
        row, name=name, conditions=msgspec.json.encode(list(conditions)).decode(), active_since=since
    )
    rule_id = row.id
    if rule_id:
        message_rules.update_rule(act.conn, stored)
    else:
        rule_id = message_rules.insert_rule(act.conn, stored, act.at, act.user.id if act.user else None)
    unique = dict.fromkeys((offset.unit, offset.amount) for offset in offsets)
    message_rules.replace_offsets(act.conn, rule_id, unique)
    known = {"name", "is_active", "at_minute", "template_id", "conditions", "on_holiday"}
    changes = audit.differences(
        {key: value for key, value in msgspec.structs.asdict(before).items() if key in known}
        if before
        else {},
        {key: value for key, value in msgspec.structs.asdict(stored).items() if key in known},
    )
    audit.note_done(act, "change" if before else "create", "message-rule", rule_id, name, changes=changes)
    return rule_id


def switch_rule(act: Acting, rule_id: int, is_active: bool) -> None:
    """Switch a rule on or off. Raises `NotFoundError`."""
    row = message_rules.find_rule(act.conn, rule_id)
    if row is None:
        raise NotFoundError(f"there is no rule {rule_id}")
    offsets = [
        msgspec.convert({"unit": one.unit, "amount": one.amount}, Offset)
        for one in message_rules.list_offsets(act.conn)
        if one.rule_id == rule_id
    ]
    conditions = msgspec.json.decode(row.conditions, type=list[Condition])
    save_rule(act, msgspec.structs.replace(row, is_active=is_active), offsets, conditions)


def remove_rule(act: Acting, rule_id: int) -> None:
    """Take a rule away; what it sent stays. Raises `NotFoundError`."""
    row = message_rules.find_rule(act.conn, rule_id)
    if row is None:
        raise NotFoundError(f"there is no rule {rule_id}")
    message_rules.delete_rule(act.conn, rule_id)
    audit.note_done(act, "delete", "message-rule", rule_id, row.name)


def except_person(
    act: Acting,
    rule_id: int,
    person_id: int,
    *,
    template_id: int | None = None,
    offsets: Sequence[Offset] = (),
    at_minute: int | None = None,
) -> None:
    """Give a person another text or other times of a rule; without any, none of its messages.

    Raises `InvalidInputError` for a text of another channel or an offset that is too far.
    """
    rule = message_rules.find_rule(act.conn, rule_id)
    if rule is None:
        raise NotFoundError(f"there is no rule {rule_id}")
    if template_id is not None and require_template(act, template_id).channel != rule.channel:
        raise InvalidInputError("template_id", f"the rule is for {rule.channel}")
    check_offsets(offsets)
    is_off = template_id is None and not offsets and at_minute is None
    message_rules.upsert_override(
        act.conn,
        OverrideRow(rule_id, person_id, is_off=is_off, template_id=template_id, at_minute=at_minute),
    )
    unique = dict.fromkeys((offset.unit, offset.amount) for offset in offsets)
    message_rules.replace_own_offsets(act.conn, rule_id, person_id, unique)


def check_offsets(offsets: Sequence[Offset]) -> None:
    """Raise `InvalidInputError` for an offset further than `LONGEST_OFFSET_DAYS`."""
    for offset in offsets:
        days = offset.amount if offset.unit == "day" else offset.amount / (24 * 60)
        if abs(days) > LONGEST_OFFSET_DAYS:
            raise InvalidInputError("offsets", f"expected at most {LONGEST_OFFSET_DAYS} days")


def treat_as_others(act: Acting, rule_id: int, person_id: int) -> bool:
    """Let a rule apply to a person as to everybody; False when it did."""
    return message_rules.delete_override(act.conn, rule_id, person_id)


def install_ready_rules(act: Acting) -> int:
    """Enter the ready rules that are not there yet, switched off, with their texts; give how many."""
    added = 0
    for ready in READY:
        if message_rules.find_rule_by_name(act.conn, ready.name) is not None:
            continue
        template_id = write_template(
            act, name=ready.name, body=ready.body, event=ready.event, known_fields=fields_of(ready.event)
        )
        row = RuleRow(
            id=0, name=ready.name, event=ready.event, template_id=template_id, audience=ready.audience,
            late_hours=ready.late_hours,
        )  # fmt: skip
        save_rule(act, row, ready.offsets)
        added += 1
    return added
