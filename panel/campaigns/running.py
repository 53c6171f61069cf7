"""The list of campaigns, one of them with what it will be or how far it is, and what is decided about it."""

from __future__ import annotations

from urllib.parse import quote, urlencode

import msgspec
from flask import Response, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from appliance.core.clock import to_text
from appliance.core.errors import ConflictError, InvalidInputError, NotFoundError
from appliance.core.jalali import local, persian_digits
from appliance.domain.messaging import campaign_drafts
from appliance.domain.messaging import campaigns as service
from appliance.domain.messaging.audience import NO_NUMBER
from appliance.domain.messaging.segments import segments_of
from db.queries import campaigns
from db.queries.campaigns import Campaign
from panel.access import permission
from panel.campaigns.blueprint import blueprint
from panel.campaigns.reading import gathered, rows_of
from panel.campaigns.words import CAMPAIGN_STATES, RESULT_STATES, audience_of, audience_title
from panel.context import conn, now, office
from panel.identity import changing
from panel.links import path_for
from panel.sms.words import KINDS, reason_words

ROWS = 50
LAST_PAGE = 4_000
VERBS = ("confirm", "pause", "resume", "stop", "discard")
CHANGED = "این ارسال همین حالا تغییر کرد؛ وضعیت تازه‌اش را ببینید."


@blueprint.get("/messages/campaigns")
@permission("campaigns.send")
def index() -> ResponseReturnValue:
    """List campaigns."""
    page = _number("page")
    lines = campaigns.list_campaign_lines(conn(), limit=ROWS + 1, offset=(page - 1) * ROWS)
    return render_template(
        "campaigns/list.html",
        lines=lines[:ROWS],
        states=CAMPAIGN_STATES,
        kinds=KINDS,
        audience_title=audience_title,
        page=page,
        has_more=len(lines) > ROWS,
    )


@blueprint.get("/messages/campaigns/<int:campaign_id>")
@permission("campaigns.send")
def show(campaign_id: int) -> ResponseReturnValue:
    """Show a draft with its estimate, or a campaign with its progress; each receiver with what became of him."""
    return _page(_require(campaign_id))


@blueprint.get("/messages/campaigns/<int:campaign_id>/progress")
@permission("campaigns.send")
def progress(campaign_id: int) -> ResponseReturnValue:
    """Give the part of the page that changes while a campaign runs."""
    row = _require(campaign_id)
    return render_template("campaigns/progress.html", **_progress(row))


@blueprint.post("/messages/campaigns/<int:campaign_id>/<verb>")
@permission("campaigns.send")
def decide(campaign_id: int, verb: str) -> ResponseReturnValue:
    """Let a campaign run, hold it, let it go on, end it, or take a draft away."""
    row = _require(campaign_id)
    if verb not in VERBS:
        raise NotFoundError(f"there is nothing called {verb}")
    said = ""
    try:
        with changing() as act:
            if verb == "confirm":
                service.confirm_campaign(act, campaign_id)
                said = "ارسال آغاز شد؛ پیشرفت آن را همین‌جا ببینید."
            elif verb == "pause":
                service.pause_campaign(act, campaign_id)
                said = "ارسال نگه داشته شد؛ آنچه در صف است می‌ماند."
            elif verb == "resume":
                service.resume_campaign(act, campaign_id, zone=office().zone)
                said = "ارسال ادامه یافت."
            elif verb == "stop":
                count = service.cancel_campaign(act, campaign_id)
                said = f"ارسال متوقف شد؛ {persian_digits(count)} پیام از صف بیرون آمد."
            else:
                campaign_drafts.discard_draft(act, campaign_id)
                said = "پیش‌نویس پاک شد."
    except ConflictError:
        flash(CHANGED, "warning")
        return _page(_require(campaign_id)), 409
    flash(said, "success")
    if verb == "discard":
        return redirect(path_for("campaigns.index"), 303)
    return redirect(path_for("campaigns.show", campaign_id=row.id), 303)


@blueprint.post("/messages/campaigns/<int:campaign_id>/columns")
@permission("campaigns.send")
def columns(campaign_id: int) -> ResponseReturnValue:
    """Say which column of a file has the numbers and which the names."""
    row = _require(campaign_id)
    audience = audience_of(row.audience)
    number, name = request.form.get("number", -1, type=int), request.form.get("name", -1, type=int)
    if audience is None or audience.source != "file" or not 0 <= number < len(audience.columns):
        raise InvalidInputError("number", "no such column")
    changed = msgspec.structs.replace(
        audience, number_column=number, name_column=name if 0 <= name < len(audience.columns) else None
    )
    rows = rows_of(campaign_drafts.receivers_of_draft(conn(), campaign_id), audience)
    segments = segments_of(conn(), now(), row.kind, office().zone)
    judged = campaign_drafts.judge(
        conn(), now(), gathered(changed, (), rows), body=row.body, kind=row.kind, segments_of=segments
    )
    with changing() as act:
        campaign_drafts.redraft_campaign(
            act, campaign_id, title=row.title, body=row.body, kind=row.kind,
            template_version_id=row.template_version_id, audience=msgspec.json.encode(changed).decode(),
            receivers=judged, per_hour=row.per_hour, starts_at=service.start_of(row),
        )  # fmt: skip
    return redirect(path_for("campaigns.show", campaign_id=campaign_id), 303)


@blueprint.get("/messages/campaigns/<int:campaign_id>/file")
@permission("campaigns.send")
def numbers_file(campaign_id: int) -> ResponseReturnValue:
    """Give the file out that was kept with a campaign, to be saved."""
    _require(campaign_id)
    file = campaigns.find_campaign_file(conn(), campaign_id)
    if file is None:
        raise NotFoundError(f"campaign {campaign_id} has no file")
    answer = Response(file.content, mimetype="application/octet-stream")
    answer.headers["Content-Disposition"] = (
        f"attachment; filename=\"numbers\"; filename*=UTF-8''{quote(file.file_name, safe='')}"
    )
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _require(campaign_id: int) -> Campaign:
    row = campaign_drafts.require_campaign(conn(), campaign_id)
    if row.channel != "sms":
        raise NotFoundError(f"campaign {campaign_id} is not of short messages")
    return row


def _number(name: str) -> int:
    return max(1, min(request.args.get(name, 1, type=int), LAST_PAGE))


def _progress(row: Campaign) -> dict[str, object]:
    done = service.progress_of(conn(), row.id)
    return {
        "row": row,
        "state": CAMPAIGN_STATES[row.state],
        "states": RESULT_STATES,
        "progress": done,
        "begins": _begins(row, done),
        "percent": 100 * done.handed // done.receivers if done.receivers else 100,
        "cost_rial": campaigns.find_campaign_cost(conn(), row.id),
    }


def _why(code: str, row: Campaign) -> str:
    """Say why somebody gets nothing; a line of a list or file has no record that could lack a number."""
    audience = audience_of(row.audience)
    if code == NO_NUMBER and audience and audience.source in ("typed", "file"):
        return "این خط شمارهٔ همراه نیست."
    return reason_words(conn(), code, None)


def _begins(row: Campaign, done: service.Progress) -> str:
    """Give when a campaign that has not begun will; empty: at once, or it has."""
    at = service.begins_at(conn(), row, now(), office().zone)
    is_waiting = row.state == "draft" or (row.state == "running" and not done.handed)
    return to_text(at) if is_waiting and at > now() else ""


def _page(row: Campaign) -> str:
    wanted = request.args.get("state", "")
    wanted = wanted if wanted in RESULT_STATES else ""
    page = _number("page")
    results = campaigns.list_results(
        conn(), row.id, state=wanted or None, limit=ROWS + 1, offset=(page - 1) * ROWS
    )

    def link(state: str = wanted, number: int = 1) -> str:
        query = urlencode(
            {k: v for k, v in {"state": state, "page": number if number > 1 else ""}.items() if v}
        )
        path = path_for("campaigns.show", campaign_id=row.id)
        return f"{path}?{query}#results" if query else f"{path}#results"

    today = local(now(), office().zone).date().isoformat()
    estimate = campaign_drafts.estimate(conn(), row.id, today) if row.state == "draft" else None
    return render_template(
        "campaigns/show.html",
        **_progress(row),
        kind=KINDS[row.kind],
        audience=audience_of(row.audience),
        estimate=estimate,
        is_stuck=estimate is not None and not estimate.has_route and office().config.sms.route == "none",
        has_file=campaigns.has_campaign_file(conn(), row.id),
        reason=lambda code: _why(code, row),
        results=results[:ROWS],
        wanted=wanted,
        page=page,
        has_more=len(results) > ROWS,
        result_link=link,
    )
