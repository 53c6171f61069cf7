"""Naming the four fields of a policy that are the office's own."""

from __future__ import annotations

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from appliance.domain.fields.refused import Refused
from appliance.domain.policies.userfields import LONGEST_TITLE, TYPES, change_user_fields, user_fields
from panel.access import permission
from panel.context import conn
from panel.identity import changing
from panel.links import path_for
from panel.policies.routes import blueprint
from panel.problems import field_problem


@blueprint.get("/policies/fields")
@permission("settings.manage")
def fields() -> ResponseReturnValue:
    """Show the four fields."""
    return _page({}, {})


@blueprint.post("/policies/fields")
@permission("settings.manage")
def change_fields() -> ResponseReturnValue:
    """Set titles, types and which are used."""
    texts = {key: request.form[key] for key in request.form if key.startswith("field_")}
    try:
        with changing() as act:
            change_user_fields(act, texts)
    except Refused as refused:
        return _page(texts, refused.problems), 422
    flash("فیلدها ذخیره شد و از همین حالا در فرم و فهرست بیمه‌نامه دیده می‌شود.", "success")
    return redirect(path_for("policies.fields"), 303)


def _page(texts: dict[str, str], problems: dict[str, str]) -> str:
    rows = [
        {
            "key": one.key,
            "title": texts.get(f"{one.key}.title", one.title),
            "type": texts.get(f"{one.key}.type", one.type),
            "is_on": texts.get(f"{one.key}.is_on", "0") == "1" if texts else one.is_on,
            "problem": field_problem(problems[name]) if (name := f"{one.key}.title") in problems else "",
        }
        for one in user_fields(conn())
    ]
    return render_template("policies/fields.html", rows=rows, types=TYPES, longest=LONGEST_TITLE)
