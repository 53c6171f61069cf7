"""The list of persons, and entering, showing and changing one."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from appliance.core.errors import ConflictError, NotFoundError
from appliance.domain.fields import Field
from appliance.domain.fields.refused import Refused
from appliance.domain.people.completeness import missing_fields
from appliance.domain.people.entering import ENTERED, change_person, enter_person
from appliance.domain.people.fields import PERSONS
from appliance.domain.people.reaching import is_reachable
from db.queries import persons
from db.records import find_row
from panel.access import permission
from panel.context import conn
from panel.identity import changing, require_user
from panel.links import path_for
from panel.listing import Listing
from panel.recordform import RecordForm

blueprint = Blueprint("persons", __name__)
FILTERS = ("name.contains", "standing.is", "city_id.is", "region_id.is", "job.is")


@blueprint.get("/persons")
@permission("persons.view")
def index() -> ResponseReturnValue:
    """List persons."""
    listing = Listing(conn(), PERSONS, require_user(), request.args, path=path_for("persons.index"))
    return render_template("persons/list.html", listing=listing, inputs=listing.filters(*FILTERS))


@blueprint.get("/persons/new")
@permission("persons.register")
def new() -> ResponseReturnValue:
    """Show an empty form."""
    return render_template("persons/form.html", form=RecordForm(conn(), _fields()), person=None, phone="")


@blueprint.post("/persons/new")
@permission("persons.register")
def enter() -> ResponseReturnValue:
    """Enter a person."""
    try:
        with changing() as act:
            person_id = enter_person(act, request.form, [request.form.get("phone", "")])
    except Refused as refused:
        form = RecordForm(conn(), _fields(), texts=request.form, problems=refused.problems)
        return render_template(
            "persons/form.html", form=form, person=None, phone=request.form.get("phone", "")
        ), 422
    flash("ثبت شد.", "success")
    return redirect(path_for("persons.show", person_id=person_id), 303)


@blueprint.get("/persons/<int:person_id>")
@permission("persons.view")
def show(person_id: int) -> ResponseReturnValue:
    """Show one person."""
    person = _person(person_id)
    row = find_row(conn(), "persons", person_id)
    return render_template(
        "persons/show.html",
        person=person,
        row=row,
        phones=persons.list_phones(conn(), person_id),
        missing=missing_fields(conn(), person_id),
    )


@blueprint.get("/persons/<int:person_id>/edit")
@permission("persons.edit")
def edit(person_id: int) -> ResponseReturnValue:
    """Show a person's form."""
    person = _person(person_id)
    row = find_row(conn(), "persons", person_id)
    return render_template(
        "persons/form.html", form=RecordForm(conn(), _fields(), values=row), person=person, row=row
    )


@blueprint.post("/persons/<int:person_id>/edit")
@permission("persons.edit")
def change(person_id: int) -> ResponseReturnValue:
    """Change a person; who comes second is told, and nothing is overwritten."""
    person = _person(person_id)
    revision = int(request.form.get("revision", "0") or 0)
    try:
        with changing() as act:
            change_person(act, person_id, request.form, revision=revision)
    except (Refused, ConflictError) as error:
        problems = error.problems if isinstance(error, Refused) else {}
        row = find_row(conn(), "persons", person_id)
        form = RecordForm(conn(), _fields(), values=row, texts=request.form, problems=problems)
        values = {
            "form": form,
            "person": person,
            "row": row,
            "is_overtaken": isinstance(error, ConflictError),
        }
        return render_template("persons/form.html", **values), 422 if problems else 409
    flash("تغییرها ذخیره شد.", "success")
    return redirect(path_for("persons.show", person_id=person_id), 303)


def _person(person_id: int) -> persons.Person:
    person = persons.find_person(conn(), person_id)
    if person is None or not is_reachable(conn(), require_user().reach, person_id):
        raise NotFoundError(f"person {person_id}")
    return person


def _fields() -> list[Field]:
    user = require_user()
    return [field for field in ENTERED if field.may_be_seen_by(user)]
