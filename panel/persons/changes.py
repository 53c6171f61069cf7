"""Making a change from a customer's page: done and back to the page, or the page again with the open form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue

from appliance.core.errors import ConflictError
from appliance.domain.acting import Acting
from appliance.domain.fields.refused import Refused
from panel.identity import changing
from panel.links import path_for
from panel.persons.blueprint import blueprint as blueprint
from panel.persons.frame import Draft, require_reachable
from panel.persons.page import show_page
from panel.problems import field_problem

SAVED = "ذخیره شد."
REMOVED = "برداشته شد."
OVERTAKEN = "همین حالا همکار دیگری این مشتری را تغییر داد؛ دوباره نگاه کنید."


def done_or_shown_again(
    person_id: int, place: str, change: Callable[[Acting], Any], *, said: str = SAVED, tab: str = "overview"
) -> ResponseReturnValue:
    """Make a change of a form at `place`; a refused one is shown again with what was typed."""
    require_reachable(person_id)
    try:
        with changing() as act:
            change(act)
    except Refused as refused:
        problems = refused.problems
        draft = Draft(place, request.form, problems)
        if not place or place.endswith(":"):
            flash(field_problem(next(iter(problems.values()))), "warning")
        return show_page(person_id, tab=tab, draft=draft), 422
    except ConflictError:
        flash(OVERTAKEN, "warning")
        return show_page(person_id, tab=tab), 409
    flash(said, "success")
    return back_to(person_id, place, tab)


def back_to(person_id: int, place: str, tab: str = "overview") -> ResponseReturnValue:
    """Lead back to a place of a customer's page."""
    path = path_for("persons.show", person_id=person_id, tab=tab if tab != "overview" else None)
    part = place.partition(":")[0]
    return redirect(f"{path}#part-{part}" if part else path, 303)
