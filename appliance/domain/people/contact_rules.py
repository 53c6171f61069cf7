"""A customer's own contact templates: what he gets instead of the office's general rules of messages.

Of each rule a customer has what everybody has, or nothing, or another text, other days or another hour. What is left
empty stays the general one, also when that changes later.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from appliance.core.errors import InvalidInputError, NotFoundError
from appliance.core.jalali import persian_digits
from appliance.domain.acting import Acting
from appliance.domain.fields import Field
from appliance.domain.fields.kinds import Choice, FieldProblem, Text, TimeOfDay
from appliance.domain.fields.refused import Refused
from appliance.domain.messaging.firing import own_of
from appliance.domain.messaging.happenings import HAPPENINGS
from appliance.domain.messaging.planning import Offset, Own
from appliance.domain.messaging.rules import LONGEST_OFFSET_DAYS, except_person, treat_as_others
from appliance.domain.people.parts import note_part, read_part
from appliance.domain.people.reaching import require_person
from db import Connection
from db.queries import message_rules
from db.queries.message_rules import RuleRow
from db.queries.message_templates import Template, find_template, list_templates
from db.text import ascii_digits

WAYS = {"general": "مانند همهٔ مشتریان", "off": "فرستاده نشود", "own": "متن یا زمان ویژه"}
MOST_DAYS = 8


class DayList(Text):
    """Days of an offset, with commas between them: ``۳۰، ۱۰، ۱``."""

    def read(self, text: str) -> str:
        words = [word for word in ascii_digits(text).replace("،", ",").replace(" ", ",").split(",") if word]
        if not all(word.isdecimal() for word in words):
            raise FieldProblem("number.digits")
        days = sorted({int(word) for word in words}, reverse=True)
        if len(days) > MOST_DAYS or any(day > LONGEST_OFFSET_DAYS for day in days):
            raise FieldProblem("day.far")
        return ",".join(str(day) for day in days)


FIELDS = (
    Field(key="way", title="این پیام", kind=Choice(WAYS), is_required=True),
    Field(
        key="before", title="روزهای پیش از آن", kind=DayList(60), hint="مانند ۳۰، ۱۰، ۱؛ صفر همان روز است."
    ),
    Field(key="after", title="روزهای پس از آن", kind=DayList(60)),
    Field(key="at", title="ساعت", kind=TimeOfDay(), hint="خالی بماند: ساعت الگوی عمومی"),
)


class PersonRule(msgspec.Struct, frozen=True, kw_only=True):
    """One rule as it applies to one customer."""

    rule: RuleRow
    event: str
    """What it speaks of, in Persian."""
    general: tuple[Offset, ...]
    own: Own | None
    template: str
    """Name of the text he gets."""

    @property
    def way(self) -> str:
        """Key of `WAYS`."""
        return "general" if self.own is None else "off" if self.own.is_off else "own"

    @property
    def offsets(self) -> tuple[Offset, ...]:
        """Days and minutes that count for him."""
        return self.own.offsets if self.own and self.own.offsets else self.general

    @property
    def minute(self) -> int:
        """Minute of the day that counts for him."""
        return self.rule.at_minute if self.own is None or self.own.at_minute is None else self.own.at_minute

    @property
    def values(self) -> dict[str, str | None]:
        """What his form holds."""
        days = [one.amount for one in self.own.offsets if one.unit == "day"] if self.own else []
        minute = self.own.at_minute if self.own else None
        return {
            "way": self.way,
            "before": "، ".join(persian_digits(-day) for day in days if day <= 0),
            "after": "، ".join(persian_digits(day) for day in days if day > 0),
            "at": None if minute is None else f"{minute // 60:02d}:{minute % 60:02d}",
        }


def rules_of(conn: Connection, person_id: int) -> list[PersonRule]:
    """Give the rules that are on, or that the customer has something of his own of, by name."""
    own = own_of(conn, person_id)
    offsets: dict[int, tuple[Offset, ...]] = {}
    for row in message_rules.list_offsets(conn):
        offset = msgspec.convert({"unit": row.unit, "amount": row.amount}, Offset)
        offsets[row.rule_id] = (*offsets.get(row.rule_id, ()), offset)
    found = []
    for rule in message_rules.list_rules(conn):
        instead = own.get((rule.id, person_id))
        if not rule.is_active and instead is None:
            continue
        template = find_template(
            conn, instead.template_id if instead and instead.template_id else rule.template_id
        )
        happening = HAPPENINGS.get(rule.event)
        found.append(
            PersonRule(
                rule=rule,
                event=happening.title if happening else rule.event,
                general=offsets.get(rule.id, ()),
                own=instead,
                template=template.name if template else "",
            )
        )
    return found


def texts_for(conn: Connection, rule: RuleRow) -> list[Template]:
    """Give the texts a rule may be sent with: those of its event and those of none, for its channel."""
    texts = list_templates(conn, channel=rule.channel, is_active=True)
    return [one for one in texts if one.event in ("", rule.event)]


def choose_rule(act: Acting, person_id: int, rule_id: int, texts: Mapping[str, str]) -> None:
    """Store how a rule applies to a customer: `FIELDS` and ``template_id``. Raises `Refused` and `NotFoundError`."""
    person = require_person(act, person_id)
    before = next((one for one in rules_of(act.conn, person_id) if one.rule.id == rule_id), None)
    rule = message_rules.find_rule(act.conn, rule_id)
    if rule is None:
        raise NotFoundError(f"rule {rule_id}")
    values = read_part(FIELDS, texts, is_new=True)
    if values["way"] == "general":
        treat_as_others(act, rule_id, person_id)
    elif values["way"] == "off":
        except_person(act, rule_id, person_id)
    else:
        offsets = tuple(
            Offset("day", sign * int(day))
            for key, sign in (("before", -1), ("after", 1))
            for day in str(values.get(key) or "").split(",")
            if day
        )
        template_id = _template(act.conn, rule, texts.get("template_id", ""))
        at_minute = _minute(values.get("at"))
        if template_id is None and not offsets and at_minute is None:
            raise Refused({"way": "contact-rule.empty"}, values)
        try:
            except_person(
                act, rule_id, person_id, template_id=template_id, offsets=offsets, at_minute=at_minute
            )
        except InvalidInputError:
            raise Refused({"before": "day.far"}, values) from None
    after = next((one for one in rules_of(act.conn, person_id) if one.rule.id == rule_id), None)
    note_part(act, person, "contact-rules", _said(before), _said(after))


def words_of_offsets(offsets: tuple[Offset, ...]) -> str:
    """Say when a rule fires: «۳۰ و ۱۰ روز پیش، همان روز»."""
    days = sorted(one.amount for one in offsets if one.unit == "day")
    early = " و ".join(persian_digits(-day) for day in days if day < 0)
    late = " و ".join(persian_digits(day) for day in days if day > 0)
    minutes = " و ".join(persian_digits(one.amount) for one in offsets if one.unit == "minute")
    parts = [
        f"{early} روز پیش" if early else "",
        "همان روز" if 0 in days else "",
        f"{late} روز پس" if late else "",
    ]
    parts.append(f"{minutes} دقیقه پس" if minutes else "")
    return "، ".join(part for part in parts if part)


def _said(one: PersonRule | None) -> str:
    if one is None or one.own is None:
        return WAYS["general"]
    if one.own.is_off:
        return f"{one.rule.name}: {WAYS['off']}"
    return f"{one.rule.name}: {one.template}، {words_of_offsets(one.offsets)}"


def _template(conn: Connection, rule: RuleRow, text: str) -> int | None:
    if not text:
        return None
    if text not in {str(one.id) for one in texts_for(conn, rule)}:
        raise Refused({"template_id": "choice.unknown"})
    return int(text)


def _minute(text: object) -> int | None:
    if not text:
        return None
    hours, minutes = str(text).split(":")
    return int(hours) * 60 + int(minutes)
