"""The office's settings, and one set of screens for every list the owner may extend."""

from __future__ import annotations

from typing import Any

import msgspec
from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from appliance.core.errors import ConflictError, NotFoundError
from appliance.domain.fields.refused import Refused
from appliance.domain.settings import keeping
from appliance.domain.settings.lists import BY_KEY, GROUP_TITLES, OWN_LISTS, OwnList
from appliance.domain.settings.office import FIELDS, read_office, save_office
from db.queries.choices import Entry, Key, count_entries
from panel.access import permission
from panel.context import conn, now
from panel.context import office as this_office
from panel.identity import changing
from panel.links import path_for
from panel.recordform import RecordForm
from panel.settings.table import rows_of

blueprint = Blueprint("settings", __name__)


@blueprint.get("/settings")
@permission("lists.manage")
def index() -> ResponseReturnValue:
    """Show every list with how many entries it has."""
    groups = [
        (
            title,
            [(one, count_entries(conn(), one.table, one.fixed)) for one in OWN_LISTS if one.group == group],
        )
        for group, title in GROUP_TITLES.items()
    ]
    return render_template("settings/index.html", groups=groups)


@blueprint.get("/settings/office")
@permission("settings.manage")
def office() -> ResponseReturnValue:
    """Show what the office says of itself."""
    return _office_form(RecordForm(conn(), FIELDS, values=msgspec.to_builtins(read_office(conn()))))


@blueprint.post("/settings/office")
@permission("settings.manage")
def change_office() -> ResponseReturnValue:
    """Keep what the office says of itself."""
    try:
        with changing() as act:
            save_office(act, request.form)
    except Refused as refused:
        return _office_form(RecordForm(conn(), FIELDS, texts=request.form, problems=refused.problems)), 422
    flash("مشخصات دفتر ذخیره شد.", "success")
    return redirect(path_for("settings.office"), 303)


@blueprint.get("/settings/<name>")
@permission("lists.manage")
def show(name: str) -> ResponseReturnValue:
    """Show one list."""
    own = _own(name)
    return _list(own, RecordForm(conn(), own.fields))


@blueprint.get("/settings/<name>/new")
@permission("lists.manage")
def new(name: str) -> ResponseReturnValue:
    """Show an empty form."""
    own = _own(name)
    if not own.may_add:
        raise NotFoundError(f"{name} takes no entries")
    return _form(
        own, RecordForm(conn(), own.fields, values={"confidence": "user", "share_basis": "commission"})
    )


@blueprint.post("/settings/<name>/new")
@permission("lists.manage")
def add(name: str) -> ResponseReturnValue:
    """Add an entry."""
    own = _own(name)
    try:
        with changing() as act:
            keeping.add_entry(act, own, request.form)
    except Refused as refused:
        form = RecordForm(conn(), own.fields, texts=request.form, problems=refused.problems)
        return (_list(own, form) if len(own.fields) == 1 else _form(own, form)), 422
    flash(f"{own.entry_title} افزوده شد.", "success")
    return redirect(path_for("settings.show", name=name), 303)


@blueprint.get("/settings/<name>/<key>")
@permission("lists.manage")
def edit(name: str, key: str) -> ResponseReturnValue:
    """Show an entry's form."""
    own = _own(name)
    entry = keeping.find_entry(conn(), own, _key(own, key))
    return _form(own, RecordForm(conn(), own.fields, values=entry), entry=entry)


@blueprint.post("/settings/<name>/<key>")
@permission("lists.manage")
def change(name: str, key: str) -> ResponseReturnValue:
    """Change an entry; one that somebody else changed meanwhile is shown as it is now."""
    own, mark = _own(name), request.form.get("mark", "")
    entry = keeping.find_entry(conn(), own, _key(own, key))
    try:
        with changing() as act:
            keeping.change_entry(act, own, _key(own, key), request.form, mark=mark)
    except Refused as refused:
        form = RecordForm(conn(), own.fields, values=entry, texts=request.form, problems=refused.problems)
        return _form(own, form, entry=entry, mark=mark), 422
    except ConflictError:
        form = RecordForm(conn(), own.fields, values=entry, texts=request.form)
        return _form(own, form, entry=entry, is_overtaken=True), 409
    flash("تغییرها ذخیره شد.", "success")
    return redirect(path_for("settings.show", name=name), 303)


@blueprint.post("/settings/<name>/<key>/state")
@permission("lists.manage")
def switch(name: str, key: str) -> ResponseReturnValue:
    """Offer an entry, or not any more."""
    own, is_active = _own(name), request.form.get("is_active") == "1"
    with changing() as act:
        keeping.switch_entry(act, own, _key(own, key), is_active=is_active)
    flash(
        "از این پس پیشنهاد می‌شود." if is_active else "دیگر پیشنهاد نمی‌شود؛ پرونده‌های گذشته دست نمی‌خورند.",
        "success",
    )
    return redirect(path_for("settings.show", name=name), 303)


@blueprint.post("/settings/<name>/<key>/move")
@permission("lists.manage")
def move(name: str, key: str) -> ResponseReturnValue:
    """Move an entry one place up or down."""
    own = _own(name)
    with changing() as act:
        keeping.move_entry(act, own, _key(own, key), is_up=request.form.get("to") == "up")
    return redirect(path_for("settings.show", name=name) + f"#entry-{key}", 303)


@blueprint.post("/settings/<name>/<key>/remove")
@permission("lists.manage")
def remove(name: str, key: str) -> ResponseReturnValue:
    """Remove a rate that was entered by mistake."""
    own = _own(name)
    with changing() as act:
        keeping.remove_rate(act, own, _key(own, key))
    flash("نرخ حذف شد.", "success")
    return redirect(path_for("settings.show", name=name), 303)


def _own(name: str) -> OwnList:
    own = BY_KEY.get(name)
    if own is None:
        raise NotFoundError(f"list {name}")
    return own


def _key(own: OwnList, key: str) -> Key:
    if own.key_column != "id":
        return key
    if not (key.isascii() and key.isdecimal() and len(key) < 16):
        raise NotFoundError(f"{own.key} {key}")
    return int(key)


def _list(own: OwnList, form: RecordForm) -> str:
    entries = keeping.list_entries(conn(), own)
    return render_template(
        "settings/list.html",
        **_frame(own),
        form=form,
        columns=[field for key in own.columns for field in own.fields if field.key == key],
        rows=rows_of(conn(), own, entries, now(), this_office().zone),
        is_simple=len(own.fields) == 1,
    )


def _form(
    own: OwnList,
    form: RecordForm,
    *,
    entry: Entry | None = None,
    mark: str | None = None,
    is_overtaken: bool = False,
) -> str:
    if entry is not None and mark is None:
        mark = keeping.mark_of(entry)
    return render_template(
        "settings/form.html", **_frame(own), form=form, entry=entry, mark=mark, is_overtaken=is_overtaken
    )


def _office_form(form: RecordForm) -> str:
    return render_template("settings/office.html", form=form, office=this_office().config.office)


def _frame(own: OwnList) -> dict[str, Any]:
    groups = [
        (title, [one for one in OWN_LISTS if one.group == group]) for group, title in GROUP_TITLES.items()
    ]
    return {"own": own, "groups": groups}
