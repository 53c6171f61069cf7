"""The four fields of a policy that an office names and gives a type itself.

They are columns of text. What an office calls them and how they are read stands in the settings, and
`policy_subject` puts it into the one description of a policy's fields: forms, lists, filters, exports and message
texts that ask it know of a change at the next request.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from appliance.domain import audit
from appliance.domain.acting import Acting
from appliance.domain.fields import Field, Subject
from appliance.domain.fields.kinds import Day, Kind, Text, Whole
from appliance.domain.fields.refused import Refused
from appliance.domain.policies.fields import POLICIES
from db import Connection
from db.queries.policy_settings import read_user_fields, store_user_fields
from db.text import clean, fold

KEYS = ("field_1", "field_2", "field_3", "field_4")
TYPES = {"text": "نوشته", "number": "عدد", "day": "تاریخ"}
LONGEST_TITLE = 40


class UserField(msgspec.Struct, frozen=True, kw_only=True):
    """One of the four."""

    key: str
    title: str
    type: str = "text"
    is_on: bool = False


def user_fields(conn: Connection) -> tuple[UserField, ...]:
    """Give the four fields as the office set them; before that they are off."""
    stored = {one["key"]: one for one in read_user_fields(conn)}
    found = []
    for key in KEYS:
        standard = POLICIES.field(key)
        assert standard is not None
        found.append(msgspec.convert({"title": standard.title, "key": key, **stored.get(key, {})}, UserField))
    return tuple(found)


def policy_subject(conn: Connection) -> Subject:
    """Give the description of policies as it is in this office: fields that are off are not there."""
    own = {one.key: one for one in user_fields(conn)}
    fields: list[Field] = []
    for field in POLICIES.fields:
        one = own.get(field.key)
        if one is None:
            fields.append(msgspec.structs.replace(field, is_listed=True) if field.key == "plate" else field)
        elif one.is_on:
            fields.append(
                msgspec.structs.replace(
                    field, title=one.title, kind=_kind(one.type), is_listed=True, in_messages=True, sql=_sql(one)
                )
            )  # fmt: skip
    return msgspec.structs.replace(POLICIES, fields=tuple(fields))


def read_value(field: UserField, text: str) -> str:
    """Give what is stored of a text as its type has it; empty stays empty. Raises `FieldProblem`."""
    return str(_kind(field.type).read(text)) if text else ""


def entered_fields(conn: Connection) -> tuple[Field, ...]:
    """Give what stands in a policy's form here."""
    return tuple(field for field in policy_subject(conn).fields if field.is_entered)


def change_user_fields(act: Acting, texts: Mapping[str, str]) -> None:
    """Set titles, types and whether each is used, from ``field_1.title``, ``field_1.type``, ``field_1.is_on``.

    Values stored under an earlier type stay; what no longer fits is shown as it is and corrected when next edited.
    Raises `Refused` with the key of the title.
    """
    before = user_fields(act.conn)
    after, problems, taken = list[UserField](), dict[str, str](), dict[str, str]()
    known = {fold(field.title) for field in POLICIES.fields if field.key not in KEYS}
    for old in before:
        title = clean(texts.get(f"{old.key}.title", old.title))
        is_on = texts.get(f"{old.key}.is_on", "0") == "1"
        kind = texts.get(f"{old.key}.type", old.type)
        if not title:
            title = old.title
            if is_on:
                problems[f"{old.key}.title"] = "missing"
        elif len(title) > LONGEST_TITLE:
            problems[f"{old.key}.title"] = f"text.longer than {LONGEST_TITLE}"
        elif fold(title) in taken or (is_on and fold(title) in known):
            problems[f"{old.key}.title"] = "taken"
        taken[fold(title)] = old.key
        if kind not in TYPES:
            problems[f"{old.key}.type"] = "choice.unknown"
        after.append(UserField(key=old.key, title=title, type=kind, is_on=is_on))
    if problems:
        raise Refused(problems)
    store_user_fields(
        act.conn, [msgspec.to_builtins(one) for one in after], act.at, act.user.id if act.user else None
    )
    changes = {
        new.key: (_words(old), _words(new)) for old, new in zip(before, after, strict=True) if old != new
    }
    if changes:
        audit.note_done(
            act, "setting", "settings", "policies.fields", "فیلدهای اختیاری بیمه‌نامه", changes=changes
        )


def _kind(name: str) -> Kind:
    return {"number": Whole(-(10**9)), "day": Day()}.get(name) or Text(120)


def _sql(one: UserField) -> str:
    if one.type == "number":
        return f"CAST(NULLIF(policies.{one.key}, '') AS INTEGER)"
    return f"NULLIF(policies.{one.key}, '')" if one.type == "day" else ""


def _words(one: UserField) -> str:
    return f"{one.title} ({TYPES[one.type]})" if one.is_on else "خاموش"
