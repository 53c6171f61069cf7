"""Writing an e-mail to one of a customer's addresses, or keeping what is written to him in a messenger."""

from __future__ import annotations

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from appliance.core.errors import InvalidInputError
from appliance.core.ids import new_id
from appliance.domain.fields.refused import Refused
from appliance.domain.people.writing_to import FIELDS, Way, ways_to, write_to
from panel.access import permission
from panel.context import conn, now
from panel.identity import changing
from panel.links import path_for
from panel.persons.blueprint import blueprint
from panel.persons.frame import require_reachable
from panel.problems import field_problem
from panel.recordform import RecordForm
from panel.sms.files import RULES, files_problem, most_bytes, uploaded
from panel.uploads import takes_files


@blueprint.get("/persons/<int:person_id>/write")
@permission("messages.send")
def writing(person_id: int) -> ResponseReturnValue:
    """Show the form; ``to`` names the address that is chosen first."""
    require_reachable(person_id)
    return _form(person_id, RecordForm(conn(), FIELDS), request.args.get("to", ""), new_id(now()))


@blueprint.post("/persons/<int:person_id>/write")
@permission("messages.send")
@takes_files(most_bytes)
def write(person_id: int) -> ResponseReturnValue:
    """Queue the e-mail, or keep the messenger's text."""
    require_reachable(person_id)
    chosen, form_key = request.form.get("way", ""), request.form.get("form_key", "")[:40] or new_id(now())
    try:
        files = uploaded()
    except InvalidInputError as error:
        form = RecordForm(conn(), FIELDS, texts=request.form)
        return _form(person_id, form, chosen, form_key, files_problem(error)), 422
    try:
        with changing() as act:
            way = write_to(act, person_id, chosen, request.form, form_key=form_key, files=files)
    except Refused as refused:
        form = RecordForm(conn(), FIELDS, texts=request.form, problems=refused.problems)
        code = refused.problems.get("way") or refused.problems.get("files")
        return _form(person_id, form, chosen, form_key, field_problem(code) if code else ""), 422
    flash("رایانامه در صف ارسال است." if way.channel == "email" else "در ارتباطات مشتری ثبت شد.", "success")
    return redirect(path_for("persons.show", person_id=person_id, tab="contacts"), 303)


def _form(person_id: int, form: RecordForm, chosen: str, form_key: str, problem: str = "") -> str:
    ways = [one for one in ways_to(conn(), person_id) if one.channel in ("email", "messenger")]
    way = _chosen(ways, chosen)
    return render_template(
        "persons/write.html", person=require_reachable(person_id), form=form, ways=ways, way=way, form_key=form_key,
        problem=problem, file_rules=RULES,
    )  # fmt: skip


def _chosen(ways: list[Way], key: str) -> Way | None:
    usable = [one for one in ways if one.can_be_used]
    return next((one for one in ways if one.key == key), usable[0] if usable else None)
