"""What rules will send in the next days, each with its text; one is taken out or put back."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from appliance.core.clock import to_text
from appliance.core.errors import NotFoundError
from appliance.domain.messaging.firing import Planned, cancel_planned, planned, receiver_of, restore_planned
from appliance.domain.messaging.happenings import NAME
from appliance.domain.messaging.rendering import render
from appliance.domain.people.reaching import is_reachable
from db.queries.message_templates import find_template
from panel.access import permission
from panel.context import conn, now, office
from panel.identity import changing, require_user
from panel.links import path_for
from panel.message_rules.blueprint import blueprint
from panel.message_rules.words import event_title, offset_words
from panel.sms.compose import office_values
from panel.sms.words import NO_RECEIVER

PERIODS = {"1": "امروز و فردا", "7": "۷ روز آینده", "30": "۳۰ روز آینده"}
MOST_SHOWN = 300


@blueprint.get("/messages/planned")
@permission("messages.view")
def planned_index() -> ResponseReturnValue:
    """Show what will be sent."""
    days = request.args.get("days", "7")
    days = days if days in PERIODS else "7"
    found = _within_reach(planned(conn(), now(), int(days), zone=office().zone))
    bodies: dict[int, str] = {}
    return render_template(
        "message_rules/planned.html",
        lines=[_line(one, bodies) for one in found[:MOST_SHOWN]],
        total=len(found),
        most=MOST_SHOWN,
        days=days,
        periods=PERIODS,
    )


@blueprint.post("/messages/planned/cancel")
@permission("messages.send")
def cancel() -> ResponseReturnValue:
    """Take one message out of the plan."""
    key = request.form.get("key", "")[:200]
    one = next((one for one in _all() if one.due.key == key), None)
    if one is None:
        raise NotFoundError("nothing of this key is planned")
    with changing() as act:
        is_out = cancel_planned(act, one.due)
    flash(
        "این پیام فرستاده نمی‌شود." if is_out else "این پیام همین حالا فرستاده شد یا پیش‌تر لغو شده بود.",
        "success" if is_out else "warning",
    )
    return _back()


@blueprint.post("/messages/planned/restore")
@permission("messages.send")
def restore() -> ResponseReturnValue:
    """Put a message that was taken out back into the plan."""
    key = request.form.get("key", "")[:200]
    if not any(one.due.key == key for one in _all()):
        raise NotFoundError("nothing of this key is planned")
    with changing() as act:
        restore_planned(act, key)
    flash("پیام به برنامه بازگشت.", "success")
    return _back()


def _all() -> list[Planned]:
    return _within_reach(planned(conn(), now(), max(int(days) for days in PERIODS), zone=office().zone))


def _within_reach(found: list[Planned]) -> list[Planned]:
    reach = require_user().reach
    if reach.scope == "all":
        return found
    return [
        one
        for one in found
        if one.due.occurrence.person_id is not None
        and is_reachable(conn(), reach, one.due.occurrence.person_id)
    ]


def _line(one: Planned, bodies: dict[int, str]) -> dict[str, Any]:
    occurrence, template_id = one.due.occurrence, one.template_id
    if template_id not in bodies:
        template = find_template(conn(), template_id)
        bodies[template_id] = template.body if template else ""
    rendered = render(bodies[template_id], {**office_values(), **occurrence.values}, office().zone)
    number = receiver_of(conn(), one.rule, occurrence, one.rule.channel) or ""
    problem = ""
    if not number:
        problem = NO_RECEIVER[one.rule.channel]
    elif rendered.missing:
        problem = f"فیلد «{rendered.missing[0]}» مقداری ندارد."
    return {
        "key": one.due.key,
        "at": to_text(one.due.at),
        "name": str(occurrence.values.get(NAME) or ""),
        "number": number,
        "person_id": occurrence.person_id,
        "rule": one.rule,
        "event": event_title(occurrence.event),
        "offset": offset_words(one.due.offset.unit, one.due.offset.amount),
        "text": rendered.text,
        "problem": problem,
        "is_cancelled": one.is_cancelled,
    }


def _back() -> ResponseReturnValue:
    days = request.form.get("days", "")
    return redirect(path_for("rules.planned_index", days=days if days in PERIODS else None), 303)
