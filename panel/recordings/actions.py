"""What is done with a recording: notes, hold, deletion, and never recording somebody."""

from __future__ import annotations

from flask import Blueprint, flash, jsonify, redirect, request
from flask.typing import ResponseReturnValue

from appliance.core.errors import ConflictError, InvalidInputError, OfficeError
from appliance.domain.calls import open_call
from appliance.domain.recordings import (
    add_note,
    allow_recording,
    delete_recording,
    hold_recording,
    open_recording,
    refuse_recording,
    remove_note,
)
from panel.access import permission, wants_json
from panel.context import conn, now, office
from panel.identity import changing, require_user
from panel.links import path_for
from panel.messages import persian, status_of
from panel.recordings.routes import render_player
from recorder.keeping import remove_file


def add_routes(blueprint: Blueprint) -> None:
    """Add the routes of this module."""
    for path, name, view in (
        ("/recordings/<recording_id>/notes", "note", note),
        ("/recordings/<recording_id>/notes/<int:note_id>/delete", "forget_note", forget_note),
        ("/recordings/<recording_id>/hold", "hold", hold),
        ("/recordings/<recording_id>/delete", "delete", delete),
        ("/calls/<call_id>/recording-refusal", "refuse", refuse),
    ):
        blueprint.add_url_rule(path, name, view, methods=["POST"])


@permission("calls.listen")
def note(recording_id: str) -> ResponseReturnValue:
    """Write a note at a moment of a recording."""
    recording = open_recording(conn(), require_user(), recording_id)
    try:
        with changing() as act:
            add_note(act, recording.id, _seconds(request.form.get("seconds")), request.form.get("text", ""))
    except InvalidInputError as error:
        return _refused(recording.call_id, recording.id, error)
    return _done(recording_id, "یادداشت ثبت شد.")


@permission("calls.listen")
def forget_note(recording_id: str, note_id: int) -> ResponseReturnValue:
    """Take a note back."""
    with changing() as act:
        remove_note(act, recording_id, note_id)
    return _done(recording_id, "یادداشت پاک شد.")


@permission("recordings.hold")
def hold(recording_id: str) -> ResponseReturnValue:
    """Keep a recording whatever its age, or let it go again."""
    is_on_hold = request.form.get("on") == "yes"
    with changing() as act:
        hold_recording(act, recording_id, is_on_hold)
    return _done(recording_id, "این ضبط نگه داشته می‌شود." if is_on_hold else "نگه‌داری ویژه برداشته شد.")


@permission("recordings.delete")
def delete(recording_id: str) -> ResponseReturnValue:
    """Delete a recording: the row first, then its file."""
    try:
        with changing() as act:
            recording = delete_recording(act, recording_id)
    except ConflictError as error:
        held = open_recording(conn(), require_user(), recording_id)
        return _refused(held.call_id, held.id, error, "تا نگه‌داری ویژه برداشته نشود، این ضبط پاک نمی‌شود.")
    is_gone = remove_file(office().config.recordings_folder, recording.file_name)
    notice = "ضبط پاک شد." if is_gone else "ضبط از فهرست پاک شد؛ فایل آن با راه‌اندازی بعدی خط پاک می‌شود."
    if wants_json():
        return jsonify(ok=True, notice=notice, reload=True)
    flash(notice, "success")
    return redirect(path_for("calls.show", call_id=recording.call_id) + "#recordings", 303)


@permission("recordings.refuse")
def refuse(call_id: str) -> ResponseReturnValue:
    """Never record a call's number or person from now on, or do so again."""
    call = open_call(conn(), require_user(), call_id)
    is_refused = request.form.get("on") == "yes"
    party = request.form.get("of")
    if party == "person":
        who: dict[str, int | str | None] = {"person_id": call.person_id}
    elif party == "number":
        who = {"number": call.number}
    else:
        raise InvalidInputError("of", "is neither person nor number")
    with changing() as act:
        (refuse_recording if is_refused else allow_recording)(act, **who)  # type: ignore[arg-type]
    notice = "از این پس ضبط نمی‌شود." if is_refused else "از این پس دوباره ضبط می‌شود."
    flash(notice, "success")
    return redirect(path_for("calls.show", call_id=call_id) + "#recordings", 303)


def _seconds(text: str | None) -> float:
    try:
        return float(text or "0")
    except ValueError:
        raise InvalidInputError("seconds", "not a number") from None


def _done(recording_id: str, notice: str) -> ResponseReturnValue:
    recording = open_recording(conn(), require_user(), recording_id)
    if wants_json():
        return jsonify(ok=True, notice=notice, player=render_player(recording))
    flash(notice, "success")
    return redirect(path_for("calls.show", call_id=recording.call_id) + f"#recording-{recording_id}", 303)


def _refused(call_id: str, recording_id: str, error: OfficeError, words: str = "") -> ResponseReturnValue:
    notice = words or persian(error, now())
    if wants_json():
        return jsonify(ok=False, notice=notice), status_of(error)
    flash(notice, "warning")
    return redirect(path_for("calls.show", call_id=call_id) + f"#recording-{recording_id}", 303)
