"""Recordings in the office's records: entered once, heard under watch, held, deleted and refused by right."""

from __future__ import annotations

import sqlite3
from datetime import timedelta

import msgspec
import pytest

from appliance.core.clock import to_text
from appliance.core.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from appliance.domain.access import User
from appliance.domain.acting import Acting, acting
from appliance.domain.recordings import (
    SAME_LISTENING,
    NewRecording,
    allow_recording,
    delete_recording,
    hold_recording,
    is_refused,
    keep_recording,
    list_listenings,
    list_recordings,
    measure_storage,
    note_listening,
    open_recording,
    refuse_recording,
    report_failed_recording,
)
from db import Connection
from db.queries.calls import CallRow, update_call_person, upsert_call
from db.queries.recordings import RecordingFilter
from tests.fakes.bus import RecordingBus
from tests.fakes.clock import START, FakeClock
from tests.fakes.office import ALI_NUMBER, SHARED_NUMBER, UNKNOWN_NUMBER, Office


@pytest.fixture
def bus() -> RecordingBus:
    return RecordingBus()


class Desk:
    """Somebody at work in the office: each `do` is one change."""

    def __init__(self, conn: Connection, clock: FakeClock, bus: RecordingBus) -> None:
        self.conn, self.clock, self.bus = conn, clock, bus

    def do(self, user: User | None):  # type: ignore[no-untyped-def]
        return acting(self.conn, self.clock.now(), user, self.bus.publish)

    def entered(self, file_name: str = "2026-11/a.ogg", call_id: str = "call-1", days_ago: float = 0) -> str:
        with self.do(None) as act:
            made = keep_recording(act, new(file_name, call_id, days_ago))
        assert made is not None
        return made


def new(file_name: str = "2026-11/a.ogg", call_id: str = "call-1", days_ago: float = 0) -> NewRecording:
    return NewRecording(
        call_id=call_id,
        line=1,
        file_name=file_name,
        started_at=to_text(START - timedelta(days=days_ago)),
        seconds=61.5,
        bytes=123_000,
        channels=1,
        is_encrypted=True,
        reason="on-hook",
    )


@pytest.fixture
def desk(conn: Connection, clock: FakeClock, bus: RecordingBus) -> Desk:
    return Desk(conn, clock, bus)


def test_a_recording_is_entered_and_told_once(desk: Desk, office: Office, bus: RecordingBus) -> None:
    recording_id = desk.entered()
    with desk.do(None) as act:
        assert keep_recording(act, new()) is None
    assert bus.names == ["recording.finished"]
    recording = open_recording(desk.conn, office.owner, recording_id)
    assert (recording.call_id, recording.seconds, recording.is_encrypted) == ("call-1", 61.5, True)


def test_a_recording_of_a_call_that_was_never_stored_is_not_lost(desk: Desk, office: Office) -> None:
    desk.entered(call_id="nobody-knows")
    (listing,) = list_recordings(desk.conn, office.owner, RecordingFilter(call_id="nobody-knows"))
    assert (listing.number, listing.person_name) == (None, None)


def test_a_failure_is_told(desk: Desk, bus: RecordingBus) -> None:
    with desk.do(None) as act:
        report_failed_recording(act, call_id="c", line=1, reason="disk-full", problem="no room: clear some")
    assert bus.names == ["recording.failed"]


def test_recordings_are_found_by_call_person_and_time(desk: Desk, office: Office) -> None:
    call = CallRow(id="call-1", line=1, direction="in", state="ended", revision=1, started_at=to_text(START))
    upsert_call(desk.conn, msgspec.structs.replace(call, number=ALI_NUMBER))
    update_call_person(desk.conn, "call-1", office.ali)
    of_ali, of_other = desk.entered(), desk.entered("2026-11/b.ogg", "call-2", days_ago=3)

    def found(wanted: RecordingFilter) -> list[str]:
        return [one.id for one in list_recordings(desk.conn, office.owner, wanted)]

    assert found(RecordingFilter()) == [of_ali, of_other]
    assert found(RecordingFilter(person_id=office.ali)) == [of_ali]
    assert found(RecordingFilter(call_id="call-2")) == [of_other]
    assert found(RecordingFilter(line=2)) == []
    assert found(RecordingFilter(from_at=to_text(START - timedelta(days=1)))) == [of_ali]
    assert found(RecordingFilter(until_at=to_text(START - timedelta(days=1)))) == [of_other]
    first = list_recordings(desk.conn, office.owner, RecordingFilter())[0]
    assert (first.number, first.person_name) == (ALI_NUMBER, "علی رضایی")
    rest = list_recordings(desk.conn, office.owner, RecordingFilter(), before=(first.started_at, first.id))
    assert [one.id for one in rest] == [of_other]
    assert measure_storage(desk.conn, office.owner).bytes == 246_000


@pytest.mark.parametrize("who", ["marketer", "accountant", "installer"])
def test_outsiders_hear_nothing_and_change_nothing(desk: Desk, office: Office, who: str) -> None:
    recording_id, user = desk.entered(), getattr(office, who)
    for ask in (
        lambda: open_recording(desk.conn, user, recording_id),
        lambda: list_recordings(desk.conn, user, RecordingFilter()),
        lambda: list_listenings(desk.conn, user, recording_id),
        lambda: measure_storage(desk.conn, user),
        lambda: open_recording(desk.conn, user, "no such"),
    ):
        with pytest.raises(NotAllowedError):
            ask()
    for change in (
        lambda act: note_listening(act, recording_id),
        lambda act: note_listening(act, recording_id, "download"),
        lambda act: hold_recording(act, recording_id, True),
        lambda act: delete_recording(act, recording_id),
        lambda act: refuse_recording(act, number=UNKNOWN_NUMBER),
    ):
        with pytest.raises(NotAllowedError), desk.do(user) as act:
            change(act)


def test_the_desk_listens_but_takes_no_copy_and_deletes_nothing(desk: Desk, office: Office) -> None:
    recording_id = desk.entered()
    with desk.do(office.desk) as act:
        note_listening(act, recording_id)
    for change in (
        lambda act: note_listening(act, recording_id, "download"),
        lambda act: delete_recording(act, recording_id),
    ):
        with pytest.raises(NotAllowedError), desk.do(office.desk) as act:
            change(act)


def test_each_playback_is_noted_once_and_its_ranges_are_not(
    desk: Desk, office: Office, clock: FakeClock
) -> None:
    recording_id = desk.entered()

    def listen(user: User, kind: str = "listen") -> None:
        with desk.do(user) as act:
            note_listening(act, recording_id, kind)  # type: ignore[arg-type]

    for _range in range(5):
        listen(office.owner)
    listen(office.desk)
    listen(office.owner, "download")
    clock.advance(SAME_LISTENING.total_seconds() + 1)
    listen(office.owner)
    noted = list_listenings(desk.conn, office.owner, recording_id)
    assert [(one.user_id, one.kind) for one in noted] == [
        (office.owner.id, "listen"),
        (office.owner.id, "download"),
        (office.desk.id, "listen"),
        (office.owner.id, "listen"),
    ]


@pytest.mark.parametrize(
    "sql", ["DELETE FROM recording_listenings", "UPDATE recording_listenings SET user_id = 1"]
)
def test_what_was_listened_to_cannot_be_changed_afterwards(desk: Desk, office: Office, sql: str) -> None:
    recording_id = desk.entered()
    with desk.do(office.desk) as act:
        note_listening(act, recording_id)
    with pytest.raises(sqlite3.IntegrityError, match="what was listened to"):
        desk.conn.execute(sql)


def test_a_deleted_recording_is_gone_but_not_who_heard_it(
    desk: Desk, office: Office, bus: RecordingBus
) -> None:
    recording_id = desk.entered()
    with desk.do(office.desk) as act:
        note_listening(act, recording_id)
    with desk.do(office.owner) as act:
        assert delete_recording(act, recording_id).file_name == "2026-11/a.ogg"
    assert bus.names[-1] == "recording.deleted"
    with pytest.raises(NotFoundError):
        open_recording(desk.conn, office.owner, recording_id)
    with pytest.raises(NotFoundError), desk.do(office.owner) as act:
        delete_recording(act, recording_id)
    assert list_recordings(desk.conn, office.owner, RecordingFilter()) == []
    assert len(list_listenings(desk.conn, office.owner, recording_id)) == 1
    assert measure_storage(desk.conn, office.owner).count == 0


def test_a_recording_on_hold_stays_whoever_asks(desk: Desk, office: Office) -> None:
    recording_id = desk.entered()
    with desk.do(office.owner) as act:
        hold_recording(act, recording_id, True)
    for user in (office.owner, None):
        with pytest.raises(ConflictError), desk.do(user) as act:
            delete_recording(act, recording_id)
    held = list_recordings(desk.conn, office.owner, RecordingFilter(is_on_hold=True))
    assert [one.id for one in held] == [recording_id]
    with desk.do(office.owner) as act:
        hold_recording(act, recording_id, False)
    with desk.do(None) as act:
        delete_recording(act, recording_id)


def test_a_refusal_holds_for_the_person_the_number_and_whoever_shares_it(desk: Desk, office: Office) -> None:
    def refused(**party: int | str | None) -> bool:
        return is_refused(desk.conn, **party)  # type: ignore[arg-type]

    with desk.do(office.desk) as act:
        refuse_recording(act, person_id=office.zahra)
        refuse_recording(act, person_id=office.zahra)
        refuse_recording(act, number=UNKNOWN_NUMBER)
    assert refused(person_id=office.zahra)
    assert refused(number=SHARED_NUMBER)
    assert refused(number=UNKNOWN_NUMBER)
    assert not refused(person_id=office.ali, number=ALI_NUMBER)
    assert not refused()
    with desk.do(office.desk) as act:
        allow_recording(act, person_id=office.zahra)
        allow_recording(act, number=UNKNOWN_NUMBER)
    assert not refused(person_id=office.zahra, number=SHARED_NUMBER)
    assert not refused(number=UNKNOWN_NUMBER)


def test_a_refusal_names_one_known_party(desk: Desk, office: Office) -> None:
    def refuse(act: Acting, **party: int | str) -> None:
        refuse_recording(act, **party)  # type: ignore[arg-type]

    for party in ({}, {"number": ""}, {"person_id": office.ali, "number": ALI_NUMBER}):
        with pytest.raises(InvalidInputError), desk.do(office.owner) as act:
            refuse(act, **party)
    with pytest.raises(NotFoundError), desk.do(office.owner) as act:
        refuse(act, person_id=999)
