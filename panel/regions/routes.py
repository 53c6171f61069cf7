"""The tree of regions, and one region with its customers, policies and premium."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from appliance.core import jalali
from appliance.core.errors import NotFoundError
from appliance.domain.acting import Acting
from appliance.domain.fields.refused import Refused
from appliance.domain.people import regions as service
from appliance.domain.people.fields import PERSONS
from appliance.domain.people.reaching import reach_condition
from db.queries import regions
from db.queries.lists import Entry
from db.queries.regions import Region
from panel.access import permission
from panel.context import conn, now, office
from panel.identity import changing, require_user
from panel.links import path_for
from panel.listing import Listing
from panel.recordform import RecordForm

blueprint = Blueprint("regions", __name__)


@blueprint.get("/regions")
@permission("persons.view")
def index() -> ResponseReturnValue:
    """Show the tree."""
    counts = regions.count_direct(conn(), *reach_condition(require_user().reach))
    return render_template("regions/tree.html", regions=regions.list_regions(conn()), counts=counts)


@blueprint.get("/regions/<int:region_id>")
@permission("persons.view")
def show(region_id: int) -> ResponseReturnValue:
    """Show a region: its notes, its figures, its customers."""
    region, user = _region(region_id), require_user()
    today = jalali.local(now(), office().zone).date().isoformat()
    listing = Listing(
        conn(), PERSONS, user, request.args, path=path_for("regions.show", region_id=region_id),
        extra=regions.residents_condition(conn(), region_id),
    )  # fmt: skip
    return listing.answer(
        "regions/show.html",
        region=region,
        below=[one for one in regions.list_regions(conn()) if one.parent_id == region_id],
        figures=regions.find_figures(conn(), region_id, today, *reach_condition(user.reach)),
        inputs=listing.filters("name.contains"),
    )


@blueprint.get("/regions/new")
@permission("lists.manage")
def new() -> ResponseReturnValue:
    """Show an empty form."""
    return _form_page(None, {"parent_id": request.args.get("parent_id", ""), "is_active": "1"})


@blueprint.post("/regions/new")
@permission("lists.manage")
def enter() -> ResponseReturnValue:
    """Store a region."""
    return _done_or_shown_again(None, lambda act: service.enter_region(act, request.form))


@blueprint.get("/regions/<int:region_id>/edit")
@permission("lists.manage")
def edit(region_id: int) -> ResponseReturnValue:
    """Show a region's form."""
    return _form_page(_region(region_id), {})


@blueprint.post("/regions/<int:region_id>/edit")
@permission("lists.manage")
def change(region_id: int) -> ResponseReturnValue:
    """Change a region."""
    region = _region(region_id)
    return _done_or_shown_again(region, lambda act: service.change_region(act, region_id, request.form))


@blueprint.post("/regions/<int:region_id>/delete")
@permission("lists.manage")
def delete(region_id: int) -> ResponseReturnValue:
    """Take away a region nothing refers to."""
    region = _region(region_id)
    try:
        with changing() as act:
            service.delete_region(act, region_id)
    except Refused as refused:
        return _form_page(region, {}, refused.problems), 422
    flash("منطقه حذف شد.", "success")
    return redirect(path_for("regions.index"), 303)


def _done_or_shown_again(region: Region | None, do: Callable[[Acting], Any]) -> ResponseReturnValue:
    try:
        with changing() as act:
            region_id = do(act) or (region.id if region else 0)
    except Refused as refused:
        return _form_page(region, request.form, refused.problems), 422
    flash("ذخیره شد.", "success")
    return redirect(path_for("regions.show", region_id=region_id), 303)


def _region(region_id: int) -> Region:
    region = regions.find_region(conn(), region_id)
    if region is None:
        raise NotFoundError(f"region {region_id}")
    return region


def _form_page(
    region: Region | None, texts: Mapping[str, str], problems: Mapping[str, str] | None = None
) -> str:
    values = {}
    if region is not None:
        names = ("title", "city_id", "parent_id", "note")
        values = {name: getattr(region, name) for name in names} | {"is_active": int(region.is_active)}
    form = RecordForm(conn(), service.REGION_FIELDS, values=values, texts=texts, problems=problems)
    parents = [
        Entry(str(one.id), one.path)
        for one in regions.list_regions(conn())
        if region is None or not regions.is_below(conn(), region.id, one.id)
    ]
    form["parent_id"].choices[:] = parents
    return render_template("regions/form.html", region=region, form=form)
