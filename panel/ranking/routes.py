"""A customer's rank explained, set by hand and taken back; the office's rules of ranking and of reputation."""

from __future__ import annotations

from datetime import date, timedelta

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from appliance.core import jalali
from appliance.domain.fields.refused import Refused
from appliance.domain.ranking import overriding
from appliance.domain.ranking import settings as rules
from appliance.domain.ranking.climbing import climb_of
from appliance.domain.ranking.computing import read_book
from appliance.domain.ranking.loss_ratio import BASES, PERIODS, loss_ratios
from appliance.domain.ranking.standing import standing_of
from appliance.domain.reputation import payment_reputation
from db.queries.ranking import find_book
from panel.access import permission
from panel.context import conn, now, office
from panel.identity import changing, require_user
from panel.links import path_for
from panel.persons.frame import require_reachable
from panel.ranking import words
from panel.recordform import RecordForm

blueprint = Blueprint("ranking", __name__)
USUAL_DAYS = 90
"""Days a rank by hand is proposed to count."""


@blueprint.get("/persons/<int:person_id>/rank")
@permission("persons.view")
def show(person_id: int) -> ResponseReturnValue:
    """Explain a customer's rank; with ``?fragment`` only the explanation, to be opened in place."""
    if "fragment" in request.args:
        return why(person_id)
    return _page(person_id)


@blueprint.get("/persons/<int:person_id>/rank/why")
@permission("persons.view")
def why(person_id: int) -> ResponseReturnValue:
    """Give the explanation alone, to be opened in a card or on the customer's page."""
    require_reachable(person_id)
    return render_template("ranking/why.html", **_explanation(person_id), is_alone=True)


@blueprint.post("/persons/<int:person_id>/rank")
@permission("ranks.override")
def override(person_id: int) -> ResponseReturnValue:
    """Set the rank by hand."""
    require_reachable(person_id)
    try:
        with changing() as act:
            overriding.set_by_hand(act, person_id, request.form, office().zone)
    except Refused as refused:
        form = RecordForm(conn(), overriding.OVERRIDE_FIELDS, texts=request.form, problems=refused.problems)
        return _page(person_id, form), 422
    flash("رتبهٔ دستی ذخیره شد.", "success")
    return redirect(path_for("ranking.show", person_id=person_id), 303)


@blueprint.post("/persons/<int:person_id>/rank/computed")
@permission("ranks.override")
def compute(person_id: int) -> ResponseReturnValue:
    """Take back a rank set by hand."""
    require_reachable(person_id)
    with changing() as act:
        overriding.take_back(act, person_id, office().zone)
    flash("رتبهٔ دستی برداشته شد.", "success")
    return redirect(path_for("ranking.show", person_id=person_id), 303)


@blueprint.get("/settings/ranking")
@permission("settings.manage")
def settings() -> ResponseReturnValue:
    """Show weights, grades and windows."""
    return _settings_page(RecordForm(conn(), rules.FIELDS, values=rules.values_of(conn())))


@blueprint.post("/settings/ranking")
@permission("settings.manage")
def change_settings() -> ResponseReturnValue:
    """Keep weights, grades and windows."""
    try:
        with changing() as act:
            is_changed = rules.save_settings(act, request.form)
    except Refused as refused:
        form = RecordForm(conn(), rules.FIELDS, texts=request.form, problems=refused.problems)
        return _settings_page(form), 422
    flash(
        "ذخیره شد؛ رتبهٔ همهٔ مشتریان در چند دقیقهٔ آینده از نو حساب می‌شود."
        if is_changed
        else "چیزی تغییر نکرده بود.",
        "success",
    )
    return redirect(path_for("ranking.settings"), 303)


def _today() -> date:
    return jalali.local(now(), office().zone).date()


def _explanation(person_id: int) -> dict[str, object]:
    standing = standing_of(conn(), person_id, _today())
    sees_money = require_user().may("money.view")
    climb = climb_of(standing) if standing else None
    return {
        "person_id": person_id,
        "standing": standing,
        "parts": words.part_words(standing, sees_money=sees_money) if standing else [],
        "climb": climb,
        "climb_words": words.climb_words(climb) if climb else "",
        "ways": [words.way_words(way, sees_money=sees_money) for way in climb.ways] if climb else [],
        "number": words.number,
    }


def _page(person_id: int, form: RecordForm | None = None) -> str:
    person = require_reachable(person_id)
    user, today = require_user(), _today()
    if form is None:
        first = {"until": (today + timedelta(days=USUAL_DAYS)).isoformat()}
        form = RecordForm(conn(), overriding.OVERRIDE_FIELDS, values=first)
    months, basis = _period(), request.args.get("basis", "")
    basis = basis if basis in BASES else "incurred"
    sees_money = user.may("money.view")
    return render_template(
        "ranking/show.html",
        **_explanation(person_id),
        is_alone=False,
        person=person,
        form=form,
        may_override=user.may("ranks.override"),
        reputation=payment_reputation(conn(), person_id, today) if sees_money else None,
        ratios=loss_ratios(conn(), person_id, today, months, basis=basis)
        if user.may("policies.view")
        else [],
        months=months,
        basis=basis,
        periods=PERIODS,
        bases=BASES,
    )


def _period() -> int:
    text = request.args.get("months", "")
    months = int(text) if text.isascii() and text.isdecimal() and len(text) < 4 else -1
    return months if months in PERIODS else next(iter(PERIODS))


def _settings_page(form: RecordForm) -> str:
    kept, book = find_book(conn()), read_book(conn())
    return render_template(
        "ranking/settings.html",
        form=form,
        rules=rules,
        kept=kept,
        book=book,
        number=words.number,
        short_rial=words.short_rial,
    )
