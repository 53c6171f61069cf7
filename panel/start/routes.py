"""The start page is the first screen the user may see; `/health` answers whoever watches the process."""

from __future__ import annotations

from flask import Blueprint, jsonify, redirect
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from appliance.version import VERSION
from panel.access import public, signed_in
from panel.context import office
from panel.identity import require_user
from panel.links import path_for
from panel.templating import menu_for

blueprint = Blueprint("start", __name__)


@blueprint.get("/")
@signed_in
def home() -> ResponseReturnValue:
    """Go to the first screen of the user's menu."""
    menu = menu_for(office(), require_user().may)
    if not menu:
        raise NotFound
    return redirect(path_for(menu[0].endpoint))


@blueprint.get("/session")
@signed_in
def session() -> ResponseReturnValue:
    """Tell a page that its session is still good."""
    return jsonify(ok=True)


@blueprint.get("/health")
@public
def health() -> ResponseReturnValue:
    """Say that the panel answers, and its version."""
    return jsonify(ok=True, version=VERSION)
