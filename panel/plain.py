"""Where the panel serves HTTPS, plain HTTP leads to the page that explains how to trust the box, and to nothing else.

The header that forbids browsers plain HTTP for a time (HSTS, RFC 6797) is sent only after the owner chose it: a fresh
box of the same name has another authority, and such browsers then refuse it without a way past.
"""

from __future__ import annotations

from flask import Flask, Response, abort, current_app, redirect, request
from flask.typing import ResponseReturnValue

from appliance.domain.settings.security import read_security
from db import DatabaseError
from db.connection import DatabaseUnusableError
from panel.context import conn, office
from panel.links import path_for

OPEN = {"trust.show", "trust.certificate", "trust.reached", "static.file", "static.favicon", "start.health"}
"""What is answered without TLS."""
STRICT_S = 30 * 24 * 3600
_KEY = "aminbox-strict"


def install(app: Flask) -> None:
    """Put the rule before every request."""

    def only_secure() -> ResponseReturnValue | None:
        if not office().config.panel.https or request.is_secure or request.endpoint in OPEN:
            return None
        if request.method not in ("GET", "HEAD"):
            abort(403)
        target = request.full_path.rstrip("?")
        return redirect(path_for("trust.show", next=target if target != "/" else None))

    def add_strict(answer: Response) -> Response:
        if request.is_secure and answer.mimetype == "text/html" and is_strict():
            answer.headers["Strict-Transport-Security"] = f"max-age={STRICT_S}"
        return answer

    app.before_request(only_secure)
    app.after_request(add_strict)


def is_strict() -> bool:
    """Tell whether the owner chose that browsers use HTTPS alone; asked of the records once."""
    if _KEY not in current_app.extensions:
        try:
            current_app.extensions[_KEY] = read_security(conn()).is_strict
        except (DatabaseError, DatabaseUnusableError):
            return False
    return bool(current_app.extensions[_KEY])


def forget_choice() -> None:
    """Ask the records again with the next answer."""
    current_app.extensions.pop(_KEY, None)
