"""Choosing a list's columns, keeping a list under a name, and taking such a view away."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import Blueprint, flash, redirect, request
from flask.typing import ResponseReturnValue

from appliance.core.errors import InvalidInputError
from appliance.domain import list_views
from appliance.domain.list_views import LONGEST_QUERY
from panel.access import safe_next, signed_in
from panel.identity import changing

blueprint = Blueprint("views", __name__)


@blueprint.post("/views")
@signed_in
def save() -> ResponseReturnValue:
    """Keep a list's state under a name."""
    form = request.form
    query = _kept(urlsplit(form.get("back", "")).query)
    try:
        with changing() as act:
            view_id = list_views.save_view(
                act, form.get("listing", ""), form.get("title", ""), query, is_shared="is_shared" in form
            )
    except InvalidInputError as error:
        if error.field != "title":
            raise
        flash(_problem(error.problem), "warning")
        return redirect(_back(), 303)
    flash("نما ذخیره شد.", "success")
    return redirect(_back(view=str(view_id)), 303)


@blueprint.post("/views/<int:view_id>/delete")
@signed_in
def delete(view_id: int) -> ResponseReturnValue:
    """Take one's own view away."""
    with changing() as act:
        list_views.delete_view(act, view_id)
    flash("نما پاک شد.", "success")
    return redirect(_back(view=None), 303)


@blueprint.post("/views/columns")
@signed_in
def choose_columns() -> ResponseReturnValue:
    """Remember which columns a list shows; «reset» gives the list's own back."""
    form = request.form
    with changing() as act:
        columns = [] if "reset" in form else form.getlist("columns")
        list_views.choose_columns(act, form.get("listing", ""), columns)
    return redirect(_back(columns=None), 303)


def _kept(query: str) -> str:
    """Give what of an address belongs to a view: conditions, order and columns."""
    pairs = parse_qsl(query[:LONGEST_QUERY])
    return urlencode(
        [(key, value) for key, value in pairs if key.startswith("f.") or key in ("sort", "columns")]
    )


def _back(**changes: str | None) -> str:
    """Give the list's address with arguments changed; None takes one out."""
    parts = urlsplit(safe_next(request.form.get("back")))
    arguments = {**dict(parse_qsl(parts.query[:LONGEST_QUERY])), **changes}
    query = urlencode({key: value for key, value in arguments.items() if value})
    return f"{parts.path}?{query}" if query else parts.path


def _problem(problem: str) -> str:
    if problem == "missing":
        return "برای نما نامی بنویسید."
    if problem.startswith("more"):
        return "نماهای این فهرست زیاد شده‌اند؛ اول یکی را پاک کنید."
    return "نام نما کوتاه و ساده باشد."
