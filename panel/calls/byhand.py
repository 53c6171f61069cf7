"""Entering a call that no line heard: one made or taken on a mobile telephone."""

from __future__ import annotations

from collections.abc import Mapping

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from appliance.core import jalali
from appliance.domain.call_entry import FIELDS, enter_call
from appliance.domain.fields.refused import Refused
from appliance.domain.people.choosing import persons_meant
from panel.access import permission
from panel.calls.routes import blueprint
from panel.context import conn, now, office
from panel.identity import changing, require_user
from panel.links import path_for
from panel.personchoice import chosen_person_id, reachable_person
from panel.problems import field_problem
from panel.recordform import RecordForm


@blueprint.get("/calls/new")
@permission("calls.note")
def new_by_hand() -> ResponseReturnValue:
    """Show an empty form, for a person or a number the address may name."""
    at = jalali.local(now(), office().zone)
    first = {
        "direction": "out",
        "outcome": "spoken",
        "day": at.date().isoformat(),
        "time": at.strftime("%H:%M"),
    }
    texts = {"who": request.args.get("number", ""), "person_id": request.args.get("person", "")}
    return _page(RecordForm(conn(), FIELDS, values=first), texts)


@blueprint.post("/calls/new")
@permission("calls.note")
def enter_by_hand() -> ResponseReturnValue:
    """Store the call."""
    texts = dict(request.form.items()) | {"person_id": chosen_person_id(request.form)}
    try:
        with changing() as act:
            call_id = enter_call(act, texts, office().zone, area_code=office().config.office.area_code)
    except Refused as refused:
        form = RecordForm(conn(), FIELDS, texts=texts, problems=refused.problems)
        return _page(form, texts, refused.problems), 422
    flash("تماس ثبت شد.", "success")
    return redirect(path_for("calls.show", call_id=call_id), 303)


def _page(form: RecordForm, texts: Mapping[str, str], problems: Mapping[str, str] | None = None) -> str:
    code = (problems or {}).get("who", "")
    who = texts.get("who", "")
    found = persons_meant(conn(), require_user(), who) if code == "person.several" else []
    return render_template(
        "calls/byhand.html", form=form, person=reachable_person(texts.get("person_id", "")), who=who, found=found,
        who_problem=field_problem(code) if code else "",
    )  # fmt: skip
