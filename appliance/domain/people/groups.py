"""Groups of customers: by hand, or by a rule over the described fields that decides anew at every look."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from appliance.core.errors import NotFoundError
from appliance.domain import audit
from appliance.domain.access import ROLE_PERMISSIONS, User
from appliance.domain.acting import Acting
from appliance.domain.fields import Asked, Condition, Field, ask
from appliance.domain.fields.kinds import Choice, FieldProblem, Flag, Listed, Text
from appliance.domain.fields.refused import Refused
from appliance.domain.people.fields import PERSONS
from appliance.domain.people.parts import read_part
from appliance.domain.people.reaching import reach_condition
from db import Connection
from db.listing import holds
from db.queries import groups as rows
from db.queries import lists
from db.queries.groups import Group
from db.records import insert_row, update_row

GROUP_FIELDS = (
    Field(key="title", title="نام گروه", kind=Text(60), is_required=True),
    Field(key="note", title="توضیح", kind=Text(300)),
)
MOST_CONDITIONS = 8
_EVERYBODY = User(
    id=0,
    username="",
    display_name="",
    role="owner",
    permissions=frozenset(ROLE_PERMISSIONS["owner"]),
    scope="all",
)
"""In whose name a rule is asked: who belongs to a group does not depend on who looks."""


def enter_group(act: Acting, texts: Mapping[str, str], rule: list[Condition] | None) -> int:
    """Store a group, by rule unless `rule` is None; give its id. Raises `Refused`."""
    values = _read(act, texts, rule, 0)
    group_id = insert_row(
        act.conn,
        "person_groups",
        values | {"created_at": act.at, "created_by": act.user.id if act.user else None},
    )
    audit.note_done(act, "create", "group", group_id, str(values["title"]))
    return group_id


def change_group(act: Acting, group_id: int, texts: Mapping[str, str], rule: list[Condition] | None) -> None:
    """Change a group; one that gets a rule loses its members by hand. Raises `Refused` and `NotFoundError`."""
    before = _require(act, group_id)
    values = _read(act, texts, rule, group_id)
    update_row(act.conn, "person_groups", group_id, values)
    if rule is not None:
        rows.delete_members(act.conn, group_id)
    known = {"title": before.title, "note": before.note, "rule": before.rule}
    audit.note_done(
        act, "change", "group", group_id, str(values["title"]), changes=audit.differences(known, values)
    )


def delete_group(act: Acting, group_id: int) -> None:
    """Take a group away. Raises `NotFoundError`."""
    group = _require(act, group_id)
    rows.delete_group(act.conn, group_id)
    audit.note_done(act, "delete", "group", group_id, group.title)


def add_members(act: Acting, group_id: int, person_ids: list[int]) -> int:
    """Put persons into a group by hand, those within the user's reach; give how many are new. Raises `Refused`."""
    group = _require(act, group_id)
    if group.rule is not None:
        raise Refused({"who": "group.by-rule"})
    count = rows.insert_members(act.conn, group_id, person_ids, act.at, act.user.id if act.user else None)
    if count:
        audit.note_done(act, "change", "group", group_id, group.title, row_count=count)
    return count


def remove_member(act: Acting, group_id: int, person_id: int) -> None:
    """Take a person out of a group by hand. Raises `NotFoundError`."""
    group = _require(act, group_id)
    if not rows.delete_member(act.conn, group_id, person_id):
        raise NotFoundError(f"person {person_id} in group {group_id}")
    audit.note_done(act, "change", "group", group_id, group.title, row_count=-1)


def rule_of(group: Group) -> list[Condition]:
    """Give a group's conditions; none for a group by hand."""
    return msgspec.json.decode(group.rule, type=list[Condition]) if group.rule else []


def members_condition(group: Group, now: datetime, zone: str) -> tuple[str, dict[str, Any]]:
    """Give the condition of a group's members as SQL over persons, and its values."""
    if group.rule is None:
        return (
            "persons.id IN (SELECT person_id FROM person_group_members WHERE group_id = :group_id)",
            {"group_id": group.id},
        )
    question = ask(PERSONS, Asked(conditions=rule_of(group)), _EVERYBODY, now, zone).question
    sql, values = rows.subselect(question, "group_")
    return f"persons.id IN ({sql})", values


def groups_of(conn: Connection, person_id: int, now: datetime, zone: str) -> list[Group]:
    """Give the groups a person belongs to, by hand and by rule, by title."""
    found = rows.list_groups_by_hand_of(conn, person_id)
    for group in rows.list_groups(conn):
        if group.rule is not None:
            question = ask(PERSONS, Asked(conditions=rule_of(group)), _EVERYBODY, now, zone).question
            if holds(conn, question, person_id):
                found.append(group)
    return sorted(found, key=lambda one: one.title)


def within_reach(user: User) -> tuple[str, dict[str, object]]:
    """Give the condition of the persons a user may put into groups."""
    return reach_condition(user.reach)


def read_condition(conn: Connection, field_key: str, operator: str, text: str) -> Condition:
    """Read one condition as typed: titles of lists and choices become their keys. Raises `FieldProblem`."""
    one = PERSONS.field(field_key)
    if one is None or not one.is_filtered or operator not in one.kind.operators:
        raise FieldProblem("choice.unknown")
    text = text.strip()
    if operator != "empty":
        titles = titles_of(conn, one)
        text = titles.get(text, text)
        if isinstance(one.kind, Choice | Listed) and text not in titles.values():
            raise FieldProblem("choice.unknown")
        if operator in ("is", "from", "until") and not isinstance(one.kind, Flag):
            one.kind.read(text)
    return Condition(field_key, operator, text)


def titles_of(conn: Connection, one: Field) -> dict[str, str]:
    """Give key by title of what a field may be."""
    if isinstance(one.kind, Choice | Flag):
        return {title: key for key, title in one.kind.titles.items()}
    if isinstance(one.kind, Listed) and one.kind.listing != "persons":
        return {entry.title: entry.key for entry in lists.list_entries(conn, one.kind.listing)}
    return {}


def _read(
    act: Acting, texts: Mapping[str, str], rule: list[Condition] | None, group_id: int
) -> dict[str, Any]:
    values: dict[str, Any] = dict(read_part(GROUP_FIELDS, texts, is_new=True))
    if rows.has_title(act.conn, str(values["title"]), group_id):
        raise Refused({"title": "taken"}, values)
    if rule is not None and not rule:
        raise Refused({"rule": "group.rule-empty"}, values)
    values["rule"] = rows.BY_HAND if rule is None else msgspec.json.encode(rule[:MOST_CONDITIONS]).decode()
    return values


def _require(act: Acting, group_id: int) -> Group:
    group = rows.find_group(act.conn, group_id)
    if group is None:
        raise NotFoundError(f"group {group_id}")
    return group
