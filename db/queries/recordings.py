"""Recordings of calls, who listened to them, and who is never recorded."""

from __future__ import annotations

from typing import Any

import msgspec

from db.connection import Connection
from db.records import fetch_all, fetch_one
from db.text import like_part

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
    notes: int = 0


class CallRecordingRow(RecordingRow, frozen=True, kw_only=True):
    """A recording of one call, kept or deleted."""

    deleted_by_name: str | None = None
    """Who deleted it; None for the box itself."""


class RecordingNote(msgspec.Struct, frozen=True, kw_only=True):
    """What a user wrote at a moment of a recording."""

    id: int
    recording_id: str
    user_id: int
    user_name: str
    seconds: float
    text: str
    created_at: str


class RecordingFilter(msgspec.Struct, frozen=True, kw_only=True):
    """What a list of recordings is narrowed to; None means all."""

    call_id: str | None = None
    person_id: int | None = None
    line: int | None = None
    is_on_hold: bool | None = None
    number_part: str = ""
    """Digits anywhere in the call's number."""
    name_part: str = ""
    """Folded part of the person's name."""
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


def find_file_state(conn: Connection, file_name: str) -> bool | None:
    """Tell of a file that was entered whether it is deleted; None of one that never was."""
    row = conn.execute(
        "SELECT deleted_at IS NOT NULL FROM recordings WHERE file_name = ?", (file_name,)
    ).fetchone()
    return None if row is None else bool(row[0])


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
    if wanted.number_part:
        where.append("calls.number LIKE '%' || :number_part || '%'")
        values["number_part"] = wanted.number_part
    if wanted.name_part:
        where.append("persons.search_key LIKE '%' || :name_part || '%' ESCAPE '\\'")
        values["name_part"] = like_part(wanted.name_part)
    columns = ", ".join(f"recordings.{name.strip()}" for name in _COLUMNS.split(","))
    return fetch_all(
        conn,
        RecordingListing,
        f"""
        SELECT {columns}, calls.direction, calls.number, calls.person_id,
            CASE WHEN persons.id IS NULL THEN NULL
                 ELSE TRIM(persons.first_name || ' ' || persons.last_name) END AS person_name,
            (SELECT COUNT(*) FROM recording_listenings
             WHERE recording_listenings.recording_id = recordings.id) AS listenings,
            (SELECT COUNT(*) FROM recording_notes
             WHERE recording_notes.recording_id = recordings.id AND recording_notes.deleted_at IS NULL) AS notes
        FROM recordings
        LEFT JOIN calls ON calls.id = recordings.call_id
        LEFT JOIN persons ON persons.id = calls.person_id
        WHERE {" AND ".join(where)}
        ORDER BY recordings.started_at DESC, recordings.id DESC
        LIMIT :limit
        """,
        values,
    )


def list_call_recordings(conn: Connection, call_id: str) -> list[CallRecordingRow]:
    """Give every recording of a call, also deleted ones, oldest first."""
    columns = ", ".join(f"recordings.{name.strip()}" for name in _COLUMNS.split(","))
    return fetch_all(
        conn,
        CallRecordingRow,
        f"""
        SELECT {columns}, users.display_name AS deleted_by_name
        FROM recordings
        LEFT JOIN users ON users.id = recordings.deleted_by
        WHERE recordings.call_id = ?
        ORDER BY recordings.started_at, recordings.id
        """,
        (call_id,),
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


def insert_note(
    conn: Connection, recording_id: str, user_id: int, seconds: float, text: str, created_at: str
) -> int:
    """Store a note and give its id."""
    cursor = conn.execute(
        "INSERT INTO recording_notes (recording_id, user_id, seconds, text, created_at) VALUES (?, ?, ?, ?, ?)",
        (recording_id, user_id, seconds, text, created_at),
    )
    assert cursor.lastrowid is not None
    return cursor.lastrowid


_NOTE = """
    SELECT recording_notes.id, recording_id, user_id, users.display_name AS user_name, seconds, text,
        recording_notes.created_at
    FROM recording_notes
    JOIN users ON users.id = recording_notes.user_id
"""


def find_note(conn: Connection, note_id: int) -> RecordingNote | None:
    """Give a note that was not taken back."""
    return fetch_one(
        conn, RecordingNote, f"{_NOTE} WHERE recording_notes.id = ? AND deleted_at IS NULL", (note_id,)
    )


def list_notes(conn: Connection, recording_id: str) -> list[RecordingNote]:
    """Give a recording's notes in the order of their moments."""
    return fetch_all(
        conn,
        RecordingNote,
        f"{_NOTE} WHERE recording_id = ? AND deleted_at IS NULL ORDER BY seconds, recording_notes.id",
        (recording_id,),
    )


def update_note_deleted(conn: Connection, note_id: int, deleted_at: str, deleted_by: int) -> None:
    """Note that a note was taken back."""
    conn.execute(
        "UPDATE recording_notes SET deleted_at = ?, deleted_by = ? WHERE id = ? AND deleted_at IS NULL",
        (deleted_at, deleted_by, note_id),
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


def count_own_refusals(conn: Connection, *, person_id: int | None, number: str | None) -> int:
    """Give how many refusals name this very person or number."""
    row = conn.execute(
        "SELECT COUNT(*) FROM recording_refusals WHERE person_id = ? OR number = ?", (person_id, number)
    ).fetchone()
    return int(row[0])


def count_kept_recordings(conn: Connection, call_id: str) -> int:
    """Give how many recordings of a call are kept."""
    row = conn.execute(
        "SELECT COUNT(*) FROM recordings WHERE call_id = ? AND deleted_at IS NULL", (call_id,)
    ).fetchone()
    return int(row[0])
