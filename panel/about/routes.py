"""One page: version, changes, licences."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from panel.about.changes import read_changes
from panel.access import signed_in

blueprint = Blueprint("about", __name__)
HEADINGS = {"Improvements": "تازه‌ها", "Bug Fixes": "اصلاح‌ها", "": "تغییرها"}


@blueprint.get("/about")
@signed_in
def show() -> ResponseReturnValue:
    """Show the version and what changed."""
    return render_template("about/show.html", releases=read_changes(), headings=HEADINGS)
