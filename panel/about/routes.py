"""One page: version, changes, licences."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from appliance.core import jalali
from panel.about.changes import read_changes
from panel.access import signed_in

blueprint = Blueprint("about", __name__)


@blueprint.get("/about")
@signed_in
def show() -> ResponseReturnValue:
    """Show the version and what changed."""
    return render_template("about/show.html", releases=read_changes(), long_day=_long_day)


def _long_day(day: str) -> str:
    return jalali.format_long_date(date.fromisoformat(day))
