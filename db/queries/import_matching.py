"""Finding the records a row of a file is about."""

from __future__ import annotations

from typing import Any

from db.connection import Connection

_PERSON = (
    "SELECT id, kind, standing, first_name, last_name, national_id, core_code, birth_date, father_name, search_key, "
    "revision FROM persons"
)


def list_persons_by_national_id(conn: Connection, national_id: str) -> list[dict[str, Any]]:
    """Give the person of an identity number, as a list of none or one."""
    return _rows(conn, f"{_PERSON} WHERE national_id = ?", national_id)


def list_persons_by_code(conn: Connection, code: str) -> list[dict[str, Any]]:
    """Give the persons an insurer's system knows by a code."""
    return _rows(conn, f"{_PERSON} WHERE core_code = ? AND core_code <> '' ORDER BY id", code)


def list_persons_by_key(conn: Connection, search_key: str) -> list[dict[str, Any]]:
    """Give the persons of exactly this name who are not archived, three at most."""
    return _rows(
        conn, f"{_PERSON} WHERE search_key = ? AND archived_at IS NULL ORDER BY id LIMIT 3", search_key
    )


def find_person(conn: Connection, person_id: int) -> dict[str, Any]:
    """Give a person that is there."""
    return _rows(conn, f"{_PERSON} WHERE id = ?", person_id)[0]


def list_numbers(conn: Connection, person_id: int) -> list[str]:
    """Give a person's telephone numbers."""
    return [
        row[0] for row in conn.execute("SELECT number FROM person_phones WHERE person_id = ?", (person_id,))
    ]


def list_addresses(conn: Connection, person_id: int) -> list[str]:
    """Give a person's addresses."""
    rows = conn.execute("SELECT address FROM person_addresses WHERE person_id = ?", (person_id,))
    return [row[0] for row in rows]


def list_policies_by_code(conn: Connection, insurer_id: int, core_code: str) -> list[dict[str, Any]]:
    """Give our policy of an insurer's core code, as a list of none or one."""
    return _rows(
        conn, "SELECT * FROM policies WHERE insurer_id = ? AND core_code = ? AND core_code <> '' AND is_ours = 1",
        insurer_id, core_code,
    )  # fmt: skip


def list_policies_by_number(
    conn: Connection, insurer_id: int, policy_no: str, line_code: str = "", issue_year: int | None = None
) -> list[dict[str, Any]]:
    """Give our policies of a number, of one line and year when they are told."""
    return _rows(
        conn,
        "SELECT * FROM policies WHERE policy_no = :no AND policy_no <> '' AND insurer_id = :insurer AND is_ours = 1 "
        "AND (:line = '' OR line_code = :line) AND (:year IS NULL OR issue_year = :year) ORDER BY id",
        {"no": policy_no, "insurer": insurer_id, "line": line_code, "year": issue_year},
    )


def find_object(conn: Connection, policy_id: int) -> dict[str, Any] | None:
    """Give a policy's first insured object."""
    found = _rows(conn, "SELECT * FROM insured_objects WHERE policy_id = ? ORDER BY id LIMIT 1", policy_id)
    return found[0] if found else None


def find_plan(conn: Connection, policy_id: int, side: str) -> dict[str, Any] | None:
    """Give a policy's plan of a side."""
    found = _rows(
        conn, "SELECT id, note FROM instalment_plans WHERE policy_id = ? AND side = ?", policy_id, side
    )
    return found[0] if found else None


def list_parts(conn: Connection, plan_id: int) -> list[dict[str, Any]]:
    """Give a plan's instalments by number, and whether anything was paid or waived of each."""
    return _rows(
        conn,
        "SELECT *, waived_at IS NOT NULL OR EXISTS (SELECT 1 FROM allocations WHERE instalment_id = instalments.id) "
        "AS is_settled FROM instalments WHERE plan_id = ? ORDER BY number",
        plan_id,
    )


def list_policy_endorsements(conn: Connection, policy_id: int) -> list[dict[str, Any]]:
    """Give a policy's endorsements by number."""
    return _rows(conn, "SELECT * FROM endorsements WHERE policy_id = ? ORDER BY number", policy_id)


def find_commission_line(conn: Connection, policy_id: int, key: str) -> dict[str, Any] | None:
    """Give a line of a statement of commission."""
    found = _rows(conn, "SELECT * FROM commission_lines WHERE policy_id = ? AND key = ?", policy_id, key)
    return found[0] if found else None


def last_decision(conn: Connection, kind: str, object_id: int, field: str) -> tuple[str, str] | None:
    """Give (state, theirs) of the newest discrepancy of a record's field, open or decided."""
    row = conn.execute(
        "SELECT state, theirs FROM discrepancies WHERE object_kind = ? AND object_id = ? AND field = ? "
        "ORDER BY id DESC LIMIT 1",
        (kind, object_id, field),
    ).fetchone()
    return (row["state"], row["theirs"]) if row is not None else None


def list_units(conn: Connection) -> list[dict[str, Any]]:
    """Give the agency's units with their codes."""
    return _rows(conn, "SELECT id, title, unit_code, agent_code FROM units WHERE is_active = 1 ORDER BY id")


def list_marketers(conn: Connection) -> list[dict[str, Any]]:
    """Give the marketers with their codes."""
    return _rows(conn, "SELECT id, code, name FROM marketers ORDER BY id")


def list_lines(conn: Connection) -> list[dict[str, Any]]:
    """Give the lines of business."""
    return _rows(conn, "SELECT code, title, short_title FROM lines_of_business ORDER BY place")


def _rows(conn: Connection, sql: str, *values: Any) -> list[dict[str, Any]]:
    given = values[0] if len(values) == 1 and isinstance(values[0], dict) else values
    return [dict(row) for row in conn.execute(sql, given)]
