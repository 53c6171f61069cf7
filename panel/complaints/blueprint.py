"""The one blueprint of the complaints' screens, and their words."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from appliance.domain.complaints.fields import SEVERITIES, STATES, STEP_TITLES
from db.queries.complaints import OpenComplaint, open_of_person
from panel.context import conn
from panel.identity import require_user

blueprint = Blueprint("complaints", __name__)
STATE_TONES = {"open": "out", "satisfied": "good", "unsatisfied": "bad", "withdrawn": "calm"}
SEVERITY_TONES = {"high": "bad", "normal": "calm", "low": "calm"}
STEP_ICONS = {
    "opened": ("flag", "out"),
    "referred": ("user-check", "ring"),
    "note": ("note", "calm"),
    "closed": ("circle-check", "good"),
    "reopened": ("rotate", "bad"),
    "told": ("message", "good"),
}


@blueprint.app_template_global("open_complaints_of")
def open_complaints_of(person_id: int) -> list[OpenComplaint]:
    """Give a person's open complaints to its own page, when the user may see complaints."""
    return open_of_person(conn(), person_id) if require_user().may("complaints.view") else []


@blueprint.context_processor
def words() -> dict[str, Any]:
    """Give every template of complaints its words."""
    return {
        "states": STATES, "state_tones": STATE_TONES, "severities": SEVERITIES, "severity_tones": SEVERITY_TONES,
        "step_titles": STEP_TITLES, "step_icons": STEP_ICONS,
    }  # fmt: skip
