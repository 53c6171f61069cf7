"""What a form of a card gets for an answer: the card as it is now for a script, the call's page for everybody else."""

from __future__ import annotations

from collections.abc import Mapping

from flask import current_app, flash, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf

from appliance.core.errors import ConflictError, NotFoundError, OfficeError
from appliance.domain.calls import open_call
from panel.access import wants_json
from panel.cardview import CardView
from panel.context import conn, now
from panel.identity import require_user
from panel.links import path_for
from panel.live.sockets import live_of
from panel.messages import persian, status_of
from panel.recordings.views import recordings_of
from panel.rights import rights_of


def card_done(call_id: str, notice: str) -> ResponseReturnValue:
    """Say that something was done."""
    if wants_json():
        return jsonify(ok=True, notice=notice, **card_now(call_id))
    flash(notice, "success")
    return redirect(path_for("calls.show", call_id=call_id), 303)


def card_overtaken(call_id: str, error: OfficeError, notice: str = "") -> ResponseReturnValue:
    """Say that somebody else was first; what was typed stays."""
    notice = notice or persian(error, now())
    if wants_json():
        return jsonify(ok=False, notice=notice, **card_now(call_id)), status_of(error)
    flash(notice, "warning")
    return card_page(call_id, values=request.form, status=status_of(error))


def card_withdrawn(call_id: str, error: NotFoundError) -> ResponseReturnValue:
    """Say that a card on the screen became another colleague's; raise `error` for a call that is not there at all."""
    if not wants_json() or live_of(current_app).cards.newest(conn(), call_id) is None:
        raise error
    return card_overtaken(call_id, ConflictError(str(error)))


def card_refused(call_id: str, errors: Mapping[str, str]) -> ResponseReturnValue:
    """Say what is wrong beside each field."""
    if wants_json():
        return jsonify(ok=False, errors=errors), 422
    return card_page(call_id, errors, request.form, 422)


def card_page(
    call_id: str,
    errors: Mapping[str, str] | None = None,
    values: Mapping[str, str] | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    """Give a call's own page with its whole card."""
    user = require_user()
    view = _view(call_id, errors, values)
    call = view.card.call
    sound = recordings_of(call) if user.may("calls.listen") else None
    return render_template("calls/show.html", view=view, sound=sound), status


def card_now(call_id: str) -> dict[str, object]:
    """Give a card and its details as they are now, as browsers receive them live."""
    maker, rights = live_of(current_app).cards, rights_of(require_user())
    call = maker.newest(conn(), call_id)
    assert call is not None
    assert rights is not None
    card = maker.card(conn(), call, rights)
    return {
        "call": maker.payload(conn(), card, rights),
        "details": maker.details(conn(), card, rights),
    }


def details_now(call_id: str) -> dict[str, object]:
    """Give what follows the ring on a card."""
    user = require_user()
    live, rights = live_of(current_app), rights_of(user)
    assert rights is not None
    call = live.cards.newest(conn(), call_id) or open_call(conn(), user, call_id)
    return live.cards.details(conn(), live.cards.card(conn(), call, rights), rights)


def _view(call_id: str, errors: Mapping[str, str] | None, values: Mapping[str, str] | None) -> CardView:
    user = require_user()
    live, rights = live_of(current_app), rights_of(user)
    assert rights is not None
    stored = open_call(conn(), user, call_id)
    newest = live.projection.newest(call_id, stored) or stored
    card = live.cards.card(conn(), newest, rights)
    return live.cards.view(
        conn(), card, rights, is_whole=True, csrf=generate_csrf(), errors=errors, values=values
    )
