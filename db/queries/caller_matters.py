"""What is open with a caller: claims, cases, tasks, cheques near their day, relatives, needs."""

from __future__ import annotations

from typing import Any

import msgspec

from db.connection import Connection
from db.records import fetch_all


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """A claim nobody has closed, refused or paid yet."""

    id: int
    number: str
    line: str
    policy_id: int
    state: str
    last_step: str
    """Instant or day of its last step."""
    assignee_id: int | None
    assignee: str | None


class Matter(msgspec.Struct, frozen=True, kw_only=True):
    """An open case or a planned activity."""

    kind: str
    """``case`` or ``task``."""
    id: int
    title: str
    stage: str
    """A case's stage, or what kind an activity is."""
    due: str | None
    """A day, or an instant of an activity with an hour."""
    is_all_day: bool
    assignee_id: int | None
    assignee: str | None


class Cheque(msgspec.Struct, frozen=True, kw_only=True):
    """A cheque of the customer that bounced or comes due soon."""

    id: int
    serial: str
    bank: str
    amount: int
    due_date: str
    is_bounced: bool


class Relative(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody related to the caller."""

    id: int
    name: str
    relation: str


class Need(msgspec.Struct, frozen=True, kw_only=True):
    """Something else the person wants insured."""

    line: str
    due_date: str | None
    note: str


def list_claims(conn: Connection, person_id: int, reach: tuple[str, dict[str, Any]]) -> list[Claim]:
    """Give the open claims on a person's policies within reach, the one last moved first."""
    return fetch_all(
        conn,
        Claim,
        f"""
        SELECT claims.id, claims.number, lines.short_title AS line, claims.policy_id, claims.state,
            IFNULL((SELECT MAX(at) FROM claim_steps WHERE claim_id = claims.id), claims.reported_date) AS last_step,
            assignee_id, users.display_name AS assignee
        FROM policies
        CROSS JOIN claims ON claims.policy_id = policies.id
        CROSS JOIN lines_of_business AS lines ON lines.code = policies.line_code
        LEFT JOIN users ON users.id = assignee_id
        WHERE policies.person_id = :person_id AND ({reach[0]}) AND +claims.state NOT IN ('closed', 'refused', 'paid')
        ORDER BY last_step DESC, claims.id DESC
        LIMIT 5
        """,
        reach[1] | {"person_id": person_id},
    )


def list_matters(conn: Connection, person_id: int) -> list[Matter]:
    """Give the open cases of a person and what is planned with them, the earliest first."""
    return fetch_all(
        conn,
        Matter,
        """
        SELECT * FROM (
        SELECT 'case' AS kind, cases.id, cases.title, IFNULL(stages.title, '') AS stage, due_date AS due,
            1 AS is_all_day, assignee_id, users.display_name AS assignee
        FROM cases
        LEFT JOIN choices AS stages ON stages.id = stage_id
        LEFT JOIN users ON users.id = assignee_id
        WHERE person_id = :person_id AND +state = 'open'
        UNION ALL
        SELECT 'task', activities.id, activities.title, kinds.title, start_at, is_all_day, assignee_id,
            users.display_name
        FROM activities
        JOIN choices AS kinds ON kinds.id = kind_id
        LEFT JOIN users ON users.id = assignee_id
        WHERE person_id = :person_id AND +state = 'open'
        )
        ORDER BY due IS NULL, due
        LIMIT 6
        """,
        {"person_id": person_id},
    )


def list_cheques(conn: Connection, person_id: int, until: str) -> list[Cheque]:
    """Give a customer's cheques that bounced, or are not cleared and come due by a day."""
    return fetch_all(
        conn,
        Cheque,
        """
        SELECT id, serial, bank, amount, due_date, state IN ('bounced', 'legal') AS is_bounced
        FROM cheques
        WHERE person_id = :person_id AND direction = 'received' AND is_guarantee = 0
            AND (state IN ('bounced', 'legal') OR (state IN ('on-hand', 'deposited') AND due_date <= :until))
        ORDER BY is_bounced DESC, due_date, id
        LIMIT 5
        """,
        {"person_id": person_id, "until": until},
    )


def list_relatives(conn: Connection, person_id: int, reach: tuple[str, dict[str, Any]]) -> list[Relative]:
    """Give whom a person is related to, within reach; a relation stands once and is read from both sides."""
    return fetch_all(
        conn,
        Relative,
        f"""
        SELECT persons.id, TRIM(persons.first_name || ' ' || persons.last_name) AS name, own.relation
        FROM (
            SELECT other_id AS id, kinds.title AS relation
            FROM person_relations JOIN choices AS kinds ON kinds.id = kind_id WHERE person_id = :person_id
            UNION
            SELECT person_id, IFNULL(inverse.title, kinds.title)
            FROM person_relations
            JOIN choices AS kinds ON kinds.id = kind_id
            LEFT JOIN choices AS inverse ON inverse.list = 'relation'
                AND inverse.code = json_extract(kinds.details, '$.inverse')
            WHERE other_id = :person_id
        ) AS own
        CROSS JOIN persons ON persons.id = own.id
        WHERE persons.archived_at IS NULL AND ({reach[0]})
        ORDER BY name
        LIMIT 5
        """,
        reach[1] | {"person_id": person_id},
    )


def list_needs(conn: Connection, person_id: int) -> list[Need]:
    """Give what else a person wants insured, the soonest first."""
    return fetch_all(
        conn,
        Need,
        """
        SELECT lines.short_title AS line, due_date, note
        FROM person_needs
        JOIN lines_of_business AS lines ON lines.code = line_code
        WHERE person_id = ? AND state = 'open'
        ORDER BY due_date IS NULL, due_date
        LIMIT 3
        """,
        (person_id,),
    )


def list_subjects(conn: Connection, call_id: str) -> list[tuple[str, int]]:
    """Give kind and id of what a call was said to be about."""
    rows = conn.execute(
        "SELECT object_kind, object_id FROM call_subjects WHERE call_id = ? ORDER BY object_kind, object_id",
        (call_id,),
    )
    return [(str(row["object_kind"]), int(row["object_id"])) for row in rows]
