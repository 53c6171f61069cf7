"""Texts of messages: the list, writing and changing one with its versions, and trying it on real receivers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from appliance.core import jalali
from appliance.core.errors import ConflictError, InvalidInputError, NotFoundError
from appliance.core.smstext import measure
from appliance.domain.messaging import templates
from appliance.domain.messaging.enclosing import Enclosure
from appliance.domain.messaging.happenings import HAPPENINGS, fields_of
from appliance.domain.messaging.ownfields import own_titles
from appliance.domain.messaging.queueing import LONGEST_BODY, Channel, Kind
from appliance.domain.messaging.rendering import unknown_fields
from appliance.domain.messaging.samples import Sample, make_samples
from db.queries.attachments import list_attachment_names
from db.queries.message_screens import count_template_uses
from db.queries.message_settings import read_settings
from db.queries.message_templates import Template, find_template, list_templates, list_versions
from panel.access import permission
from panel.context import conn, now, office
from panel.identity import changing, require_user
from panel.links import path_for
from panel.sms.blueprint import blueprint
from panel.sms.compose import body_problem, office_values
from panel.sms.files import RULES, files_problem, most_bytes, uploaded
from panel.sms.words import CHANNELS, KINDS
from panel.uploads import takes_files

TEXT_CHANNELS = {key: CHANNELS[key] for key in ("sms", "email", "fax")}
"""Channels a text may be for, in the order they are offered."""
LONGEST_SUBJECT = 150
TEXT_KINDS = {key: KINDS[key] for key in ("service", "advertising")}
NO_EVENT = "بدون رویداد؛ برای نوشتن دستی"
COPY_OF = "رونوشت {name}"


@dataclass
class Form:
    """What stands in the form of a text."""

    name: str = ""
    channel: str = "sms"
    subject: str = ""
    event: str = ""
    kind: str = "service"
    body: str = ""
    is_active: bool = True


@blueprint.get("/messages/templates")
@permission("messages.view")
def texts() -> ResponseReturnValue:
    """List the texts of every channel."""
    rows = [row for row in list_templates(conn()) if row.channel in TEXT_CHANNELS]
    return render_template(
        "sms/texts.html",
        rows=[(row, measure(row.body).parts) for row in sorted(rows, key=lambda row: not row.is_active)],
        kinds=KINDS,
        channels=TEXT_CHANNELS,
        event_title=event_title,
    )


@blueprint.get("/messages/templates/new")
@permission("messages.manage")
def new_text() -> ResponseReturnValue:
    """Show the form of a new text."""
    event = request.args.get("event", "")
    channel = request.args.get("channel", "sms")
    return _page(
        None,
        Form(
            event=event if event in HAPPENINGS else "", channel=channel if channel in TEXT_CHANNELS else "sms"
        ),
    )


@blueprint.post("/messages/templates/new")
@permission("messages.manage")
@takes_files(most_bytes)
def add_text() -> ResponseReturnValue:
    """Keep a new text, or try it first."""
    form = _typed()
    form.event = request.form.get("event", "") if request.form.get("event") in HAPPENINGS else ""
    if request.form.get("action") == "preview":
        return _page(None, form, is_tried=True)
    try:
        with changing() as act:
            template_id = templates.write_template(
                act, name=form.name, body=form.body, event=form.event, kind=cast(Kind, form.kind),
                channel=cast(Channel, form.channel), subject=form.subject,
                known_fields=fields_of(form.event, own_titles(conn())),
                files=_files(form.channel),
            )  # fmt: skip
    except (InvalidInputError, ConflictError) as error:
        return _page(None, form, problems=_problems(error)), 422
    flash("الگو ذخیره شد.", "success")
    return redirect(path_for("sms.text", template_id=template_id), 303)


@blueprint.get("/messages/templates/<int:template_id>")
@permission("messages.view")
def text(template_id: int) -> ResponseReturnValue:
    """Show a text with its versions."""
    row = _require(template_id)
    return _page(row, Form(row.name, row.channel, row.subject, row.event, row.kind, row.body, row.is_active))


@blueprint.post("/messages/templates/<int:template_id>")
@permission("messages.manage")
@takes_files(most_bytes)
def change_text(template_id: int) -> ResponseReturnValue:
    """Keep a changed text as the next version, or try it first."""
    row = _require(template_id)
    form = _typed()
    form.event, form.channel = row.event, row.channel
    if request.form.get("action") == "preview":
        return _page(row, form, is_tried=True)
    try:
        with changing() as act:
            after = templates.rewrite_template(
                act, template_id, name=form.name, body=form.body, kind=cast(Kind, form.kind),
                is_active=form.is_active, subject=form.subject, known_fields=fields_of(row.event, own_titles(conn())),
                files=_files(row.channel), taken_out=set(request.form.getlist("take_out", type=int)),
            )  # fmt: skip
    except (InvalidInputError, ConflictError) as error:
        return _page(row, form, problems=_problems(error)), 422
    is_new = after.version != row.version
    said = f"نسخهٔ {jalali.persian_digits(after.version)} ذخیره شد؛ پیام‌های فرستاده‌شده تغییر نمی‌کنند."
    flash(said if is_new else "ذخیره شد.", "success")
    return redirect(path_for("sms.text", template_id=template_id), 303)


@blueprint.post("/messages/templates/<int:template_id>/copy")
@permission("messages.manage")
def copy_text(template_id: int) -> ResponseReturnValue:
    """Keep the same text under another name."""
    row = _require(template_id)
    taken = {one.name for one in list_templates(conn(), channel=row.channel)}
    name, number = COPY_OF.format(name=row.name)[: templates.LONGEST_NAME], 2
    while name in taken:
        name = (
            f"{COPY_OF.format(name=row.name)[: templates.LONGEST_NAME - 4]} {jalali.persian_digits(number)}"
        )
        number += 1
    with changing() as act:
        copy_id = templates.copy_template(act, template_id, name)
    flash("رونوشت ساخته شد.", "success")
    return redirect(path_for("sms.text", template_id=copy_id), 303)


@blueprint.post("/messages/templates/<int:template_id>/default")
@permission("messages.manage")
def default_text(template_id: int) -> ResponseReturnValue:
    """Let a text be what its event begins with."""
    row = _require(template_id)
    if row.event:
        with changing() as act:
            templates.make_default(act, template_id)
        flash("از این پس متن پیش‌فرض این رویداد است.", "success")
    return redirect(path_for("sms.text", template_id=template_id), 303)


def event_title(code: str) -> str:
    """Give what users call an event."""
    happening = HAPPENINGS.get(code)
    return happening.title if happening else NO_EVENT


def _files(channel: str) -> list[Enclosure]:
    return uploaded() if channel == "email" else []


def _typed() -> Form:
    kind, channel = request.form.get("kind", ""), request.form.get("channel", "")
    return Form(
        name=request.form.get("name", "")[:200],
        channel=channel if channel in TEXT_CHANNELS else "sms",
        subject=" ".join(request.form.get("subject", "")[:LONGEST_SUBJECT].split()),
        kind=kind if kind in TEXT_KINDS else "service",
        body=request.form.get("body", "").replace("\r\n", "\n"),
        is_active=request.form.get("is_active") == "1",
    )


def _require(template_id: int) -> Template:
    row = find_template(conn(), template_id)
    if row is None or row.channel not in TEXT_CHANNELS:
        raise NotFoundError(f"there is no text {template_id}")
    return row


def _problems(error: InvalidInputError | ConflictError) -> dict[str, str]:
    if isinstance(error, ConflictError):
        return {"name": "الگوی دیگری با همین نام هست."}
    if error.field == "files":
        return {"files": files_problem(error)}
    if error.field == "name":
        return {"name": f"نام الگو را بنویسید؛ تا {jalali.persian_digits(templates.LONGEST_NAME)} نویسه."}
    return {"body": body_problem(error)}


def _page(
    row: Template | None, form: Form, *, problems: dict[str, str] | None = None, is_tried: bool = False
) -> str:
    user = require_user()
    own, samples = own_titles(conn()), list[Sample]()
    if form.body.strip():
        samples = make_samples(
            conn(), event=form.event, body=form.body, kind=cast(Kind, form.kind), channel=cast(Channel, form.channel),
            today=jalali.local(now(), office().zone).date(), reach=user.reach, office=office_values(),
            zone=office().zone,
        )  # fmt: skip
    return render_template(
        "sms/text.html",
        row=row,
        form=form,
        problems={"name": "", "body": "", "files": "", **(problems or {})},
        samples=samples,
        is_tried=is_tried,
        fields=fields_of(form.event, own),
        unknown=unknown_fields(form.body, fields_of(form.event, own)),
        events=[
            ("", NO_EVENT, fields_of("")),
            *((one.code, one.title, fields_of(one.code, own)) for one in HAPPENINGS.values()),
        ],
        kinds=TEXT_KINDS,
        event_title=event_title,
        files=list_attachment_names(conn(), template_version_id=row.version_id) if row else [],
        file_rules=RULES,
        versions=list_versions(conn(), row.id) if row else [],
        uses=count_template_uses(conn(), row.id) if row else 0,
        may_change=user.may("messages.manage"),
        channels=TEXT_CHANNELS,
        longest_subject=LONGEST_SUBJECT,
        longest=LONGEST_BODY[cast(Channel, form.channel)],
        footer=read_settings(conn()).footer if form.channel == "sms" else "",
    )
