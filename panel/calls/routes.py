# mypy: allow-untyped-calls
# The form library has no types.
"""The call log, one call's page, and the two things a card can do: say who called, register who called."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from wtforms import SelectChoice

from appliance.core.errors import ConflictError, InvalidInputError, NotFoundError
from appliance.domain.calls import PAGE_ROWS, choose_caller, list_log, register_caller
from db.queries import lists
from db.queries.calls import CallListing
from panel.access import permission, wants_json
from panel.calls.answering import card_done, card_overtaken, card_page, card_refused, card_withdrawn
from panel.calls.forms import LogFilter, RegisterForm
from panel.card import outcome_words
from panel.context import conn, now, office
from panel.identity import changing, require_user
from panel.links import path_for
from panel.messages import persian
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
    results, users = (lists.list_entries(conn(), name) for name in ("choices:call-result", "users"))
    form.offer(lines, results, users)
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
    return card_page(call_id)


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
    return card_done(call_id, "تماس به این شخص پیوند خورد.")


@blueprint.post("/calls/<call_id>/register")
@permission("persons.register")
def register(call_id: str) -> ResponseReturnValue:
    """Register an unknown caller with the call's number."""
    form = RegisterForm()
    if not form.validate():
        return card_refused(call_id, {name: str(found[0]) for name, found in form.errors.items()})
    try:
        with changing() as act:
            register_caller(act, call_id, form.first_name.data or "", form.last_name.data)
    except InvalidInputError as error:
        return card_refused(call_id, {error.field: persian(error, now())})
    except ConflictError as error:
        return card_overtaken(call_id, error)
    except NotFoundError as error:
        # Registered meanwhile by a colleague whose customers this user may not know.
        return card_withdrawn(call_id, error)
    return card_done(call_id, "در دفتر ثبت شد.")


def _place(text: str | None) -> tuple[str, str] | None:
    """Read where a page of the log begins: instant and id of the last row before it."""
    started_at, mark, call_id = (text or "").partition(_PLACE)
    return (started_at, call_id) if mark and len(call_id) <= 26 else None


def _older(rows: list[CallListing], form: LogFilter) -> str:
    last = rows[-1]
    return path_for("calls.log", **form.chosen(), before=f"{last.started_at}{_PLACE}{last.id}")
