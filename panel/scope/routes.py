"""A line's page, and the kept sound it lists."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from appliance.core.jalali import persian_digits
from db.queries.calls import CallRow, list_calls_by_id
from panel.access import permission
from panel.card import StateWords, outcome_words
from panel.context import conn, office
from panel.links import path_for
from panel.scope.captures import FOLDER, Capture, capture_path, list_captures
from panel.scope.learned import learned_signalling

blueprint = Blueprint("scope", __name__)


@blueprint.get("/lines/<int:line>/scope")
@permission("lines.view")
def show(line: int) -> ResponseReturnValue:
    """Show one line: live picture, learned signalling, kept sound."""
    section = office().config.line(line)
    if section is None:
        raise NotFound
    captures = list_captures(_folder(), line)
    calls = {call.id: call for call in list_calls_by_id(conn(), [capture.call_id for capture in captures])}
    return render_template(
        "scope/show.html",
        line=line,
        learned=learned_signalling(conn(), line),
        captures=[_listed(capture, calls.get(capture.call_id)) for capture in captures],
        size_words=size_words,
    )


@blueprint.get("/lines/<int:line>/captures/<name>")
@permission("lines.view")
def sound(line: int, name: str) -> ResponseReturnValue:
    """Give a capture as a WAV file; a player may ask for a part of it."""
    path = _capture(line, name)
    try:
        content = path.read_bytes()
    except OSError:
        raise NotFound from None
    answer = Response(content, mimetype="audio/wav")
    answer.headers["Content-Disposition"] = f'attachment; filename="{path.name}"'
    return answer.make_conditional(request, accept_ranges=True, complete_length=len(content))


@blueprint.post("/lines/<int:line>/captures/<name>/delete")
@permission("lines.manage")
def delete(line: int, name: str) -> ResponseReturnValue:
    """Delete a capture."""
    _capture(line, name).unlink(missing_ok=True)
    flash("صدای نگه‌داشته‌شده پاک شد.", "success")
    return redirect(path_for("scope.show", line=line), 303)


def size_words(size_bytes: int) -> str:
    """Give a file's size in kilobytes as people read it."""
    return f"{persian_digits(max(1, round(size_bytes / 1024)))} کیلوبایت"


def _folder() -> Path:
    return Path(office().config.data.folder) / FOLDER


def _capture(line: int, name: str) -> Path:
    path = capture_path(_folder(), line, name)
    if path is None:
        raise NotFound
    return path


def _listed(capture: Capture, call: CallRow | None) -> tuple[Capture, CallRow | None, StateWords | None]:
    return capture, call, outcome_words(call) if call else None
