"""The list of persons; entering, showing and changing one; archive."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import msgspec
from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from appliance.core import jalali
from appliance.core.errors import ConflictError
from appliance.domain.acting import Acting
from appliance.domain.fields import Field
from appliance.domain.fields.refused import Refused
from appliance.domain.people.archiving import archive_person, restore_person
from appliance.domain.people.entering import (
    ENTERED,
    Likeness,
    change_person,
    enter_person,
    find_likenesses,
    make_customer,
)
from appliance.domain.people.fields import PERSONS
from appliance.domain.people.groups import members_condition
from appliance.domain.people.reaching import is_reachable
from appliance.domain.people.timeline import SOURCES
from db.queries import lists, regions
from db.queries.groups import find_group, list_groups
from db.records import find_row
from panel.access import permission
from panel.context import conn, now, office
from panel.identity import changing, require_user
from panel.links import path_for
from panel.listing import PREFIX, FilterInput, Listing
from panel.persons.blueprint import blueprint
from panel.persons.changes import done_or_shown_again
from panel.persons.frame import require_reachable
from panel.persons.page import show_page
from panel.recordform import RecordForm

FILTERS = ("name.contains", "province.is", "city_id.is", "region_id.is", "grade.is")
MORE_FILTERS = (
    "job.is",
    "kind.is",
    "unit_id.is",
    "marketer_id.is",
    "source_id.is",
    "completeness.until",
    "bounced_cheques.from",
)
VIEWS: tuple[tuple[str, dict[str, str]], ...] = (
    ("همه", {}),
    ("مشتریان", {"f.standing.is": "customer"}),
    ("مشتریان احتمالی", {"f.standing.is": "prospect"}),
    ("ویژه", {"f.is_vip.is": "1"}),
    ("بر اساس رتبه", {"f.standing.is": "customer", "sort": "-score",
                      "columns": "name,grade,score,loss_ratio,phone,policies"}),
    ("ناقص‌ها", {"f.completeness.until": "99", "sort": "completeness",
                 "columns": "name,phone,completeness,city_id,standing"}),
)  # fmt: skip
"""Quick views of the list: title and arguments of its address."""
ARCHIVED = msgspec.structs.replace(PERSONS, always="persons.archived_at IS NOT NULL")
SHORT = ("kind", "first_name", "last_name", "source_id", "interest", "note")
"""What a prospect's form asks for, beside one telephone."""


@blueprint.get("/persons")
@permission("persons.view")
def index() -> ResponseReturnValue:
    """List persons."""
    user = require_user()
    group = find_group(conn(), request.args.get("group", 0, type=int))
    extra = members_condition(group, now(), office().zone) if group else None
    listing = Listing(conn(), PERSONS, user, request.args, path=path_for("persons.index"), extra=extra)
    groups = list_groups(conn())
    rule = {key: value for key, value in listing.arguments.items() if key.startswith(PREFIX)}
    return listing.answer(
        "persons/list.html",
        inputs=_inputs(listing),
        views=[(title, _view_link(values), _is_view(values)) for title, values in VIEWS],
        groups=groups,
        group=group,
        by_hand=[one for one in groups if one.rule is None],
        rule_query=urlencode(rule),
    )


@blueprint.get("/persons/archive")
@permission("persons.archive")
def archive() -> ResponseReturnValue:
    """List the archived persons."""
    listing = Listing(conn(), ARCHIVED, require_user(), request.args, path=path_for("persons.archive"))
    return listing.answer("persons/archive.html", inputs=listing.filters("name.contains"))


@blueprint.get("/persons/new")
@permission("persons.register")
def new() -> ResponseReturnValue:
    """Show an empty form: the short one of a prospect, or a customer's with ``?standing=customer``."""
    first = {"first_name": request.args.get("first_name", ""), "last_name": request.args.get("last_name", "")}
    return _entry_page(first | {"phone": request.args.get("phone", "")}, _standing(request.args))


@blueprint.post("/persons/new")
@permission("persons.register")
def enter() -> ResponseReturnValue:
    """Enter a person, unless somebody alike is there already and nobody said to enter it all the same."""
    form, standing = request.form, _standing(request.form)
    likenesses = [] if form.get("is_sure") == "1" else _likenesses(form)
    if likenesses:
        return _entry_page(form, standing, likenesses=likenesses), 409
    try:
        with changing() as act:
            person_id = enter_person(act, form, [form.get("phone", "")], standing=standing)
    except Refused as refused:
        return _entry_page(form, standing, refused.problems), 422
    flash("ثبت شد.", "success")
    return redirect(path_for("persons.show", person_id=person_id), 303)


@blueprint.get("/persons/<int:person_id>")
@permission("persons.view")
def show(person_id: int) -> ResponseReturnValue:
    """Show one person."""
    arguments = request.args
    source = arguments.get("source", "")
    return show_page(
        person_id,
        tab=arguments.get("tab", "overview"),
        opened=arguments.get("open", ""),
        source=source if source in SOURCES else "",
        before=arguments.get("before", ""),
    )


@blueprint.get("/persons/<int:person_id>/edit")
@permission("persons.edit")
def edit(person_id: int) -> ResponseReturnValue:
    """Show a person's form."""
    return _change_page(person_id, {})


@blueprint.post("/persons/<int:person_id>/edit")
@permission("persons.edit")
def change(person_id: int) -> ResponseReturnValue:
    """Change a person; who comes second is told, and nothing is overwritten."""
    require_reachable(person_id)
    revision = request.form.get("revision", "")
    try:
        with changing() as act:
            known = int(revision) if revision.isascii() and revision.isdecimal() else None
            change_person(act, person_id, request.form, revision=known)
    except Refused as refused:
        return _change_page(person_id, request.form, refused.problems), 422
    except ConflictError:
        return _change_page(person_id, request.form, is_overtaken=True), 409
    flash("تغییرها ذخیره شد.", "success")
    return redirect(path_for("persons.show", person_id=person_id), 303)


@blueprint.post("/persons/<int:person_id>/field")
@permission("persons.edit")
def fill(person_id: int) -> ResponseReturnValue:
    """Fill one field from the list of what is missing."""
    key = request.form.get("key", "")
    texts = {key: request.form.get(key, "")} if key in {one.key for one in _fields()} else {}
    return done_or_shown_again(person_id, f"field:{key}", lambda act: change_person(act, person_id, texts))


@blueprint.post("/persons/<int:person_id>/customer")
@permission("persons.edit")
def convert(person_id: int) -> ResponseReturnValue:
    """Turn a prospect into a customer."""
    return done_or_shown_again(
        person_id,
        "",
        lambda act: make_customer(act, person_id),
        said="از این پس مشتری است؛ سابقه‌اش همین‌جا ماند.",
    )


@blueprint.post("/persons/<int:person_id>/archive")
@permission("persons.archive")
def put_away(person_id: int) -> ResponseReturnValue:
    """Archive a person."""
    today = jalali.local(now(), office().zone).date().isoformat()
    return done_or_shown_again(
        person_id,
        "",
        lambda act: archive_person(act, person_id, today),
        said="بایگانی شد و دیگر در فهرست‌ها نیست.",
    )


@blueprint.post("/persons/<int:person_id>/restore")
@permission("persons.archive")
def restore(person_id: int) -> ResponseReturnValue:
    """Take a person out of the archive."""
    return done_or_shown_again(
        person_id, "", lambda act: restore_person(act, person_id), said="از بایگانی برگشت."
    )


def _inputs(listing: Listing) -> list[FilterInput]:
    """Give the filters; a chosen province leaves its own cities to choose from."""
    inputs, province = listing.filters(*_filters()), listing.arguments.get("f.province.is")
    if not province:
        return inputs
    own = {str(city.id) for city in regions.list_cities(conn()) if city.province == province}
    return [
        dataclasses.replace(one, choices=[entry for entry in one.choices if entry.key in own])
        if one.field.key == "city_id"
        else one
        for one in inputs
    ]


def _filters() -> tuple[str, ...]:
    """Give the filters to show: the everyday ones, and of the rest those that are asked for or all with ``more``."""
    arguments = request.args
    shown = arguments.get("more") == "1"
    return FILTERS + tuple(name for name in MORE_FILTERS if shown or arguments.get(f"f.{name}"))


def _view_link(values: Mapping[str, str]) -> str:
    return path_for("persons.index", **values)


def _is_view(values: Mapping[str, str]) -> bool:
    given = {key: value for key, value in request.args.items() if key not in ("page", "more") and value}
    return given == dict(values)


def _standing(texts: Mapping[str, str]) -> str:
    return "customer" if texts.get("standing") == "customer" else "prospect"


def _likenesses(form: Mapping[str, str]) -> list[Likeness]:
    """Give who may be meant, as far as the user's reach goes; wrong input is left to the service to refuse."""
    user = require_user()
    try:
        found = find_likenesses(
            Acting(conn(), now(), user),
            national_id=form.get("national_id", ""),
            numbers=[form.get("phone", "")],
            first_name=form.get("first_name", ""),
            last_name=form.get("last_name", ""),
        )
    except Refused:
        return []
    return [one for one in found if is_reachable(conn(), user.reach, one.person.id)]


def _entry_page(
    texts: Mapping[str, str],
    standing: str,
    problems: Mapping[str, str] | None = None,
    likenesses: list[Likeness] | None = None,
) -> str:
    fields = [one for one in _fields() if standing == "customer" or one.key in SHORT]
    shown = {"kind": "natural"} | {key: value for key, value in texts.items() if value}
    form = RecordForm(conn(), fields, texts=shown, problems=problems)
    return render_template(
        "persons/form.html", form=form, person=None, typed_phone=texts.get("phone", ""), standing=standing,
        likenesses=likenesses or [], phone_problem=(problems or {}).get("phone", ""), **_places(),
    )  # fmt: skip


def _change_page(
    person_id: int,
    texts: Mapping[str, str],
    problems: Mapping[str, str] | None = None,
    *,
    is_overtaken: bool = False,
) -> str:
    person, row = require_reachable(person_id), find_row(conn(), "persons", person_id)
    form = RecordForm(conn(), _fields(), values=row, texts=texts, problems=problems)
    return render_template(
        "persons/form.html", form=form, person=person, row=row, is_overtaken=is_overtaken, standing=person.standing,
        likenesses=[], **_places(),
    )  # fmt: skip


def _places() -> dict[str, Any]:
    """Give what the fields of place choose from: provinces, cities with theirs, regions with their cities."""
    return {
        "provinces": lists.list_entries(conn(), "provinces"),
        "cities": regions.list_cities(conn()),
        "regions": [one for one in regions.list_regions(conn()) if one.is_active],
    }


def _fields() -> list[Field]:
    user = require_user()
    return [field for field in ENTERED if field.may_be_seen_by(user)]
