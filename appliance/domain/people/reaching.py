"""Whether a person's record is within a user's reach."""

from __future__ import annotations

from appliance.core.errors import NotFoundError
from appliance.domain.access import Reach
from appliance.domain.acting import Acting
from appliance.domain.people.fields import PERSONS
from appliance.domain.policies.fields import POLICIES
from db import Connection
from db.queries.persons import Person, find_person


def reach_condition(reach: Reach) -> tuple[str, dict[str, object]]:
    """Give the condition (SQL over persons, and its values) of the persons somebody may know of."""
    return "1" if reach.scope == "all" else PERSONS.reach[reach.scope], {
        "reach_user": reach.user_id,
        "reach_unit": reach.unit_id,
        "reach_marketer": reach.marketer_id,
    }


def policy_reach(reach: Reach) -> tuple[str, dict[str, object]]:
    """Give the same of policies: who may know of a person need not know of every policy."""
    return "1" if reach.scope == "all" else POLICIES.reach[reach.scope], reach_condition(reach)[1]


def is_reachable(conn: Connection, reach: Reach, person_id: int) -> bool:
    """Tell whether somebody may know of a person."""
    condition, values = reach_condition(reach)
    row = conn.execute(
        f"SELECT 1 FROM persons WHERE id = :id AND ({condition})", values | {"id": person_id}
    ).fetchone()
    return row is not None


def require_person(act: Acting, person_id: int) -> Person:
    """Give a person within the acting user's reach. Raises `NotFoundError`: what is out of reach does not exist."""
    if act.user is not None and not is_reachable(act.conn, act.user.reach, person_id):
        raise NotFoundError(f"person {person_id}")
    person = find_person(act.conn, person_id)
    if person is None:
        raise NotFoundError(f"person {person_id}")
    return person
