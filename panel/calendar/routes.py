"""Showing the calendar, and moving what stands in it to another day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from flask import Blueprint, flash, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue

from appliance.core import jalali
from appliance.core.errors import ConflictError
from appliance.domain.calendar import move_entry
from appliance.domain.fields import Field
from appliance.domain.fields.kinds import Day, TimeOfDay
from appliance.domain.fields.reading import read_fields
from appliance.domain.fields.refused import Refused
from panel.access import permission, safe_next, wants_json
from panel.calendar.page import CalendarPage
from panel.context import conn, now, office
from panel.identity import changing, require_user
from panel.links import path_for
from panel.problems import field_problem

blueprint = Blueprint("calendar", __name__)
FIELDS = (
    Field(key="day", title="روز", kind=Day(), is_required=True),
    Field(key="time", title="ساعت", kind=TimeOfDay()),
)
OVERTAKEN = "همین حالا همکار دیگری آن را تغییر داد؛ تقویم تازه شد، دوباره امتحان کنید."


@blueprint.get("/calendar")
@permission("persons.view")
def index() -> ResponseReturnValue:
    """Show a month, a week or a day."""
    page = _page(request.args)
    return render_template("calendar/index.html", page=page)


@blueprint.post("/calendar/<kind>/<int:record_id>/move")
@permission("persons.view")
def move(kind: str, record_id: int) -> ResponseReturnValue:
    """Move a record to another day: dropped on it by hand, or written in its form."""
    read = read_fields(FIELDS, {one.key: request.form.get(one.key, "") for one in FIELDS})
    revision = request.form.get("revision", "0")
    try:
        if read.problems:
            raise Refused(read.problems)
        with changing() as act:
            move_entry(
                act,
                kind,
                record_id,
                date.fromisoformat(str(read.values["day"])),
                office().zone,
                revision=int(revision) if revision.isascii() and revision.isdecimal() else 0,
                time=str(read.values["time"] or ""),
            )
    except Refused as refused:
        return _not_moved(field_problem(next(iter(refused.problems.values()))), 422)
    except ConflictError:
        return _not_moved(OVERTAKEN, 409)
    words = f"به {jalali.format_long_date(date.fromisoformat(str(read.values['day'])))} رفت."
    if wants_json():
        return jsonify(ok=True, said=words)
    flash(words, "success")
    return _back()


def _not_moved(words: str, status: int) -> ResponseReturnValue:
    if wants_json():
        return jsonify(ok=False, said=words), status
    flash(words, "warning")
    return _back()


def _back() -> ResponseReturnValue:
    return redirect(safe_next(request.form.get("back") or path_for("calendar.index")), 303)


def _page(arguments: Mapping[str, str]) -> CalendarPage:
    today = jalali.local(now(), office().zone).date()
    try:
        day = jalali.parse_date(arguments.get("day", "")) if arguments.get("day") else today
    except ValueError:
        flash("چنین روزی در تقویم نیست؛ امروز نشان داده شد.", "warning")
        day = today
    return CalendarPage(
        conn(),
        require_user(),
        office().zone,
        today,
        view=arguments.get("view", "month"),
        day=day,
        whose=arguments.get("whose", "everybody"),
        kind=arguments.get("kind", ""),
    )
