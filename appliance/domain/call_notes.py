"""What people write of a call: a note, its result from the office's list, and when to follow it up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from appliance.core.errors import ConflictError, InvalidInputError
from appliance.domain import audit
from appliance.domain.access import require
from appliance.domain.acting import Acting
from appliance.domain.activities import FOLLOW_UP_FIELDS, plan_follow_up
from appliance.domain.calls import open_call
from appliance.domain.fields import Field
from appliance.domain.fields.kinds import Listed, Text
from appliance.domain.fields.reading import read_fields
from appliance.domain.fields.refused import Refused
from db import Connection
from db.queries import calls, lists
from db.queries.calls import CallNotes, CallRow
from db.records import find_row

LONGEST_NOTE = 2000
RESULT = Field(key="result_id", title="نتیجه", kind=Listed("choices:call-result"))
NOTE = Field(key="note", title="یادداشت", kind=Text(LONGEST_NOTE, lines=True))
NOTE_FIELDS = (RESULT, NOTE, *FOLLOW_UP_FIELDS)
"""Fields of a call's form; ``follow_up_day`` makes an activity for the caller."""


def note_call(
    act: Acting, call_id: str, texts: Mapping[str, str], zone: str, *, revision: int | None = None
) -> int | None:
    """Write down note and result of a call, and plan its follow-up; give the planned activity's id.

    What is missing from `texts` stays. With `revision` (`CallNotes.note_revision`), only when nobody else wrote
    meanwhile. Raises `NotFoundError` for a call out of the user's reach, `Refused`, and `ConflictError`.
    """
    assert act.user is not None
    require(act.user, "calls.note")
    call = open_call(act.conn, act.user, call_id)
    read = read_fields(NOTE_FIELDS, texts)
    problems = dict(read.problems)
    result_id = read.values.get("result_id")
    if result_id is not None and not is_result(act.conn, int(result_id)):
        problems["result_id"] = "choice.unknown"
    if problems:
        raise Refused(problems, read.values)
    before = calls.find_notes(act.conn, call_id)
    assert before is not None
    values: dict[str, Any] = {"note": before.note, "result_id": before.result_id} | {
        key: read.values[key] for key in ("note", "result_id") if key in read.values
    }
    changes = audit.differences(msgspec.structs.asdict(before), values)
    if changes:
        _write(act, call, before, values, changes, revision)
    if not read.values.get("follow_up_day"):
        return None
    try:
        return plan_follow_up(act, read.values, zone, person_id=call.person_id, call_id=call.id)
    except InvalidInputError as error:
        raise Refused({error.field: error.problem}, read.values) from None


def is_result(conn: Connection, result_id: int) -> bool:
    """Tell whether an id is one of the office's results of calls."""
    row = find_row(conn, "choices", result_id)
    return row is not None and row["list"] == "call-result"


def _write(
    act: Acting,
    call: CallRow,
    before: CallNotes,
    values: dict[str, Any],
    changes: dict[str, tuple[Any, Any]],
    revision: int | None,
) -> None:
    assert act.user is not None
    stored = values | {"user_id": before.user_id or act.user.id, "noted_at": act.at}
    if not calls.update_notes(act.conn, call.id, stored, revision):
        raise ConflictError("somebody else wrote of the call meanwhile")
    if "result_id" in changes:
        titles = [
            lists.find_title(act.conn, "choices", one) if one is not None else ""
            for one in changes["result_id"]
        ]
        changes["result_id"] = (titles[0], titles[1])
    audit.note_done(act, "change", "call", call.id, "یادداشت تماس", changes=changes)
