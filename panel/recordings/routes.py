# mypy: allow-untyped-calls
# The form library has no types.
"""The list of recordings, and the players of one call or one recording."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue
from wtforms import SelectChoice

from appliance.core.jalali import persian_digits
from appliance.domain.calls import open_call
from appliance.domain.recordings import (
    PAGE_ROWS,
    last_failure,
    list_recordings,
    measure_storage,
    open_recording,
)
from db.queries.calls import find_call
from db.queries.recordings import RecordingListing, RecordingRow
from panel.access import permission, wants_json
from panel.context import conn, now, office
from panel.identity import require_user
from panel.links import path_for
from panel.recordings.forms import RecordingSearch
from panel.recordings.views import player, recordings_of
from panel.shelf import Shelf
from panel.templating import line_title

blueprint = Blueprint("recordings", __name__)
_PLACE = "~"


@blueprint.get("/recordings")
@permission("calls.listen")
def overview() -> ResponseReturnValue:
    """Show one page of the kept recordings, who is recorded, and how much room they take."""
    form = RecordingSearch(request.args)
    config = office().config
    form.line.choices = [
        SelectChoice("", "همهٔ خطوط"),
        *(SelectChoice(str(line.number), line_title(office(), line.number)) for line in config.lines),
    ]
    is_valid = form.validate()
    before = _place(request.args.get("before"))
    user = require_user()
    rows = list_recordings(conn(), user, form.wanted(office().zone), before=before) if is_valid else []
    page = render_template(
        "recordings/overview.html",
        form=form,
        rows=rows,
        older=_older(rows, form) if len(rows) == PAGE_ROWS else None,
        is_first=not before,
        storage=measure_storage(conn(), user),
        failure=last_failure(conn(), user, now()),
        lines=[(line.number, line.number in config.recording.lines) for line in config.lines],
        settings=config.recording,
        size_words=size_words,
    )
    return page, 200 if is_valid else 422


@blueprint.get("/recordings/<recording_id>")
@permission("calls.listen")
def show(recording_id: str) -> ResponseReturnValue:
    """Show one recording; a script of ours gets its player only."""
    recording = open_recording(conn(), require_user(), recording_id)
    if wants_json():
        return render_player(recording)
    return redirect(path_for("calls.show", call_id=recording.call_id) + f"#recording-{recording.id}", 303)


@blueprint.get("/calls/<call_id>/recordings")
@permission("calls.listen")
def of_call(call_id: str) -> ResponseReturnValue:
    """Give a script of ours the players of a call; anybody else sees them on the call's page."""
    call = open_call(conn(), require_user(), call_id)
    if not wants_json():
        return redirect(path_for("calls.show", call_id=call.id) + "#recordings", 303)
    return render_template("recordings/of_call.html", sound=recordings_of(call))


def render_player(recording: RecordingRow) -> str:
    """Give the player of one recording."""
    call = find_call(
        conn(), recording.call_id
    )  # a crash may have left a recording whose call was never stored
    players = recordings_of(call).players if call is not None else ()
    found = next((one for one in players if one.recording.id == recording.id), None)
    return render_template(
        "recordings/player.html",
        player=found or player(conn(), require_user(), Shelf(office().config), recording),
    )


def size_words(size_bytes: int) -> str:
    """Give what recordings take of the disk as people read it."""
    if size_bytes < 1 << 20:
        return f"{persian_digits(max(size_bytes >> 10, 1))} کیلوبایت" if size_bytes else "هیچ"
    if size_bytes < 1 << 30:
        return f"{persian_digits(size_bytes >> 20)} مگابایت"
    return f"{persian_digits(f'{size_bytes / (1 << 30):.1f}')} گیگابایت"


def _place(text: str | None) -> tuple[str, str] | None:
    """Read where a page begins: instant and id of the last row before it."""
    started_at, mark, recording_id = (text or "").partition(_PLACE)
    return (started_at, recording_id) if mark and len(recording_id) <= 26 else None


def _older(rows: list[RecordingListing], form: RecordingSearch) -> str:
    last = rows[-1]
    return path_for("recordings.overview", **form.chosen(), before=f"{last.started_at}{_PLACE}{last.id}")
