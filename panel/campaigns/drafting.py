"""Making a campaign: whom it is for, its text and its hours become a draft that shows what would go out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any, Literal
from zoneinfo import ZoneInfo

import msgspec
from flask import abort, redirect, render_template, request
from flask.typing import ResponseReturnValue

from appliance.core.clock import from_text
from appliance.core.errors import ConflictError, InvalidInputError
from appliance.core.jalali import format_date, local, persian_digits
from appliance.domain.fields.kinds import Day, FieldProblem, TimeOfDay, Whole
from appliance.domain.messaging.campaign_drafts import (
    check_draft,
    draft_campaign,
    judge,
    keep_file,
    receivers_of_draft,
    redraft_campaign,
    require_campaign,
)
from appliance.domain.messaging.gathering import Audience, fields_for
from appliance.domain.messaging.happenings import EVERYWHERE, POLICY_FIELDS
from appliance.domain.messaging.ownfields import own_titles
from appliance.domain.messaging.queueing import LONGEST_BODY
from appliance.domain.messaging.rendering import fields_in, stray_braces, unknown_fields
from appliance.domain.messaging.segments import segments_of
from db.queries.campaigns import Campaign, has_campaign_file
from db.queries.message_settings import read_settings
from db.queries.message_templates import Template, find_template, list_templates
from panel.access import permission
from panel.campaigns.blueprint import blueprint
from panel.campaigns.choices import FILE, HANDED, TYPED, chosen, handed_over, offered
from panel.campaigns.reading import gathered, read_upload, rows_of
from panel.campaigns.tables import LARGEST_BYTES, Table, TableRefused
from panel.campaigns.words import FILE_PROBLEMS, audience_of, draft_problems
from panel.context import conn, now, office
from panel.identity import changing
from panel.links import path_for
from panel.sms.words import KINDS
from panel.uploads import takes_files

MANY_KINDS = {key: KINDS[key] for key in ("advertising", "service")}
SPEED = Whole(1, 100_000)
LONGEST_LIST = 100_000


@dataclass
class Form:
    """What stands in the form."""

    title: str = ""
    who: str = ""
    numbers: str = ""
    listing: str = ""
    query: str = ""
    kind: Literal["advertising", "service"] = "advertising"
    template: Template | None = None
    body: str = ""
    start_day: str = ""
    start_time: str = ""
    per_hour: str = ""
    keeps_file: bool = False
    """Whether the file is to be kept with the campaign."""
    upload: tuple[str, bytes] | None = None
    """Name and bytes of the file of this form."""
    problems: dict[str, str] = field(default_factory=dict)

    @property
    def version_id(self) -> int | None:
        """Give the version of the chosen template while its text is unchanged."""
        return self.template.version_id if self.template and self.template.body == self.body else None


@blueprint.get("/messages/campaigns/new")
@permission("campaigns.send")
def new() -> ResponseReturnValue:
    """Show the form, for a list of customers or policies when the address hands one over."""
    form = Form(listing=request.args.get("listing", ""), query=request.args.get("query", ""))
    form.numbers = request.args.get("numbers", "")[:LONGEST_LIST]
    form.template = _template(request.args.get("template", ""))
    if form.template:
        form.body = form.template.body
    handed = handed_over(form.listing, form.query)
    form.who = HANDED if handed else TYPED if form.numbers else request.args.get("who", "")
    return _page(form, handed)


@blueprint.post("/messages/campaigns/new")
@permission("campaigns.send")
@takes_files(lambda _office: LARGEST_BYTES)
def draft() -> ResponseReturnValue:
    """Make a draft of what was chosen and written."""
    return _draft(None)


@blueprint.get("/messages/campaigns/<int:campaign_id>/edit")
@permission("campaigns.send")
def edit(campaign_id: int) -> ResponseReturnValue:
    """Show a draft's form."""
    row = _require_draft(campaign_id)
    audience = audience_of(row.audience)
    form = Form(title=row.title, body=row.body, kind="service" if row.kind == "service" else "advertising")
    if audience:
        form.who = {"typed": TYPED, "file": FILE}.get(audience.source, HANDED)
        form.numbers = audience.text
    if row.starts_at:
        at = local(from_text(row.starts_at), office().zone)
        form.start_day, form.start_time = format_date(at.date()), persian_digits(f"{at:%H:%M}")
    form.per_hour = persian_digits(row.per_hour or "")
    form.keeps_file = has_campaign_file(conn(), campaign_id)
    return _page(form, audience, row)


@blueprint.post("/messages/campaigns/<int:campaign_id>/edit")
@permission("campaigns.send")
@takes_files(lambda _office: LARGEST_BYTES)
def change(campaign_id: int) -> ResponseReturnValue:
    """Make a draft anew."""
    return _draft(_require_draft(campaign_id))


def _draft(row: Campaign | None) -> ResponseReturnValue:
    form = _typed()
    before = audience_of(row.audience) if row else None
    handed = before if before and before.source in ("persons", "policies") else None
    handed = handed_over(form.listing, form.query) or handed
    audience, table = _audience(form, handed, before)
    if audience and not form.problems.get("body") and form.body.strip():
        _check_text(form, audience)
    starts_at, per_hour = _hours(form)
    try:
        check_draft(form.title, form.body, "sms", form.kind)
    except InvalidInputError as error:
        form.problems.update(draft_problems(error))
    if form.problems or audience is None:
        return _page(form, handed or before, row), 422
    wanted = [one.name for one in fields_in(form.body)]
    kept = receivers_of_draft(conn(), row.id) if row and audience.source == "file" and table is None else []
    found = gathered(audience, wanted, table.rows if table else rows_of(kept, audience))
    segments = segments_of(conn(), now(), form.kind, office().zone)
    receivers = judge(conn(), now(), found, body=form.body, kind=form.kind, segments_of=segments)
    values: dict[str, Any] = {
        "title": form.title, "body": form.body, "kind": form.kind, "template_version_id": form.version_id,
        "audience": msgspec.json.encode(audience).decode(), "starts_at": starts_at, "per_hour": per_hour,
    }  # fmt: skip
    with changing() as act:
        if row is None:
            campaign_id = draft_campaign(act, receivers=receivers, **values)
        else:
            campaign_id = row.id
            redraft_campaign(act, campaign_id, receivers=receivers, **values)
        stays = form.keeps_file and audience.source == "file" and table is None
        keep_file(act, campaign_id, form.upload if form.keeps_file else None, is_kept=stays)
    return redirect(path_for("campaigns.show", campaign_id=campaign_id), 303)


def _audience(
    form: Form, handed: Audience | None, before: Audience | None
) -> tuple[Audience | None, Table | None]:
    if form.who == TYPED:
        if not form.numbers.strip():
            form.problems["numbers"] = "دست‌کم یک شماره بنویسید."
        return Audience(source="typed", title="شماره‌های نوشته‌شده", text=form.numbers), None
    if form.who == FILE:
        upload = request.files.get("file")
        if (upload is None or not upload.filename) and before and before.source == "file":
            return before, None
        try:
            name, content, table = read_upload(upload)
        except TableRefused as problem:
            form.problems["file"] = FILE_PROBLEMS[str(problem)]
            return None, None
        form.upload = (name, content)
        return Audience(
            source="file", title=f"فایل {name}", columns=table.headings, number_column=table.number_column,
            name_column=table.name_column,
        ), table  # fmt: skip
    audience = chosen(form.who, handed)
    if audience is None:
        form.problems["who"] = "گیرندگان را انتخاب کنید."
    return audience, None


def _check_text(form: Form, audience: Audience) -> None:
    if stray_braces(form.body):
        form.problems["body"] = "یک آکولاد بی‌فیلد در متن هست؛ فیلد را مانند {نام بیمه‌گذار} بنویسید."
    elif unknown := unknown_fields(form.body, fields_for(audience, own_titles(conn()))):
        form.problems["body"] = f"فیلد «{unknown[0]}» برای این گیرندگان مقداری ندارد."


def _hours(form: Form) -> tuple[datetime | None, int | None]:
    """Read start and pace; what cannot be read is a problem of its field."""
    starts_at: datetime | None = None
    per_hour: int | None = None
    if form.start_day or form.start_time:
        today = local(now(), office().zone).date()
        try:
            day = date.fromisoformat(Day().read(form.start_day)) if form.start_day else today
            clock = time.fromisoformat(TimeOfDay().read(form.start_time)) if form.start_time else time(10)
            starts_at = datetime.combine(day, clock, ZoneInfo(office().zone)).astimezone(UTC)
        except FieldProblem as problem:
            is_time = str(problem).startswith("time")
            form.problems["start_time" if is_time else "start_day"] = (
                "ساعت را مانند ۱۰:۳۰ بنویسید." if is_time else "تاریخ را مانند ۱۴۰۵/۰۹/۰۱ بنویسید."
            )
    if form.per_hour:
        try:
            per_hour = SPEED.read(form.per_hour)
        except FieldProblem:
            form.problems["per_hour"] = "عددی از ۱ تا ۱۰۰٬۰۰۰ بنویسید، یا خالی بگذارید."
    return starts_at, per_hour


def _typed() -> Form:
    given = request.form
    form = Form(
        title=given.get("title", "")[:120].strip(), who=given.get("who", "")[:60],
        numbers=given.get("numbers", "")[:LONGEST_LIST], listing=given.get("listing", "")[:20],
        query=given.get("query", "")[:4_000], kind="service" if given.get("kind") == "service" else "advertising",
        body=given.get("body", "").replace("\r\n", "\n"), start_day=given.get("start_day", "")[:20].strip(),
        start_time=given.get("start_time", "")[:10].strip(), per_hour=given.get("per_hour", "")[:10].strip(),
        keeps_file=given.get("keep_file") == "1",
    )  # fmt: skip
    form.template = _template(given.get("template", ""))
    if not form.body.strip() and form.template:
        form.body = form.template.body
    return form


def _template(text: str) -> Template | None:
    return (
        find_template(conn(), int(text)) if text.isascii() and text.isdecimal() and len(text) < 16 else None
    )


def _require_draft(campaign_id: int) -> Campaign:
    row = require_campaign(conn(), campaign_id)
    if row.channel != "sms":
        abort(404)
    if row.state != "draft":
        raise ConflictError(f"campaign {campaign_id} is no draft")
    return row


def _page(form: Form, handed: Audience | None, row: Campaign | None = None) -> str:
    fields = tuple(dict.fromkeys((*POLICY_FIELDS, *own_titles(conn()), *EVERYWHERE)))
    is_file = handed is not None and handed.source == "file"
    shown = handed if handed and handed.source in ("persons", "policies") else None
    known = fields_for(handed) if is_file and handed else fields
    return render_template(
        "campaigns/form.html",
        form=form,
        row=row,
        problem=lambda name: form.problems.get(name, ""),
        offered=offered(shown),
        kept_file=handed.title if is_file and handed else "",
        kinds=MANY_KINDS,
        fields=known,
        longest=LONGEST_BODY["sms"],
        footer=read_settings(conn()).footer,
        templates=[
            one
            for one in list_templates(conn(), channel="sms", is_active=True)
            if one.kind in MANY_KINDS and not unknown_fields(one.body, fields)
        ],
    )
