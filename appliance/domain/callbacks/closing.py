"""Closing a call-back by hand, and opening it again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from appliance.core.errors import ConflictError, NotFoundError
from appliance.domain import audit
from appliance.domain.access import Reach, require
from appliance.domain.acting import Acting
from appliance.domain.callbacks.fields import CALLBACKS, CLOSE, STATES
from appliance.domain.fields.refused import Refused
from appliance.domain.people.parts import read_part
from db.queries import callbacks
from db.queries.callbacks import Callback
from db.records import find_row, update_row


def callback_reach(reach: Reach) -> tuple[str, dict[str, Any]]:
    """Give the condition (SQL over ``callbacks``, and its values) of the call-backs somebody may know of."""
    return "1" if reach.scope == "all" else CALLBACKS.reach[reach.scope], {
        "reach_user": reach.user_id,
        "reach_unit": reach.unit_id,
        "reach_marketer": reach.marketer_id,
    }


def require_callback(act: Acting, callback_id: int) -> Callback:
    """Give a call-back within the acting user's reach. Raises `NotFoundError`."""
    found = callbacks.find_callback(act.conn, callback_id)
    is_within = act.user is None or callbacks.is_reachable(
        act.conn, callback_id, callback_reach(act.user.reach)
    )
    if found is None or not is_within:
        raise NotFoundError(f"callback {callback_id}")
    return found


def close_callback(
    act: Acting,
    callback_id: int,
    texts: Mapping[str, str],
    *,
    is_needless: bool = False,
    revision: int | None = None,
) -> None:
    """Close a task by hand: somebody was called, or (`is_needless`) nobody needs to be.

    Who was called needs a result. Raises `Refused`, `NotFoundError`, and `ConflictError` when somebody, or a call,
    closed it first.
    """
    assert act.user is not None
    require(act.user, "calls.note")
    before = require_callback(act, callback_id)
    values: dict[str, Any] = dict(read_part(CLOSE, texts, is_new=True))
    result_id = values.get("result_id")
    if result_id is None and not is_needless:
        raise Refused({"result_id": "missing"}, values)
    if result_id is not None:
        row = find_row(act.conn, "choices", result_id)
        if row is None or row["list"] != "call-result":
            raise Refused({"result_id": "choice.unknown"}, values)
    if before.state != "open":
        raise ConflictError("the call-back was closed already")
    state = "dropped" if is_needless else "done"
    stored = {
        "state": state, "closed_at": act.at, "closed_by": act.user.id, "result_id": result_id,
        "note": values.get("note") or "",
    }  # fmt: skip
    _update(act, before, stored, revision)


def reopen_callback(act: Acting, callback_id: int, *, revision: int | None = None) -> None:
    """Open a closed task again. Raises `ConflictError` when its number has another open one by now."""
    assert act.user is not None
    require(act.user, "calls.note")
    before = require_callback(act, callback_id)
    if before.state == "open" or callbacks.open_of_number(act.conn, before.number) is not None:
        raise ConflictError("the number has an open call-back")
    row = {"state": "open", "closed_at": None, "closed_by": None, "closing_call_id": None, "result_id": None}
    _update(act, before, row, revision)


def _update(act: Acting, before: Callback, row: dict[str, Any], revision: int | None) -> None:
    if not update_row(act.conn, "callbacks", before.id, row, revision=revision or before.revision):
        raise ConflictError("the call-back was changed by somebody else")
    audit.note_done(
        act, "change", "callback", before.id, "تماس مجدد",
        changes={"state": (STATES[before.state], STATES[row["state"]])},
    )  # fmt: skip
