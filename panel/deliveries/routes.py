"""The list of deliveries, the courier's round, and one delivery's form."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from appliance.core import jalali
from appliance.core.clock import to_text
from appliance.domain.acting import Acting
from appliance.domain.deliveries import (
    ADDRESS,
    DELIVERIES,
    ENTERED,
    METHODS,
    NEW_ADDRESS,
    NEXT_STATES,
    STATES,
    change_delivery,
    form_values,
    plan_delivery,
    require_delivery,
    step_delivery,
)
from appliance.domain.fields.refused import Refused
from db.queries import deliveries, lists
from db.queries.person_addresses import list_addresses
from db.queries.policy_overview import PolicyHead
from panel.access import permission, safe_next
from panel.context import conn, now, office
from panel.identity import changing, require_user
from panel.links import path_for
from panel.listing import Listing
from panel.policies.page import PolicyPage, days_today
from panel.policies.reach import reach_of, reachable_head
from panel.recordform import RecordForm

blueprint = Blueprint("deliveries", __name__)
FILTERS = ("person.contains", "method.is", "courier_id.is", "due_at.from", "due_at.until")
VIEWS = ("ready", "waiting", "on-the-way", "returned", "delivered", "")
STATE_TONES, METHOD_ICONS = PolicyPage.delivery_tones, PolicyPage.method_icons
CARRIED = ("own-courier", "courier", "post")


@blueprint.context_processor
def words() -> dict[str, Any]:
    """Give every template of deliveries its words."""
    return {"methods": METHODS, "states": STATES, "state_tones": STATE_TONES, "method_icons": METHOD_ICONS,
            "next_states": NEXT_STATES}  # fmt: skip


@blueprint.get("/deliveries")
@permission("deliveries.manage")
def index() -> ResponseReturnValue:
    """List deliveries, first those that are ready."""
    arguments = dict(request.args)
    state = arguments.get("f.state.is", "" if arguments.get("all") == "1" else "ready")
    arguments["f.state.is"] = state
    listing = Listing(conn(), DELIVERIES, require_user(), arguments, path=path_for("deliveries.index"))
    views = [
        (
            key,
            STATES.get(key, "همه"),
            listing.link(**{"f.state.is": key or None, "all": None if key else "1", "page": None}),
        )
        for key in VIEWS
    ]
    return render_template(
        "deliveries/list.html", listing=listing, inputs=listing.filters(*FILTERS), views=views, state=state
    )


@blueprint.get("/deliveries/round")
@permission("deliveries.manage")
def round_list() -> ResponseReturnValue:
    """Show what goes out on a day as a list to be printed and signed."""
    text = request.args.get("day", "")
    problem = ""
    day = days_today()
    if text:
        try:
            day = jalali.parse_date(text)
        except ValueError:
            problem = "تاریخ را مانند ۱۴۰۵/۰۹/۰۱ بنویسید."
    method = request.args.get("method", "own-courier")
    courier = request.args.get("courier", "")
    condition, values = reach_of(require_user())
    _start, end = jalali.day_bounds(day, office().zone)
    rows = deliveries.list_round(
        conn(),
        from_at=None if day == days_today() else to_text(end - timedelta(days=1)),
        until_at=to_text(end),
        methods=(method,) if method in CARRIED else CARRIED,
        courier_id=int(courier) if courier.isascii() and courier.isdecimal() else None,
        reach=condition,
        values=values,
    )
    return render_template(
        "deliveries/round.html",
        rows=rows,
        day=day.isoformat(),
        day_text=jalali.format_date(day),
        day_words=jalali.format_long_date(day),
        problem=problem,
        method=method,
        courier=courier,
        couriers=lists.list_entries(conn(), "users"),
        carried=CARRIED,
    )


@blueprint.get("/policies/<int:policy_id>/deliveries/new")
@permission("deliveries.manage")
def new(policy_id: int) -> ResponseReturnValue:
    """Show an empty form."""
    head = reachable_head(policy_id)
    addresses = list_addresses(conn(), head.person_id)
    values = {"method": "own-courier", "state": "ready", "due_day": days_today().isoformat()}
    chosen = str(addresses[0].id) if addresses else NEW_ADDRESS
    return _form(head, RecordForm(conn(), (*ENTERED, *ADDRESS), values=values), chosen=chosen)


@blueprint.post("/policies/<int:policy_id>/deliveries/new")
@permission("deliveries.manage")
def plan(policy_id: int) -> ResponseReturnValue:
    """Plan a delivery."""
    head = reachable_head(policy_id)
    try:
        with changing() as act:
            plan_delivery(act, policy_id, request.form, office().zone)
    except Refused as refused:
        return _refused(head, refused, {}), 422
    flash("تحویل ثبت شد.", "success")
    return redirect(path_for("policies.show", policy_id=policy_id), 303)


@blueprint.get("/deliveries/<int:delivery_id>")
@permission("deliveries.manage")
def edit(delivery_id: int) -> ResponseReturnValue:
    """Show a delivery's form."""
    row = require_delivery(Acting(conn(), now(), require_user()), delivery_id)
    head = reachable_head(row["policy_id"])
    own = {one.id for one in list_addresses(conn(), head.person_id)}
    is_own = row["address_id"] in own
    chosen = str(row["address_id"]) if is_own else NEW_ADDRESS if row["address"] else ""
    values = form_values(row, office().zone)
    if is_own:
        values |= {"address": "", "postal_code": ""}
    form = RecordForm(conn(), (*ENTERED, *ADDRESS), values=values)
    return _form(head, form, chosen=chosen, delivery=row)


@blueprint.post("/deliveries/<int:delivery_id>")
@permission("deliveries.manage")
def change(delivery_id: int) -> ResponseReturnValue:
    """Change a delivery."""
    row = require_delivery(Acting(conn(), now(), require_user()), delivery_id)
    head = reachable_head(row["policy_id"])
    try:
        with changing() as act:
            change_delivery(act, delivery_id, request.form, office().zone)
    except Refused as refused:
        return _refused(head, refused, row), 422
    flash("تحویل تغییر کرد.", "success")
    return redirect(path_for("policies.show", policy_id=head.id), 303)


@blueprint.post("/deliveries/<int:delivery_id>/step")
@permission("deliveries.manage")
def step(delivery_id: int) -> ResponseReturnValue:
    """Take a delivery to its next state."""
    with changing() as act:
        step_delivery(act, delivery_id, request.form.get("state", ""))
    flash("وضعیت تحویل تغییر کرد.", "success")
    return redirect(safe_next(request.form.get("back") or path_for("deliveries.index")), 303)


def _refused(head: PolicyHead, refused: Refused, row: Mapping[str, Any]) -> str:
    form = RecordForm(conn(), (*ENTERED, *ADDRESS), texts=request.form, problems=refused.problems)
    chosen = request.form.get("address_id", "")
    return _form(head, form, chosen=chosen, delivery=row, is_kept=request.form.get("keep_address") == "1")


def _form(
    head: PolicyHead,
    form: RecordForm,
    *,
    chosen: str,
    delivery: Mapping[str, Any] | None = None,
    is_kept: bool = False,
) -> str:
    return render_template(
        "deliveries/form.html",
        head=head,
        form=form,
        chosen=chosen,
        is_kept=is_kept,
        delivery=delivery or None,
        addresses=list_addresses(conn(), head.person_id),
        new_address=NEW_ADDRESS,
    )
