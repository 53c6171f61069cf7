"""Before the box has an owner nothing opens but the first steps: asked of the records until it has one."""

from __future__ import annotations

from flask import current_app, jsonify, redirect, request
from flask.typing import ResponseReturnValue

from appliance.domain.settings.setup import is_unowned
from panel.context import conn
from panel.links import path_for

BEFORE_OWNER = {
    "setup.welcome", "setup.enter", "setup.owner", "setup.become", "restore.show", "restore.receive",
    "restore.open_copy_with_key", "restore.apply", "restore.forget_copy", "static.file", "static.favicon",
    "start.health", "signin.leave", "trust.show", "trust.certificate", "trust.reached",
}  # fmt: skip
_KEY = "aminbox-owned"


def has_owner() -> bool:
    """Tell whether somebody took the box over; once true it stays so in this process."""
    if not current_app.extensions.get(_KEY):
        current_app.extensions[_KEY] = not is_unowned(conn())
    return bool(current_app.extensions[_KEY])


def to_first_steps() -> ResponseReturnValue | None:
    """Lead to the first steps from every other page while there is no owner."""
    if request.endpoint in BEFORE_OWNER or has_owner():
        return None
    if request.headers.get("X-Requested-With") == "fetch":
        return jsonify(ok=False, problem="setup"), 403
    return redirect(path_for("setup.welcome"), 303)


def forget_owner() -> None:
    """Ask the records again: others are in force."""
    current_app.extensions.pop(_KEY, None)
