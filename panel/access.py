"""Who may open a route: declared on the route itself, refused when nothing is declared."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeVar, get_args
from urllib.parse import urlsplit

from flask import Flask, current_app, jsonify, redirect, request
from flask.typing import ResponseReturnValue

from appliance.core.errors import NotAllowedError
from appliance.domain.access import Permission, require
from panel.identity import current_user
from panel.links import path_for
from panel.ownership import has_owner, to_first_steps

Route = TypeVar("Route", bound=Callable[..., object])
Rule = Literal["public", "signed-in"] | Permission

_RULE = "__access_rule__"
_BEFORE_PASSWORD = {"users.own_password", "users.change_own_password", "start.session"}
"""What somebody may open whose password another one set."""


def public(route: Route) -> Route:
    """Let everybody open the route, signed in or not."""
    setattr(route, _RULE, "public")
    return route


def signed_in(route: Route) -> Route:
    """Let every signed-in user open the route."""
    setattr(route, _RULE, "signed-in")
    return route


def permission(name: Permission) -> Callable[[Route], Route]:
    """Let only users with a permission open the route."""
    assert name in get_args(Permission)

    def declare(route: Route) -> Route:
        setattr(route, _RULE, name)
        return route

    return declare


def rule_of(app: Flask, endpoint: str) -> Rule | None:
    """Give what a route declares, or None when it declares nothing (and so nobody may open it)."""
    return getattr(app.view_functions[endpoint], _RULE, None)


def wants_json() -> bool:
    """Tell whether a script of ours asks, and not the address bar."""
    return request.headers.get("X-Requested-With") == "fetch"


def guard() -> ResponseReturnValue | None:
    """Check the route's rule before anything of it runs."""
    if request.endpoint is None:
        return None
    if (first := to_first_steps()) is not None:
        return first
    rule = rule_of(current_app, request.endpoint)
    if rule == "public":
        return None
    user = current_user()
    if user is None:
        return _to_sign_in()
    if rule is None:
        raise NotAllowedError(f"route {request.endpoint} declares no rule")
    if user.must_change_password and request.endpoint not in _BEFORE_PASSWORD and has_owner():
        return _to_password()
    if rule != "signed-in":
        require(user, rule)
    return None


def safe_next(target: str | None) -> str:
    """Give a page of our own to go on to after sign-in; anything else becomes the start page."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")) or "\\" in target:
        return path_for("start.home")
    parts = urlsplit(target)
    if parts.scheme or parts.netloc or any(ord(letter) < 32 for letter in target):
        return path_for("start.home")
    return target


def _to_password() -> ResponseReturnValue:
    if wants_json():
        return jsonify(ok=False, problem="password"), 403
    return redirect(path_for("users.own_password"), 303)


def _to_sign_in() -> ResponseReturnValue:
    if wants_json():
        return jsonify(ok=False, problem="signed-out", sign_in=path_for("signin.form")), 401
    if request.method not in ("GET", "HEAD"):
        return redirect(path_for("signin.form"), 303)
    target = request.full_path.rstrip("?")
    return redirect(path_for("signin.form", next=target if target != "/" else None))
