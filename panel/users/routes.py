"""Listing, adding and changing users; changing one's own password."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from appliance.core.errors import ConflictError, NotFoundError, SignInError
from appliance.domain import accounts
from appliance.domain.access import SCOPE_TITLES
from appliance.domain.fields.refused import Refused
from appliance.domain.users import FIELDS, NEW_FIELDS, add_user, change_user, set_password, switch_user
from db.queries import users
from db.records import find_row
from panel.access import permission, signed_in
from panel.context import conn, now
from panel.identity import changing, require_user
from panel.links import path_for
from panel.live.sockets import live_of
from panel.problems import field_problem
from panel.recordform import RecordForm

blueprint = Blueprint("users", __name__)


@blueprint.get("/users")
@permission("users.manage")
def index() -> ResponseReturnValue:
    """List the users."""
    return render_template("users/list.html", rows=users.list_users(conn()), scopes=SCOPE_TITLES)


@blueprint.get("/users/new")
@permission("users.manage")
def new() -> ResponseReturnValue:
    """Show an empty form."""
    return _form(RecordForm(conn(), (*NEW_FIELDS, *FIELDS)))


@blueprint.post("/users/new")
@permission("users.manage")
def add() -> ResponseReturnValue:
    """Add a user."""
    try:
        with changing() as act:
            add_user(act, request.form, request.form.get("password", ""))
    except Refused as refused:
        form = RecordForm(conn(), (*NEW_FIELDS, *FIELDS), texts=request.form, problems=refused.problems)
        return _form(form, problems=refused.problems), 422
    flash("کاربر ساخته شد. در نخستین ورود گذرواژهٔ خود را عوض می‌کند.", "success")
    return redirect(path_for("users.index"), 303)


@blueprint.get("/users/<int:user_id>")
@permission("users.manage")
def edit(user_id: int) -> ResponseReturnValue:
    """Show a user's form."""
    row = _row(user_id)
    return _form(RecordForm(conn(), FIELDS, values=row), row=row)


@blueprint.post("/users/<int:user_id>")
@permission("users.manage")
def change(user_id: int) -> ResponseReturnValue:
    """Change a user; what it may see changes on its open pages, too."""
    row = _row(user_id)
    revision = request.form.get("revision", type=int) or 0
    try:
        with changing() as act:
            change_user(act, user_id, request.form, revision=revision)
    except Refused as refused:
        form = RecordForm(conn(), FIELDS, values=row, texts=request.form, problems=refused.problems)
        return _form(form, row=row, problems=refused.problems), 422
    except ConflictError:
        form = RecordForm(conn(), FIELDS, values=_row(user_id), texts=request.form)
        return _form(form, row=_row(user_id), is_overtaken=True), 409
    _disconnect(user_id)
    flash("تغییرها ذخیره شد.", "success")
    return redirect(path_for("users.index"), 303)


@blueprint.post("/users/<int:user_id>/state")
@permission("users.manage")
def switch(user_id: int) -> ResponseReturnValue:
    """Switch a user on or off."""
    is_active = request.form.get("is_active") == "1"
    try:
        with changing() as act:
            switch_user(act, user_id, is_active=is_active)
    except Refused as refused:
        flash(field_problem(refused.problem), "warning")
        return redirect(path_for("users.edit", user_id=user_id), 303)
    if not is_active:
        _disconnect(user_id)
    flash("کاربر فعال شد." if is_active else "کاربر غیرفعال شد و دیگر وارد نمی‌شود.", "success")
    return redirect(path_for("users.edit", user_id=user_id), 303)


@blueprint.post("/users/<int:user_id>/password")
@permission("users.manage")
def give_password(user_id: int) -> ResponseReturnValue:
    """Give a user a new password."""
    row = _row(user_id)
    try:
        with changing() as act:
            set_password(act, user_id, request.form.get("password", ""))
    except Refused as refused:
        return _form(RecordForm(conn(), FIELDS, values=row), row=row, problems=refused.problems), 422
    _disconnect(user_id)
    flash("گذرواژهٔ تازه گذاشته شد؛ کاربر در ورود بعدی آن را عوض می‌کند.", "success")
    return redirect(path_for("users.edit", user_id=user_id), 303)


@blueprint.get("/password")
@signed_in
def own_password() -> ResponseReturnValue:
    """Show the form of one's own password."""
    return render_template("users/password.html", problems={})


@blueprint.post("/password")
@signed_in
def change_own_password() -> ResponseReturnValue:
    """Change one's own password; the old one is asked for."""
    user, form = require_user(), request.form
    problems: dict[str, str] = {}
    try:
        accounts.sign_in(conn(), now(), user.username, form.get("old", ""))
    except SignInError:
        problems["old"] = "گذرواژهٔ کنونی درست نیست."
    if form.get("password") != form.get("again"):
        problems["again"] = "دو گذرواژهٔ تازه یکی نیست."
    if not problems:
        try:
            with changing() as act:
                set_password(act, user.id, form.get("password", ""), is_own=True)
        except Refused as refused:
            problems = {key: field_problem(code) for key, code in refused.problems.items()}
    if problems:
        return render_template("users/password.html", problems=problems), 422
    flash("گذرواژهٔ شما عوض شد.", "success")
    return redirect(path_for("start.home"), 303)


def _row(user_id: int) -> dict[str, object]:
    row = find_row(conn(), "users", user_id)
    if row is None:
        raise NotFoundError(f"user {user_id}")
    return row


def _form(
    form: RecordForm,
    *,
    row: dict[str, object] | None = None,
    problems: dict[str, str] | None = None,
    is_overtaken: bool = False,
) -> str:
    code = (problems or {}).get("password", "")
    return render_template(
        "users/form.html",
        form=form,
        row=row,
        password_problem=field_problem(code) if code else "",
        is_overtaken=is_overtaken,
    )


def _disconnect(user_id: int) -> None:
    """End the user's live connections: they come back with the rights of now."""
    live = live_of(current_app)
    for browser in live.browsers.all():
        if browser.user.id == user_id:
            live.end(browser)
