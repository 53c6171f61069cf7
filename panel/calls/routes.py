# mypy: allow-untyped-calls
# The form library has no types.
"""The call log, one call's page, and the two things a card can do: say who called, register who called."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf
from wtforms import SelectChoice

from appliance.core.errors import ConflictError, InvalidInputError, OfficeError
from appliance.domain.callers import build_card
from appliance.domain.calls import PAGE_ROWS, choose_caller, list_log, open_call, register_caller
from db.queries.calls import CallListing
from panel.access import permission, wants_json
from panel.calls.forms import LogFilter, RegisterForm
from panel.card import CardView, outcome_words, rights_of
from panel.context import conn, now, office
from panel.identity import changing, require_user
from panel.links import path_for
from panel.live.sockets import live_of
from panel.messages import persian, status_of
from panel.recordings.views import recordings_of
from panel.shelf import Shelf
from panel.templating import line_title

blueprint = Blueprint("calls", __name__)
_PLACE = "~"


@blueprint.get("/calls")
@permission("calls.view")
def log() -> ResponseReturnValue:
    """Show one page of the log; a script of ours gets its rows only."""
    form = LogFilter(request.args)
    lines = [
        SelectChoice(str(line.number), line_title(office(), line.number)) for line in office().config.lines
    ]
    form.line.choices = [SelectChoice("", "همهٔ خطوط"), *lines]
    is_valid = form.validate()
    before = _place(request.args.get("before"))
    rows = (
        list_log(conn(), require_user(), form.search(), zone=office().zone, before=before) if is_valid else []
    )
    older = _older(rows, form) if len(rows) == PAGE_ROWS else None
    values = {
        "form": form,
        "rows": [(row, outcome_words(row)) for row in rows],
        "older": older,
        "is_first": not before,
        "can_listen": require_user().may("calls.listen"),
    }
    template = "calls/rows.html" if wants_json() else "calls/log.html"
    return render_template(template, **values), 200 if is_valid else 422


@blueprint.get("/calls/<call_id>")
@permission("calls.view")
def show(call_id: str) -> ResponseReturnValue:
    """Show one call."""
    return _page(call_id)


@blueprint.post("/calls/<call_id>/caller")
@permission("calls.link")
def choose(call_id: str) -> ResponseReturnValue:
    """Say which person a call was from."""
    try:
        person_id = int(request.form.get("person_id", ""))
    except ValueError:
        raise InvalidInputError("person_id", "not a number") from None
    with changing() as act:
        choose_caller(act, call_id, person_id)
    return _done(call_id, "تماس به این شخص پیوند خورد.")


@blueprint.post("/calls/<call_id>/register")
@permission("persons.register")
def register(call_id: str) -> ResponseReturnValue:
    """Register an unknown caller with the call's number."""
    form = RegisterForm()
    if not form.validate():
        return _refused(call_id, {name: str(found[0]) for name, found in form.errors.items()}, form)
    try:
        with changing() as act:
            register_caller(act, call_id, form.first_name.data or "", form.last_name.data)
    except InvalidInputError as error:
        return _refused(call_id, {error.field: persian(error, now())}, form)
    except ConflictError as error:
        return _overtaken(call_id, error)
    return _done(call_id, "در دفتر ثبت شد.")


def _done(call_id: str, notice: str) -> ResponseReturnValue:
    if wants_json():
        return jsonify(ok=True, notice=notice, call=_payload(call_id))
    flash(notice, "success")
    return redirect(path_for("calls.show", call_id=call_id), 303)


def _overtaken(call_id: str, error: OfficeError) -> ResponseReturnValue:
    notice = persian(error, now())
    if wants_json():
        return jsonify(ok=False, notice=notice, call=_payload(call_id)), status_of(error)
    flash(notice, "warning")
    return redirect(path_for("calls.show", call_id=call_id), 303)


def _refused(call_id: str, errors: dict[str, str], form: RegisterForm) -> ResponseReturnValue:
    if wants_json():
        return jsonify(ok=False, errors=errors), 422
    values = {"first_name": form.first_name.data or "", "last_name": form.last_name.data or ""}
    return _page(call_id, errors, values, 422)


def _page(
    call_id: str,
    errors: dict[str, str] | None = None,
    values: dict[str, str] | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    user = require_user()
    stored = open_call(conn(), user, call_id)
    newest = live_of(current_app).projection.newest(call_id, stored) or stored
    rights = rights_of(user)
    assert rights is not None
    view = CardView(
        card=build_card(conn(), newest),
        rights=rights,
        sound=Shelf(office().config).running(newest, now()),
        csrf=generate_csrf(),
        errors=errors or {},
        values=values or {},
    )
    sound = recordings_of(newest) if rights.can_listen else None
    return render_template("calls/show.html", view=view, sound=sound), status


def _payload(call_id: str) -> dict[str, object]:
    live, rights = live_of(current_app), rights_of(require_user())
    call = live.cards.newest(conn(), call_id)
    assert call is not None
    assert rights is not None
    return live.cards.payload(live.cards.card(conn(), call), rights)


def _place(text: str | None) -> tuple[str, str] | None:
    """Read where a page of the log begins: instant and id of the last row before it."""
    started_at, mark, call_id = (text or "").partition(_PLACE)
    return (started_at, call_id) if mark and len(call_id) <= 26 else None


def _older(rows: list[CallListing], form: LogFilter) -> str:
    last = rows[-1]
    return path_for("calls.log", **form.chosen(), before=f"{last.started_at}{_PLACE}{last.id}")
