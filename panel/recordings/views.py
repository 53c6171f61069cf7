"""What the screens show of recordings, in the words the office uses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from appliance.core import jalali
from appliance.core.config import Config
from appliance.domain.access import User
from appliance.domain.recordings import is_refused, list_call_recordings, list_listenings, list_notes
from db import Connection
from db.queries.calls import CallRow
from db.queries.persons import find_person
from db.queries.recordings import CallRecordingRow, Listening, RecordingNote, RecordingRow
from panel.context import conn, now, office
from panel.identity import require_user
from panel.shelf import FileState, Shelf, Unfinished

END_WORDS: dict[str, str] = {
    "crash": "پس از قطع برق یا توقف برنامه ترمیم شد",
    "disk-full": "پر شدن حافظه آن را ناتمام گذاشت",
    "silence": "با سکوت طولانی پایان یافت",
    "line-lost": "با قطع ارتباط خط پایان یافت",
    "longest": "به بیشترین طول مجاز رسید",
    "stopped": "با توقف برنامه پایان یافت",
}
"""How a recording ended, when it was not with the call itself."""
STATE_WORDS: dict[FileState, tuple[str, str]] = {
    "no-key": (
        "کلید رمز در دسترس نیست",
        "این ضبط رمز شده است و فایل کلید پیدا نمی‌شود یا با آن نمی‌خواند. کلید را از بستهٔ اضطراری برگردانید.",
    ),
    "missing": ("فایل ضبط پیدا نشد", "شاید حافظهٔ ضبط‌ها جدا شده باشد. با نصاب دستگاه تماس بگیرید."),
    "broken": ("فایل ضبط خراب است", "فایل باز نشد. اگر پشتیبان دارید، آن را از پشتیبان برگردانید."),
}


@dataclass(frozen=True)
class PlayerView:
    """One recording with all that its player shows."""

    recording: RecordingRow
    state: FileState
    number: int = 1
    """Which part of its call it is."""
    parts: int = 1
    notes: tuple[RecordingNote, ...] = ()
    listenings: tuple[Listening, ...] | None = None
    """None: not for this user."""
    deleted_words: str = ""

    @property
    def title(self) -> str:
        """What it is called."""
        if self.parts == 1:
            return "ضبط مکالمه"
        return f"بخش {jalali.persian_digits(self.number)} از {jalali.persian_digits(self.parts)}"

    @property
    def end_words(self) -> str:
        """How it ended, when that matters."""
        return END_WORDS.get(self.recording.reason, "")

    @property
    def problem(self) -> tuple[str, str] | None:
        """Why it cannot be played, and what helps."""
        return STATE_WORDS.get(self.state)


@dataclass(frozen=True)
class PartyView:
    """Whether a call's other side may be recorded, and who can be switched off."""

    is_refused: bool
    is_number_refused: bool
    is_person_refused: bool
    number: str | None
    person_id: int | None
    person_name: str = ""


@dataclass(frozen=True)
class CallSound:
    """Everything about the recording of one call."""

    call: CallRow
    players: tuple[PlayerView, ...]
    unfinished: Unfinished
    is_line_on: bool
    party: PartyView
    consent: str

    @property
    def is_empty(self) -> bool:
        """Tell whether there is nothing to play and nothing under way."""
        return not self.players and self.unfinished == "none"


def recordings_of(call: CallRow) -> CallSound:
    """Give all about a call's recording to the signed-in user."""
    person = find_person(conn(), call.person_id) if call.person_id is not None else None
    name = person.full_name if person is not None else ""
    return call_sound(conn(), require_user(), office().config, call, now(), name)


def call_sound(
    db: Connection, user: User, config: Config, call: CallRow, at: datetime, person_name: str = ""
) -> CallSound:
    """Give all about a call's recording to a user who may listen."""
    shelf = Shelf(config)
    rows = list_call_recordings(db, user, call.id)
    players = tuple(
        player(db, user, shelf, row, number=number, parts=len(rows)) for number, row in enumerate(rows, 1)
    )
    return CallSound(
        call=call,
        players=players,
        unfinished=shelf.unfinished(call.id, call.started_at, at),
        is_line_on=call.line in config.recording.lines,
        party=_party(db, call, person_name),
        consent=config.recording.consent,
    )


def player(
    db: Connection, user: User, shelf: Shelf, row: RecordingRow, *, number: int = 1, parts: int = 1
) -> PlayerView:
    """Give one recording with all that its player shows."""
    return PlayerView(
        recording=row,
        state=shelf.state(row),
        number=number,
        parts=parts,
        notes=tuple(list_notes(db, user, row.id)),
        listenings=(tuple(list_listenings(db, user, row.id)) if user.may("recordings.audit") else None),
        deleted_words=_deleted_words(row, shelf.config.recording.keep_days),
    )


def _deleted_words(row: RecordingRow, keep_days: int) -> str:
    if row.deleted_at is None:
        return ""
    if row.deleted_by is None:
        return (
            f"مهلت نگه‌داری ({jalali.persian_digits(keep_days)} روز) گذشت یا جا کم آمد و دستگاه آن را پاک کرد."
        )
    name = row.deleted_by_name if isinstance(row, CallRecordingRow) else None
    return f"{name or 'یکی از کاربران'} آن را پاک کرد."


def _party(db: Connection, call: CallRow, person_name: str) -> PartyView:
    return PartyView(
        is_refused=is_refused(db, person_id=call.person_id, number=call.number),
        is_number_refused=bool(call.number) and is_refused(db, number=call.number, is_exact=True),
        is_person_refused=call.person_id is not None
        and is_refused(db, person_id=call.person_id, is_exact=True),
        number=call.number,
        person_id=call.person_id,
        person_name=person_name,
    )
