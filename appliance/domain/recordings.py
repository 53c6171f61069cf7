"""Recordings as the office keeps them: entered when whole, listened to under watch, held, deleted, refused."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

import msgspec

from appliance.core.clock import to_text
from appliance.core.errors import ConflictError, InvalidInputError, NotFoundError
from appliance.core.events import (
    RecordingDeleted,
    RecordingDiscarded,
    RecordingFailed,
    RecordingFinished,
    RecordingStarted,
    decode,
)
from appliance.core.ids import IdMaker
from appliance.domain.access import Permission, User, require
from appliance.domain.acting import Acting
from appliance.domain.wording import wanted_text
from db import Connection
from db.queries import events, persons, recordings
from db.queries.recordings import (
    CallRecordingRow,
    Listening,
    RecordingFilter,
    RecordingListing,
    RecordingNote,
    RecordingRow,
    Storage,
)

PAGE_ROWS = 50
SAME_LISTENING = timedelta(minutes=10)
"""A player asks for a file in many ranges; those of one user within this time are one listening."""

LONGEST_NOTE = 300
FAILURE_SHOWN = timedelta(days=1)

ListeningKind = Literal["listen", "download"]


class NewRecording(msgspec.Struct, frozen=True, kw_only=True):
    """A recording that is whole and on the disk."""

    call_id: str
    line: int
    file_name: str
    started_at: str
    seconds: float
    bytes: int
    channels: int
    is_encrypted: bool
    reason: str
    codec: str = "opus"


def keep_recording(act: Acting, new: NewRecording) -> str | None:
    """Enter a recording and tell it; give its id, or None when its file was entered before."""
    row = RecordingRow(id=act.new_id(), created_at=act.at, **msgspec.structs.asdict(new))
    if not recordings.insert_recording(act.conn, row):
        return None
    act.record(
        RecordingFinished(
            id=act.new_id(), at=act.at, recording_id=row.id, call_id=row.call_id, line=row.line,
            seconds=row.seconds, reason=row.reason,
        )
    )  # fmt: skip
    return row.id


def report_failed_recording(act: Acting, *, call_id: str, line: int, reason: str, problem: str) -> None:
    """Tell that a call could not be recorded, or not to its end."""
    act.record(
        RecordingFailed(
            id=act.new_id(), at=act.at, call_id=call_id, line=line, reason=reason, problem=problem
        )
    )


def report_started_recording(act: Acting, *, call_id: str, line: int) -> None:
    """Tell that a call is being recorded."""
    act.record(RecordingStarted(id=act.new_id(), at=act.at, call_id=call_id, line=line))


def report_discarded_recording(act: Acting, *, call_id: str, line: int, reason: str) -> None:
    """Tell that nothing is kept of a recording that was begun."""
    act.record(RecordingDiscarded(id=act.new_id(), at=act.at, call_id=call_id, line=line, reason=reason))


def open_recording(conn: Connection, user: User, recording_id: str) -> RecordingRow:
    """Give a kept recording to a user who may listen."""
    return _kept(conn, user, "calls.listen", recording_id)


def note_listening(act: Acting, recording_id: str, kind: ListeningKind = "listen") -> RecordingRow:
    """Give a recording to be played or copied, and note who did so. Call it before the first byte is sent."""
    assert act.user is not None
    needed: Permission = "recordings.download" if kind == "download" else "calls.listen"
    recording = _kept(act.conn, act.user, needed, recording_id)
    since = to_text(act.now - SAME_LISTENING)
    if not recordings.count_listenings_since(act.conn, recording.id, act.user.id, kind, since):
        recordings.insert_listening(act.conn, recording.id, act.user.id, kind, act.at)
    return recording


def list_recordings(
    conn: Connection, user: User, wanted: RecordingFilter, *, before: tuple[str, str] | None = None
) -> list[RecordingListing]:
    """Give one page of the kept recordings, newest first: of a call, of a person, of a line, of a time."""
    require(user, "calls.listen")
    return recordings.list_recordings(conn, wanted, limit=PAGE_ROWS, before=before)


def list_call_recordings(conn: Connection, user: User, call_id: str) -> list[CallRecordingRow]:
    """Give every recording of a call, also deleted ones, oldest first."""
    require(user, "calls.listen")
    return recordings.list_call_recordings(conn, call_id)


def list_notes(conn: Connection, user: User, recording_id: str) -> list[RecordingNote]:
    """Give the notes of a recording in the order of their moments."""
    require(user, "calls.listen")
    return recordings.list_notes(conn, recording_id)


def add_note(act: Acting, recording_id: str, seconds: float, text: str) -> int:
    """Write a note at a moment of a recording; give its id. Raises `InvalidInputError`."""
    assert act.user is not None
    recording = _kept(act.conn, act.user, "calls.listen", recording_id)
    words = wanted_text("text", text, LONGEST_NOTE)
    if not 0 <= seconds <= recording.seconds + 1:
        raise InvalidInputError("seconds", f"not within the recording's {recording.seconds} s")
    return recordings.insert_note(
        act.conn, recording.id, act.user.id, round(min(seconds, recording.seconds), 1), words, act.at
    )


def remove_note(act: Acting, recording_id: str, note_id: int) -> None:
    """Take back a note: one's own, or anybody's for whoever may delete recordings."""
    assert act.user is not None
    recording = _kept(act.conn, act.user, "calls.listen", recording_id)
    note = recordings.find_note(act.conn, note_id)
    if note is None or note.recording_id != recording.id:
        raise NotFoundError(f"note {note_id}")
    if note.user_id != act.user.id:
        require(act.user, "recordings.delete")
    recordings.update_note_deleted(act.conn, note.id, act.at, act.user.id)


def list_listenings(conn: Connection, user: User, recording_id: str) -> list[Listening]:
    """Give who listened to a recording, also a deleted one."""
    require(user, "recordings.audit")
    return recordings.list_listenings(conn, recording_id)


def measure_storage(conn: Connection, user: User) -> Storage:
    """Give what the kept recordings come to."""
    require(user, "calls.listen")
    return recordings.sum_recordings(conn)


def last_failure(conn: Connection, user: User, now: datetime) -> RecordingFailed | None:
    """Give the newest failure to record of the last day, unless a call was recorded whole after it."""
    require(user, "calls.listen")
    since_id = IdMaker().make(now - FAILURE_SHOWN)
    failed = events.find_newest_event(conn, "recording.failed", since_id)
    if failed is None:
        return None
    finished = events.find_newest_event(conn, "recording.finished", failed.id)
    if finished is not None:
        return None
    event = decode(failed.body.encode())
    return event if isinstance(event, RecordingFailed) else None


def hold_recording(act: Acting, recording_id: str, is_on_hold: bool) -> None:
    """Keep a recording whatever its age (a dispute, a court), or let it go again."""
    assert act.user is not None
    recording = _kept(act.conn, act.user, "recordings.hold", recording_id)
    recordings.update_hold(act.conn, recording.id, is_on_hold)


def delete_recording(act: Acting, recording_id: str) -> RecordingRow:
    """Delete a recording; whoever acts removes the file of the row given, after the commit.

    `act.user` is None when its time is over. Raises `ConflictError` when it is on hold.
    """
    if act.user is not None:
        recording = _kept(act.conn, act.user, "recordings.delete", recording_id)
    else:
        recording = _found(act.conn, recording_id)
    if recording.is_on_hold:
        raise ConflictError(f"recording {recording_id} is on hold")
    user_id = act.user.id if act.user else None
    if recordings.update_deleted(act.conn, recording.id, act.at, user_id):
        act.record(
            RecordingDeleted(
                id=act.new_id(), at=act.at, recording_id=recording.id, call_id=recording.call_id, user_id=user_id
            )
        )  # fmt: skip
    return recording


def refuse_recording(act: Acting, *, person_id: int | None = None, number: str | None = None) -> None:
    """Never record a person, or a number, from now on; give exactly one of them."""
    _require_party(act, person_id, number)
    recordings.insert_refusal(
        act.conn,
        person_id=person_id,
        number=number,
        created_at=act.at,
        created_by=act.user.id if act.user else None,
    )


def allow_recording(act: Acting, *, person_id: int | None = None, number: str | None = None) -> None:
    """Take a refusal back."""
    _require_party(act, person_id, number)
    recordings.delete_refusal(act.conn, person_id=person_id, number=number)


def is_refused(
    conn: Connection, *, person_id: int | None = None, number: str | None = None, is_exact: bool = False
) -> bool:
    """Tell whether a call with this person or number is never recorded.

    One of several persons who share a number refuses for all of them: it is not known which one speaks. With
    `is_exact` only what was said of this very person or number counts.
    """
    if is_exact:
        return recordings.count_own_refusals(conn, person_id=person_id, number=number) > 0
    return recordings.count_refusals(conn, person_id=person_id, number=number) > 0


def _require_party(act: Acting, person_id: int | None, number: str | None) -> None:
    assert act.user is not None
    require(act.user, "recordings.refuse")
    if (person_id is None) == (not number):
        raise InvalidInputError("number", "give either a person or a number")
    if person_id is not None and persons.find_person(act.conn, person_id) is None:
        raise NotFoundError(f"person {person_id}")


def _kept(conn: Connection, user: User, permission: Permission, recording_id: str) -> RecordingRow:
    require(user, permission)
    return _found(conn, recording_id)


def _found(conn: Connection, recording_id: str) -> RecordingRow:
    recording = recordings.find_recording(conn, recording_id)
    if recording is None or recording.deleted_at is not None:
        raise NotFoundError(f"recording {recording_id}")
    return recording
