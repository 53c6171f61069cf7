"""Renewals the box thinks it sees, to be confirmed or refused."""

from __future__ import annotations

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from appliance.domain.fields.refused import Refused
from appliance.domain.policies.changing import decide_renewal
from db.queries import renewals
from panel.access import permission, safe_next
from panel.context import conn
from panel.identity import changing, require_user
from panel.links import path_for
from panel.policies.reach import reach_of
from panel.policies.routes import blueprint
from panel.problems import field_problem

MOST_SHOWN = 100


@blueprint.get("/policies/renewals")
@permission("policies.issue")
def proposals() -> ResponseReturnValue:
    """List the proposals that wait."""
    condition, values = reach_of(require_user())
    return render_template(
        "policies/proposals.html",
        proposals=renewals.list_open(conn(), condition, values, MOST_SHOWN),
        total=renewals.count_open(conn(), condition, values),
    )


@blueprint.post("/policies/<int:policy_id>/renews/<int:old_id>")
@permission("policies.issue")
def decide(policy_id: int, old_id: int) -> ResponseReturnValue:
    """Confirm or refuse that a policy renews an older one."""
    is_confirmed = request.form.get("decision") == "confirm"
    try:
        with changing() as act:
            decide_renewal(act, old_id, policy_id, is_confirmed=is_confirmed)
    except Refused as refused:
        flash(field_problem(next(iter(refused.problems.values()))), "warning")
    else:
        flash("تمدید تأیید شد." if is_confirmed else "پیشنهاد رد شد و دیگر نمایش داده نمی‌شود.", "success")
    return redirect(
        safe_next(request.form.get("back") or path_for("policies.show", policy_id=policy_id)), 303
    )
