"""Larger bodies for the routes that take files, and only for users whom those routes let in.

Everywhere else the small limit of `security` holds. The limit is raised before anything reads the body.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, get_args

from flask import Flask, current_app, request

from appliance.domain.access import Permission
from panel.access import rule_of
from panel.context import Office, office
from panel.identity import current_user

Route = TypeVar("Route", bound=Callable[..., object])
_LIMIT = "__largest_body__"
FORM_BYTES = 64 * 1024
"""Room for the form around a file."""


def takes_files(limit: Callable[[Office], int]) -> Callable[[Route], Route]:
    """Let a route take bodies up to a limit in bytes, which the office's configuration gives."""

    def declare(route: Route) -> Route:
        setattr(route, _LIMIT, limit)
        return route

    return declare


def install(app: Flask) -> None:
    """Raise the limit where a route declares one; registered before whatever reads a form."""

    def raise_limit() -> None:
        if request.method != "POST" or request.endpoint is None:
            return
        limit = getattr(current_app.view_functions[request.endpoint], _LIMIT, None)
        rule = rule_of(current_app, request.endpoint)
        if limit is None or rule not in get_args(Permission):
            return
        user = current_user()
        if user is not None and rule in user.permissions:
            request.max_content_length = limit(office()) + FORM_BYTES

    app.before_request(raise_limit)
