"""Larger bodies for the routes that take files, and only for users whom those routes let in.

Everywhere else the small limit of `security` holds. The limit is raised before anything reads the body. What is too
large is read to its end and dropped: a browser that is cut off while it still sends shows its own error and no answer.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar, get_args

from flask import Flask, Response, current_app, request

from appliance.core.whole_files import put
from appliance.domain.access import Permission
from panel.access import rule_of
from panel.context import Office, office
from panel.identity import current_user

Route = TypeVar("Route", bound=Callable[..., object])
_LIMIT = "__largest_body__"
FORM_BYTES = 64 * 1024
"""Room for the form around a file."""
MOST_DROPPED_BYTES = 64 * 1024 * 1024
DROPPING_S = 20.0
"""How much of a refused body is read, and for how long, before the browser is cut off after all."""
_PIECE = 256 * 1024


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

    def hear_out(answer: Response) -> Response:
        if answer.status_code == 413:
            _drop_body()
        return answer

    app.before_request(raise_limit)
    app.after_request(hear_out)


def receive_body(path: Path) -> None:
    """Keep the request's body, a file as it is, under a name; whole or not at all.

    Raises `EOFError` when the browser stopped in the middle, OSError.
    """
    part = path.with_name(f"{path.name}.part")
    with part.open("wb") as file:
        while block := request.stream.read(_PIECE):
            file.write(block)
        file.flush()
        os.fsync(file.fileno())
    if part.stat().st_size != (request.content_length or 0):
        part.unlink()
        raise EOFError("the file came in part only")
    put(part, path)


def _drop_body() -> None:
    """Read what is left of the request's body, within bounds."""
    body, left = request.environ["wsgi.input"], MOST_DROPPED_BYTES
    left = min(left, request.content_length or 0)
    end = time.monotonic() + DROPPING_S
    while left > 0 and time.monotonic() < end:
        piece = body.read(min(_PIECE, left))
        if not piece:
            return
        left -= len(piece)
