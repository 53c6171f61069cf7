"""The list of reports, and one report on the screen."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from appliance.core.errors import NotFoundError
from appliance.domain.reports.catalogue import REPORTS, find_report
from appliance.domain.reports.frame import Report
from db.queries.reports import list_saved
from panel.access import permission
from panel.context import conn
from panel.identity import require_user
from panel.links import path_for
from panel.policies.page import days_today
from panel.policies.words import days_left
from panel.reports.view import ReportView, arguments_of_saved

blueprint = Blueprint("reports", __name__)


@blueprint.get("/reports")
@permission("reports.view")
def index() -> ResponseReturnValue:
    """Show what reports there are, and the saved filters."""
    sections: dict[str, list[Report]] = {}
    for report in REPORTS:
        sections.setdefault(report.section, []).append(report)
    titles = {report.key: report for report in REPORTS}
    saved = [
        (one, titles[one.report]) for one in list_saved(conn(), require_user().id) if one.report in titles
    ]
    return render_template("reports/index.html", sections=sections, saved=saved)


@blueprint.get("/reports/<key>")
@permission("reports.view")
def show(key: str) -> ResponseReturnValue:
    """Show a page of one report, or go to the filters kept under a name."""
    find_report(key)
    saved = request.args.get("saved", "")
    if set(request.args) == {"saved"} and saved.isascii() and saved.isdecimal() and len(saved) < 16:
        found = arguments_of_saved(int(saved))
        if found is None or found.pop("report") != key:
            raise NotFoundError(f"saved report {saved}")
        return redirect(path_for("reports.show", key=key, **found, saved=saved), 303)
    view = ReportView(key, request.args)
    return render_template(
        "reports/show.html",
        asked=view,
        paper=view.page_paper(),
        today=days_today(),
        days_left=days_left,
        message_path=_message_path(view),
    )


def _message_path(view: ReportView) -> str:
    """Give the form of a message to everybody on the report; empty when there is no way to name them."""
    of, query = view.report.list_of, view.list_query
    if of is None or not query or not view.total:
        return ""
    if not (view.user.may("campaigns.send") and view.user.may(of.view)):
        return ""
    return path_for("campaigns.new", listing=of.key, query=query)
