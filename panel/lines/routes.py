"""The page of lines: each with its state, and the test of one by a real call."""

from __future__ import annotations

from flask import Blueprint, flash, jsonify, redirect, render_template
from flask.typing import ResponseReturnValue

from appliance.core.config.own_lines import read_own_lines
from appliance.core.errors import InvalidInputError, NotFoundError
from appliance.core.exchange_client import ring as ring_exchange
from panel.access import permission, wants_json
from panel.context import office
from panel.lines.views import LineCard, find_card, list_cards
from panel.links import path_for

blueprint = Blueprint("lines", __name__)
TEST_NUMBER = "09121234567"
TEST_RING = {"name": None, "standard": "fsk-bell202", "withheld": False, "answer_after": 8, "talk": 5}


@blueprint.get("/lines")
@permission("lines.view")
def overview() -> ResponseReturnValue:
    """Show every line with its last known state."""
    problem = read_own_lines(office().config.data.folder).problem
    return render_template("lines/overview.html", cards=list_cards(), file_problem=problem)


@blueprint.get("/lines/<int:number>/state")
@permission("lines.view")
def state(number: int) -> ResponseReturnValue:
    """Give the part of a line's card that changes with what happens to the line."""
    return render_template("lines/state.html", card=_card(number))


@blueprint.get("/lines/<int:number>/test")
@permission("lines.view")
def test(number: int) -> ResponseReturnValue:
    """Show the lamps of one line while somebody calls it."""
    card = _card(number)
    if card.is_switched_off:
        return redirect(path_for("lines.overview"), 303)
    return render_template("lines/test.html", card=card)


@blueprint.post("/lines/<int:number>/ring")
@permission("lines.ring")
def ring(number: int) -> ResponseReturnValue:
    """Let a simulated line ring."""
    card = _card(number)
    if card.section.driver != "sim":
        raise InvalidInputError("line", "only a simulated line rings by itself")
    runtime = office().config.data.runtime_folder
    ring_exchange(runtime, line=number, number=TEST_NUMBER, **TEST_RING)
    notice = "خط آزمایشی زنگ می‌زند."
    if wants_json():
        return jsonify(ok=True, notice=notice)
    flash(notice, "info")
    return redirect(path_for("lines.test", number=number), 303)


def _card(number: int) -> LineCard:
    card = find_card(number)
    if card is None:
        raise NotFoundError(f"line {number}")
    return card
