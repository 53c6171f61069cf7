"""Showing, changing, adding and removing roles."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from appliance.core.errors import NotFoundError
from appliance.domain.access import PERMISSION_TITLES, SCOPE_TITLES, permissions_of
from appliance.domain.fields.refused import Refused
from appliance.domain.users import remove_role, save_role
from db.queries import roles, users
from panel.access import permission
from panel.context import conn
from panel.identity import changing
from panel.links import path_for
from panel.live.sockets import live_of
from panel.problems import field_problem

blueprint = Blueprint("roles", __name__)


@blueprint.get("/roles")
@permission("users.manage")
def index() -> ResponseReturnValue:
    """List the roles with how many have them."""
    everybody = users.list_users(conn())
    rows = [
        (
            role,
            sum(user.role == role.name for user in everybody),
            len(permissions_of(role.name, roles.list_differences(conn(), role.name))),
        )
        for role in roles.list_roles(conn())
    ]
    total = sum(len(group) for group in PERMISSION_TITLES.values())
    return render_template("roles/list.html", rows=rows, scopes=SCOPE_TITLES, total=total)


@blueprint.get("/roles/new")
@permission("users.manage")
def new() -> ResponseReturnValue:
    """Show the form of a new role, filled as another one is."""
    like = request.args.get("like", "")
    return _form(None, "", "own", permissions_of(like, roles.list_differences(conn(), like)))


@blueprint.post("/roles/new")
@permission("users.manage")
def add() -> ResponseReturnValue:
    """Add a role."""
    return _save(None)


@blueprint.get("/roles/<name>")
@permission("users.manage")
def edit(name: str) -> ResponseReturnValue:
    """Show a role's form."""
    role = _role(name)
    return _form(role, role.title, role.scope, permissions_of(name, roles.list_differences(conn(), name)))


@blueprint.post("/roles/<name>")
@permission("users.manage")
def change(name: str) -> ResponseReturnValue:
    """Change a role; it acts at everybody's next request."""
    _role(name)
    return _save(name)


@blueprint.post("/roles/<name>/remove")
@permission("users.manage")
def remove(name: str) -> ResponseReturnValue:
    """Remove a role nobody has."""
    try:
        with changing() as act:
            remove_role(act, name)
    except Refused as refused:
        flash(field_problem(refused.problem), "warning")
        return redirect(path_for("roles.edit", name=name), 303)
    flash("نقش حذف شد.", "success")
    return redirect(path_for("roles.index"), 303)


def _save(name: str | None) -> ResponseReturnValue:
    title, scope = request.form.get("title", ""), request.form.get("scope", "")
    wanted = request.form.getlist("permission")
    try:
        with changing() as act:
            saved = save_role(act, name, title=title, scope=scope, permissions=wanted)
    except Refused as refused:
        problems = {key: field_problem(code) for key, code in refused.problems.items()}
        role = _role(name) if name else None
        return _form(role, title, scope, frozenset(wanted), problems), 422
    live = live_of(current_app)
    for browser in live.browsers.all():
        if browser.user.role == saved:
            live.end(browser)
    flash("نقش ذخیره شد و از همین حالا به کار می‌رود.", "success")
    return redirect(path_for("roles.index"), 303)


def _role(name: str) -> roles.RoleRow:
    role = roles.find_role(conn(), name)
    if role is None:
        raise NotFoundError(f"role {name}")
    return role


def _form(
    role: roles.RoleRow | None,
    title: str,
    scope: str,
    chosen: frozenset[str],
    problems: dict[str, str] | None = None,
) -> str:
    return render_template(
        "roles/form.html",
        role=role,
        title=title,
        scope=scope,
        chosen=chosen,
        groups=PERMISSION_TITLES,
        scopes=SCOPE_TITLES,
        problems=problems or {},
    )
