"""The ring button."""

from __future__ import annotations

from flask import Blueprint, flash, jsonify, redirect, request
from flask.typing import ResponseReturnValue

from appliance.core.exchange_client import ring as ring_exchange
from panel.access import permission, safe_next, wants_json
from panel.context import office
from panel.demo.forms import CALLERS, STANDARDS, ring_request

blueprint = Blueprint("demo", __name__)


@blueprint.post("/demo/ring")
@permission("lines.ring")
def ring() -> ResponseReturnValue:
    """Make the simulated telephone ring."""
    ring_exchange(office().config.data.runtime_folder, **ring_request(request.form.to_dict()))
    notice = "تلفن آزمایشی زنگ می‌زند."
    if wants_json():
        return jsonify(ok=True, notice=notice)
    flash(notice, "info")
    return redirect(safe_next(request.form.get("next")), 303)


@blueprint.app_context_processor
def choices() -> dict[str, object]:
    """Give every page what the demo bar offers."""
    return {"demo_callers": CALLERS, "demo_standards": STANDARDS}
