"""Recordings of calls, who listened to them, and who is never recorded."""

from __future__ import annotations

from typing import Any

import msgspec

from db.connection import Connection
from db.records import fetch_all, fetch_one

_COLUMNS = (
    "id, call_id, line, file_name, started_at, seconds, bytes, channels, codec, is_encrypted, is_on_hold, "
    "reason, created_at, deleted_at, deleted_by"
)


class RecordingRow(msgspec.Struct, frozen=True, kw_only=True):
    """One recording; a call may have several."""

    id: str
    call_id: str
    line: int
    file_name: str
    """Path of its file below the recordings' folder."""
    started_at: str
    seconds: float
    bytes: int
    channels: int
    codec: str
    is_encrypted: bool
    is_on_hold: bool = False
    reason: str
    created_at: str
    deleted_at: str | None = None
    deleted_by: int | None = None


class RecordingListing(RecordingRow, frozen=True, kw_only=True):
    """A recording with its call's other side, for lists."""

    direction: str | None = None
    number: str | None = None
    person_id: int | None = None
    person_name: str | None = None
    listenings: int = 0


class RecordingFilter(msgspec.Struct, frozen=True, kw_only=True):
    """What a list of recordings is narrowed to; None means all."""

    call_id: str | None = None
    person_id: int | None = None
    line: int | None = None
    is_on_hold: bool | None = None
    from_at: str | None = None
    until_at: str | None = None


class Listening(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody listened to a recording, or took a copy."""

    id: int
    recording_id: str
    user_id: int
    user_name: str
    kind: str
    at: str


class Storage(msgspec.Struct, frozen=True, kw_only=True):
    """What the kept recordings come to."""

    count: int
    bytes: int
    seconds: float
    oldest_at: str | None


def insert_recording(conn: Connection, recording: RecordingRow) -> bool:
    """Store a recording; False when its file is known already."""
    values: dict[str, Any] = msgspec.structs.asdict(recording)
    cursor = conn.execute(
        f"INSERT INTO recordings ({', '.join(values)}) VALUES ({', '.join(f':{name}' for name in values)}) "
        "ON CONFLICT (file_name) DO NOTHING",
        values,
    )
    return cursor.rowcount == 1


def find_recording(conn: Connection, recording_id: str) -> RecordingRow | None:
    """Give one recording, also a deleted one."""
    return fetch_one(conn, RecordingRow, f"SELECT {_COLUMNS} FROM recordings WHERE id = ?", (recording_id,))


def list_recording_files(conn: Connection) -> dict[str, bool]:
    """Give every file that ever was entered, and whether it is deleted."""
    rows = conn.execute("SELECT file_name, deleted_at IS NOT NULL FROM recordings").fetchall()
    return {row[0]: bool(row[1]) for row in rows}


def list_recordings(
    conn: Connection, wanted: RecordingFilter, *, limit: int = 50, before: tuple[str, str] | None = None
) -> list[RecordingListing]:
    """Give kept recordings newest first; `before` is (started_at, id) of the last one already shown."""
    where, values = ["recordings.deleted_at IS NULL"], dict[str, Any](limit=limit)
    if before is not None:
        where.append("(recordings.started_at, recordings.id) < (:before_at, :before_id)")
        values |= {"before_at": before[0], "before_id": before[1]}
    for condition, name in (
        ("recordings.call_id = :call_id", "call_id"),
        ("calls.person_id = :person_id", "person_id"),
        ("recordings.line = :line", "line"),
        ("recordings.is_on_hold = :is_on_hold", "is_on_hold"),
        ("recordings.started_at >= :from_at", "from_at"),
        ("recordings.started_at < :until_at", "until_at"),
    ):
        if (value := getattr(wanted, name)) is not None:
            where.append(condition)
            values[name] = value
    columns = ", ".join(f"recordings.{name.strip()}" for name in _COLUMNS.split(","))
    return fetch_all(
        conn,
        RecordingListing,
        f"""
        SELECT {columns}, calls.direction, calls.number, calls.person_id,
            CASE WHEN persons.id IS NULL THEN NULL
                 ELSE TRIM(persons.first_name || ' ' || persons.last_name) END AS person_name,
            (SELECT COUNT(*) FROM recording_listenings
             WHERE recording_listenings.recording_id = recordings.id) AS listenings
        FROM recordings
        LEFT JOIN calls ON calls.id = recordings.call_id
        LEFT JOIN persons ON persons.id = calls.person_id
        WHERE {" AND ".join(where)}
        ORDER BY recordings.started_at DESC, recordings.id DESC
        LIMIT :limit
        """,
        values,
    )


def list_kept_recordings(conn: Connection) -> list[RecordingRow]:
    """Give every recording that is not deleted, oldest first."""
    return fetch_all(
        conn,
        RecordingRow,
        f"SELECT {_COLUMNS} FROM recordings WHERE deleted_at IS NULL ORDER BY started_at, id",
    )


def sum_recordings(conn: Connection) -> Storage:
    """Give how many recordings are kept and what they come to."""
    found = fetch_one(
        conn,
        Storage,
        "SELECT COUNT(*) AS count, COALESCE(SUM(bytes), 0) AS bytes, COALESCE(SUM(seconds), 0.0) AS seconds, "
        "MIN(started_at) AS oldest_at FROM recordings WHERE deleted_at IS NULL",
    )
    assert found is not None
    return found


def update_hold(conn: Connection, recording_id: str, is_on_hold: bool) -> bool:
    """Put a kept recording on hold or take it off; tell whether there was one."""
    return (
        conn.execute(
            "UPDATE recordings SET is_on_hold = ? WHERE id = ? AND deleted_at IS NULL",
            (int(is_on_hold), recording_id),
        ).rowcount
        == 1
    )


def update_deleted(conn: Connection, recording_id: str, deleted_at: str, deleted_by: int | None) -> bool:
    """Note that a recording is deleted; False when it is on hold, deleted already, or there is none."""
    return (
        conn.execute(
            "UPDATE recordings SET deleted_at = ?, deleted_by = ? "
            "WHERE id = ? AND deleted_at IS NULL AND is_on_hold = 0",
            (deleted_at, deleted_by, recording_id),
        ).rowcount
        == 1
    )


def insert_listening(conn: Connection, recording_id: str, user_id: int, kind: str, at: str) -> None:
    """Note that a user listened to a recording or took a copy."""
    conn.execute(
        "INSERT INTO recording_listenings (recording_id, user_id, kind, at) VALUES (?, ?, ?, ?)",
        (recording_id, user_id, kind, at),
    )


def count_listenings_since(conn: Connection, recording_id: str, user_id: int, kind: str, since: str) -> int:
    """Give how often a user did so with a recording since an instant."""
    row = conn.execute(
        "SELECT COUNT(*) FROM recording_listenings "
        "WHERE recording_id = ? AND user_id = ? AND kind = ? AND at >= ?",
        (recording_id, user_id, kind, since),
    ).fetchone()
    return int(row[0])


def list_listenings(conn: Connection, recording_id: str, limit: int = 200) -> list[Listening]:
    """Give who listened to a recording, newest first."""
    return fetch_all(
        conn,
        Listening,
        """
        SELECT recording_listenings.id, recording_id, user_id, users.display_name AS user_name, kind, at
        FROM recording_listenings
        JOIN users ON users.id = recording_listenings.user_id
        WHERE recording_id = ?
        ORDER BY recording_listenings.id DESC
        LIMIT ?
        """,
        (recording_id, limit),
    )


def insert_refusal(
    conn: Connection, *, person_id: int | None, number: str | None, created_at: str, created_by: int | None
) -> None:
    """Note that a person, or a number, is never recorded; doing so twice changes nothing."""
    conn.execute(
        "INSERT INTO recording_refusals (person_id, number, created_at, created_by) VALUES (?, ?, ?, ?) "
        "ON CONFLICT DO NOTHING",
        (person_id, number, created_at, created_by),
    )


def delete_refusal(conn: Connection, *, person_id: int | None, number: str | None) -> int:
    """Forget that a person or a number is never recorded; give how many refusals that were."""
    return conn.execute(
        "DELETE FROM recording_refusals WHERE person_id = ? OR number = ?", (person_id, number)
    ).rowcount


def count_refusals(conn: Connection, *, person_id: int | None, number: str | None) -> int:
    """Give how many refusals hold for a call: of the person, of the number, or of anybody with that number."""
    row = conn.execute(
        """
        SELECT COUNT(*) FROM recording_refusals
        WHERE person_id = :person_id OR number = :number
            OR person_id IN (SELECT person_id FROM person_phones WHERE number = :number)
        """,
        {"person_id": person_id, "number": number},
    ).fetchone()
    return int(row[0])
