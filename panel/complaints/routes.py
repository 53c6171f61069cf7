"""The list of complaints, and one complaint's page."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from appliance.core.clock import to_text
from appliance.domain.complaints.fields import COMPLAINTS
from panel.access import permission
from panel.callbacks.waiting import own_complaints
from panel.complaints.blueprint import blueprint
from panel.complaints.page import show_page
from panel.context import conn, now
from panel.identity import require_user
from panel.links import path_for
from panel.listing import Listing

VIEWS = {"mine": "نزد من", "open": "همهٔ بازها", "late": "دیرشده", "closed": "بسته‌شده"}
_CONDITIONS = {
    "mine": "complaints.state = 'open' AND complaints.assignee_id = :own_user",
    "open": "complaints.state = 'open'",
    "late": "complaints.state = 'open' AND complaints.due_at < :now_at",
    "closed": "complaints.state <> 'open'",
}
FILTERS = ("person.contains", "tracking_no.contains", "subject_id.is", "severity.is", "assignee_id.is")


@blueprint.get("/complaints")
@permission("complaints.view")
def index() -> ResponseReturnValue:
    """List complaints: one's own first, when there are any."""
    user = require_user()
    arguments = {key: value for key, value in request.args.items() if key != "columns"}
    view = arguments.pop("view", "")
    if view not in VIEWS:
        view = "mine" if own_complaints() else "open"
    arguments.setdefault("sort", "-created_at" if view == "closed" else "due_at")
    listing = Listing(
        conn(),
        COMPLAINTS,
        user,
        arguments,
        path=path_for("complaints.index"),
        extra=(_CONDITIONS[view], {"own_user": user.id, "now_at": to_text(now())}),
        keep={"view": view},
    )
    return render_template(
        "complaints/list.html", listing=listing, chosen=view, inputs=listing.filters(*FILTERS),
        views=[(key, title, path_for("complaints.index", view=key)) for key, title in VIEWS.items()],
    )  # fmt: skip


@blueprint.get("/complaints/<int:complaint_id>")
@permission("complaints.view")
def show(complaint_id: int) -> ResponseReturnValue:
    """Show one complaint."""
    return show_page(complaint_id, opened=request.args.get("open", ""))
