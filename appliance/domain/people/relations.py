"""Who is related to whom: stored once, shown on both persons' pages."""

from __future__ import annotations

from collections.abc import Mapping

from appliance.core.errors import NotFoundError
from appliance.domain.access import User
from appliance.domain.acting import Acting
from appliance.domain.fields import Field
from appliance.domain.fields.kinds import Listed, Text
from appliance.domain.fields.refused import Refused
from appliance.domain.people.parts import note_part, read_part
from appliance.domain.people.reaching import reach_condition, require_person
from db import Connection
from db.queries import person_relations as rows
from db.records import insert_row

RELATION_FIELDS = (
    Field(key="kind_id", title="نسبت", kind=Listed("choices:relation"), is_required=True),
    Field(key="note", title="توضیح", kind=Text(120)),
)


def relate(act: Acting, person_id: int, other_id: int, texts: Mapping[str, str]) -> int:
    """Say what another person is to a person. Raises `Refused` and `NotFoundError`."""
    person, other = require_person(act, person_id), require_person(act, other_id)
    values = read_part(RELATION_FIELDS, texts, is_new=True)
    if person_id == other_id:
        raise Refused({"who": "relation.self"}, values)
    if rows.are_related(act.conn, person_id, other_id):
        raise Refused({"who": "relation.taken"}, values)
    relation_id = insert_row(
        act.conn, "person_relations", values | {"person_id": person_id, "other_id": other_id}
    )
    note_part(act, person, "relation", None, other.full_name)
    return relation_id


def unrelate(act: Acting, person_id: int, relation_id: int) -> None:
    """Take a relation away, from whichever side. Raises `NotFoundError`."""
    person = require_person(act, person_id)
    if not rows.delete_relation(act.conn, person_id, relation_id):
        raise NotFoundError(f"relation {relation_id} of person {person_id}")
    note_part(act, person, "relation", relation_id, None)


def relations_of(conn: Connection, user: User, person_id: int) -> list[rows.RelationRow]:
    """Give who is related to a person, as far as the user's reach goes."""
    condition, values = reach_condition(user.reach)
    return rows.list_relations(conn, person_id, condition, values)
