"""Imports as work, what they changed, and what differs from them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import msgspec

from db.connection import Connection
from db.records import fetch_all, fetch_one

_COLUMNS = """
    imports.id, origin, file_name, stored_name, sha256, bytes, state, wanted, profile, insurer_id, mapping, findings,
    counts, undo, problem, imports.created_at, imports.created_by, started_at, applied_at, applied_by, undone_at,
    IFNULL(users.display_name, '') AS user_name, IFNULL(insurers.title, '') AS insurer
"""
_FROM = """
    FROM imports
    LEFT JOIN users ON users.id = imports.created_by
    LEFT JOIN insurers ON insurers.id = imports.insurer_id
"""


class Import(msgspec.Struct, frozen=True, kw_only=True):
    """One file that was given to the box."""

    id: int
    origin: str
    file_name: str
    stored_name: str
    sha256: str
    bytes: int
    state: str
    wanted: str
    profile: str
    insurer_id: int | None
    mapping: str
    findings: str
    counts: str
    undo: str
    problem: str
    created_at: str
    created_by: int | None
    started_at: str | None
    applied_at: str | None
    applied_by: int | None
    undone_at: str | None
    user_name: str
    insurer: str

    def found(self, key: str) -> Any:
        """Give something that was found out about the file, or None."""
        return json.loads(self.findings).get(key)

    def count(self, key: str) -> int:
        """Give a count, 0 when nothing was counted."""
        return int(json.loads(self.counts).get(key, 0))


class OpenDiscrepancy(msgspec.Struct, frozen=True, kw_only=True):
    """A value of a file that differs from ours."""

    id: int
    import_id: int
    row_no: int
    object_kind: str
    object_id: int
    field: str
    ours: str
    theirs: str
    state: str
    decided_at: str | None
    file_name: str
    at: str
    person_id: int | None
    title: str
    """Policy: line and number; person: name."""
    person: str


def insert_import(conn: Connection, values: dict[str, Any]) -> int:
    """Store a file that waits; give its id."""
    names = list(values)
    cursor = conn.execute(
        f"INSERT INTO imports ({', '.join(names)}) VALUES ({', '.join(':' + name for name in names)})", values
    )
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def find_import(conn: Connection, import_id: int) -> Import | None:
    """Give one."""
    return fetch_one(conn, Import, f"SELECT {_COLUMNS} {_FROM} WHERE imports.id = ?", (import_id,))


def list_imports(conn: Connection, *, limit: int = 30, before_id: int | None = None) -> list[Import]:
    """Give imports, the newest first."""
    return fetch_all(
        conn,
        Import,
        f"SELECT {_COLUMNS} {_FROM} WHERE :before IS NULL OR imports.id < :before "
        "ORDER BY imports.id DESC LIMIT :limit",
        {"before": before_id, "limit": limit},
    )


def list_in_states(conn: Connection, *states: str) -> list[Import]:
    """Give the imports in one of some states, the oldest first."""
    return fetch_all(
        conn,
        Import,
        f"SELECT {_COLUMNS} {_FROM} WHERE state IN (SELECT value FROM json_each(?)) ORDER BY imports.id",
        (json.dumps(states),),
    )


def count_in_states(conn: Connection, *states: str) -> int:
    """Count the imports in one of some states."""
    sql = "SELECT COUNT(*) FROM imports WHERE state IN (SELECT value FROM json_each(?))"
    return int(conn.execute(sql, (json.dumps(states),)).fetchone()[0])


def list_finished(conn: Connection, before: str) -> list[str]:
    """Give the stored names of files handed in before an instant whose import is over."""
    rows = conn.execute(
        "SELECT stored_name FROM imports WHERE created_at < ? AND state IN ('applied', 'undone', 'failed', 'dropped')",
        (before,),
    )
    return [str(row[0]) for row in rows]


def list_newest_of_profiles(conn: Connection) -> list[Import]:
    """Give the newest applied import of each profile and insurer."""
    return fetch_all(
        conn,
        Import,
        f"""
        SELECT {_COLUMNS} {_FROM}
        WHERE imports.id IN (
            SELECT MAX(id) FROM imports WHERE applied_at IS NOT NULL AND undone_at IS NULL GROUP BY profile, insurer_id)
        ORDER BY applied_at DESC
        """,
    )


def find_applied_of_file(conn: Connection, sha256: str) -> Import | None:
    """Give the newest import of the very same file that is in the records."""
    return fetch_one(
        conn,
        Import,
        f"SELECT {_COLUMNS} {_FROM} WHERE sha256 = ? AND state = 'applied' ORDER BY imports.id DESC LIMIT 1",
        (sha256,),
    )


def find_last_applied(conn: Connection) -> Import | None:
    """Give the import that was applied last and not undone."""
    return fetch_one(
        conn,
        Import,
        f"SELECT {_COLUMNS} {_FROM} WHERE state = 'applied' ORDER BY applied_at DESC, imports.id DESC LIMIT 1",
    )


def update_import(conn: Connection, import_id: int, states: tuple[str, ...], values: dict[str, Any]) -> bool:
    """Change an import that is in one of some states; False when it is in none of them."""
    sets = ", ".join(f"{name} = :{name}" for name in values)
    cursor = conn.execute(
        f"UPDATE imports SET {sets} WHERE id = :import_id AND state IN (SELECT value FROM json_each(:states))",
        values | {"import_id": import_id, "states": json.dumps(states)},
    )
    return cursor.rowcount == 1


def read_mapping(conn: Connection, insurer_id: int, profile: str) -> str | None:
    """Give the mapping kept for an insurer's files of a profile."""
    row = conn.execute(
        "SELECT mapping FROM import_profiles WHERE insurer_id = ? AND profile = ?", (insurer_id, profile)
    ).fetchone()
    return None if row is None else str(row["mapping"])


def store_mapping(
    conn: Connection, insurer_id: int, profile: str, mapping: str, at: str, user_id: int | None
) -> None:
    """Keep a mapping for an insurer's files of a profile."""
    conn.execute(
        "INSERT INTO import_profiles (insurer_id, profile, mapping, changed_at, changed_by) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (insurer_id, profile) DO UPDATE SET mapping = excluded.mapping, "
        "changed_at = excluded.changed_at, changed_by = excluded.changed_by",
        (insurer_id, profile, mapping, at, user_id),
    )


def list_insurers_of_profile(conn: Connection, profile: str) -> list[int]:
    """Give the insurers whose files of a profile were mapped, the newest first."""
    rows = conn.execute(
        "SELECT insurer_id FROM import_profiles WHERE profile = ? ORDER BY changed_at DESC", (profile,)
    )
    return [int(row[0]) for row in rows]


_DISCREPANCY = """
    SELECT discrepancies.id, discrepancies.import_id, discrepancies.row_no, discrepancies.object_kind,
        discrepancies.object_id, discrepancies.field, IFNULL(discrepancies.ours, '') AS ours,
        IFNULL(discrepancies.theirs, '') AS theirs, discrepancies.state, discrepancies.decided_at,
        imports.file_name, IFNULL(imports.applied_at, imports.created_at) AS at, persons.id AS person_id,
        TRIM(persons.first_name || ' ' || persons.last_name) AS person,
        CASE WHEN policies.id IS NULL THEN '' ELSE lines.short_title || ' ' || policies.policy_no END AS title
    FROM discrepancies
    JOIN imports ON imports.id = discrepancies.import_id
    LEFT JOIN policies ON discrepancies.object_kind = 'policy' AND policies.id = discrepancies.object_id
    LEFT JOIN lines_of_business AS lines ON lines.code = policies.line_code
    LEFT JOIN persons ON persons.id = CASE WHEN discrepancies.object_kind = 'person' THEN discrepancies.object_id
        ELSE policies.person_id END
"""


def list_discrepancies(
    conn: Connection, state: str, *, import_id: int | None = None, limit: int = 100, after_id: int = 0
) -> list[OpenDiscrepancy]:
    """Give discrepancies of a state, in the order they were found; of one import when it is told."""
    return fetch_all(
        conn,
        OpenDiscrepancy,
        f"{_DISCREPANCY} WHERE discrepancies.state = :state AND discrepancies.id > :after "
        "AND (:import IS NULL OR discrepancies.import_id = :import) ORDER BY discrepancies.id LIMIT :limit",
        {"state": state, "import": import_id, "after": after_id, "limit": limit},
    )


def find_discrepancy(conn: Connection, discrepancy_id: int) -> OpenDiscrepancy | None:
    """Give one."""
    return fetch_one(conn, OpenDiscrepancy, f"{_DISCREPANCY} WHERE discrepancies.id = ?", (discrepancy_id,))


def count_discrepancies(conn: Connection, state: str = "open", import_id: int | None = None) -> int:
    """Count the discrepancies of a state."""
    return int(
        conn.execute(
            "SELECT COUNT(*) FROM discrepancies WHERE state = :state AND (:import IS NULL OR import_id = :import)",
            {"state": state, "import": import_id},
        ).fetchone()[0]
    )


def decide_discrepancy(
    conn: Connection, discrepancy_id: int, state: str, at: str, user_id: int | None
) -> bool:
    """Keep what was decided; False when somebody else was first."""
    cursor = conn.execute(
        "UPDATE discrepancies SET state = ?, decided_at = ?, decided_by = ? WHERE id = ? AND state = 'open'",
        (state, at, user_id, discrepancy_id),
    )
    return cursor.rowcount == 1


def store_changes(
    conn: Connection,
    import_id: int,
    first_place: int,
    rows: Iterable[tuple[str, int, dict[str, Any], dict[str, Any]]],
) -> None:
    """Keep (table, row, before, after) of what an import changes, from a place on."""
    conn.executemany(
        "INSERT INTO import_changes (import_id, place, table_name, row_id, before, after) VALUES (?, ?, ?, ?, ?, ?)",
        (
            (import_id, place, table, row_id, _json(before), _json(after))
            for place, (table, row_id, before, after) in enumerate(rows, first_place)
        ),
    )


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
