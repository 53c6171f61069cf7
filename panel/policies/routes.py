"""The list of policies and the page of one."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from appliance.domain.policies.status import STATUS_TITLES
from appliance.domain.policies.userfields import KEYS, policy_subject
from db.queries import renewals
from panel.access import permission
from panel.context import conn
from panel.identity import require_user
from panel.links import path_for
from panel.listing import Listing
from panel.policies import words
from panel.policies.page import PolicyPage, days_today
from panel.policies.reach import reach_of, reachable_head

blueprint = Blueprint("policies", __name__)
FILTERS = ("person.contains", "policy_no.contains", "line_code.is", "status.is")
MORE_FILTERS = (
    "end_date.from", "end_date.until", "end_date.next", "insurer_id.is", "unit_id.is", "marketer_id.is",
    "premium.from", "premium.until", "is_ours.is", *(f"{key}.contains" for key in KEYS),
    *(f"{key}.from" for key in KEYS),
)  # fmt: skip
VIEWS = ("", "expiring", "expired", "current", "not-started", "renewed", "cancelled", "lost")
"""States offered above the list, in the order of what an office looks for."""

for _name in (
    "status_title",
    "status_tone",
    "days_words",
    "days_tone",
    "plate_parts",
    "policy_rial",
    "jalali_day",
):
    blueprint.add_app_template_filter(getattr(words, _name), _name)


@blueprint.get("/policies")
@permission("policies.view")
def index() -> ResponseReturnValue:
    """List policies."""
    arguments: dict[str, Any] = dict(request.args)
    if not arguments.get("sort"):
        narrow = any(key.startswith("f.end_date") or key == "f.status.is" for key in arguments)
        arguments["sort"] = "end_date" if narrow else "-issue_date"
    listing = Listing(
        conn(), policy_subject(conn()), require_user(), arguments, path=path_for("policies.index")
    )
    more = [one for one in listing.filters(*MORE_FILTERS) if one.operator in one.field.kind.operators]
    status = request.args.get("f.status.is", "")
    return listing.answer(
        "policies/list.html",
        inputs=listing.filters(*FILTERS),
        more=more,
        is_more_open=any(one.text for one in more),
        views=[(key, STATUS_TITLES.get(key, "همه"), _view_link(listing, key)) for key in VIEWS],
        status=status,
        today=days_today(),
        days_left=words.days_left,
        watched=words.WATCHED,
        proposals=renewals.count_open(conn(), *reach_of(require_user()), most=100),
    )


@blueprint.get("/policies/<int:policy_id>")
@permission("policies.view")
def show(policy_id: int) -> ResponseReturnValue:
    """Show one policy with everything that hangs on it."""
    head = reachable_head(policy_id)
    return render_template("policies/show.html", page=PolicyPage(conn(), head, require_user()))


def _view_link(listing: Listing, status: str) -> str:
    return listing.link(**{"f.status.is": status or None, "page": None, "sort": None})
