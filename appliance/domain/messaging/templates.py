"""Texts the office keeps: written once, versions kept, and what was sent never changes with them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from appliance.core.errors import ConflictError, InvalidInputError, NotFoundError
from appliance.domain.acting import Acting
from appliance.domain.messaging.enclosing import Enclosure, enclose_in_version
from appliance.domain.messaging.queueing import Channel, Kind, check_body
from appliance.domain.messaging.rendering import stray_braces, unknown_fields
from db.queries import attachments, message_templates
from db.queries.message_templates import Template

LONGEST_NAME = 80


def write_template(
    act: Acting, *, name: str, body: str, event: str = "", channel: Channel = "sms", kind: Kind = "service",
    subject: str = "", known_fields: Collection[str] | None = None, files: Sequence[Enclosure] = (),
) -> int:  # fmt: skip
    """Keep a new text with its files; give its id.

    `known_fields` are the fields of the event, None when they are not known here. Raises `InvalidInputError` for a
    name, text or field that cannot be, `ConflictError` for a name that is taken.
    """
    name = _checked_name(name)
    _check_text(channel, body, known_fields)
    if message_templates.find_template_by_name(act.conn, channel, name) is not None:
        raise ConflictError(f"there is a template {name!r} already")
    user_id = act.user.id if act.user else None
    template_id = message_templates.insert_template(
        act.conn, name=name, event=event, channel=channel, kind=kind, at=act.at, user_id=user_id
    )
    version_id = message_templates.insert_version(
        act.conn, template_id, subject=subject.strip(), body=body, at=act.at, user_id=user_id
    )
    enclose_in_version(act, version_id, files)
    if event and message_templates.find_default(act.conn, event, channel) is None:
        message_templates.update_default(act.conn, template_id, event, channel)
    return template_id


def rewrite_template(
    act: Acting, template_id: int, *, body: str, subject: str = "", name: str | None = None,
    kind: Kind | None = None, is_active: bool | None = None, known_fields: Collection[str] | None = None,
    files: Sequence[Enclosure] = (), taken_out: Collection[int] = (),
) -> Template:  # fmt: skip
    """Change a text or what is said of it; another text, or other files, are another version. Give it as it is now.

    `files` are added to those it has, without those in `taken_out`.
    """
    before = require_template(act, template_id)
    _check_text(before.channel, body, known_fields)
    new_name = before.name if name is None else _checked_name(name)
    same = message_templates.find_template_by_name(act.conn, before.channel, new_name)
    if same is not None and same.id != template_id:
        raise ConflictError(f"there is a template {new_name!r} already")
    message_templates.update_template(
        act.conn,
        template_id,
        name=new_name,
        kind=kind or before.kind,
        is_active=before.is_active if is_active is None else is_active,
    )
    present = {
        one.id for one in attachments.list_attachment_names(act.conn, template_version_id=before.version_id)
    }
    kept = present.difference(taken_out)
    if (body, subject.strip()) != (before.body, before.subject) or files or kept != present:
        version_id = message_templates.insert_version(
            act.conn, template_id, subject=subject.strip(), body=body, at=act.at,
            user_id=act.user.id if act.user else None,
        )  # fmt: skip
        enclose_in_version(act, version_id, files, kept=kept, before=before.version_id)
    return require_template(act, template_id)


def make_default(act: Acting, template_id: int) -> None:
    """Let a template be what its event begins with."""
    template = require_template(act, template_id)
    if not template.event:
        raise InvalidInputError("event", "a template of no event is nobody's default")
    message_templates.update_default(act.conn, template_id, template.event, template.channel)


def copy_template(act: Acting, template_id: int, name: str) -> int:
    """Keep the same text with its files under another name; give the copy's id."""
    template = require_template(act, template_id)
    copy_id = write_template(
        act, name=name, body=template.body, event=template.event, channel=template.channel, kind=template.kind,
        subject=template.subject,
    )  # fmt: skip
    for one in attachments.list_attachment_names(act.conn, template_version_id=template.version_id):
        attachments.insert_copy(act.conn, one.id, require_template(act, copy_id).version_id)
    return copy_id


def require_template(act: Acting, template_id: int) -> Template:
    """Give a template. Raises `NotFoundError`."""
    template = message_templates.find_template(act.conn, template_id)
    if template is None:
        raise NotFoundError(f"there is no template {template_id}")
    return template


def _checked_name(name: str) -> str:
    cleaned = " ".join(name.split())
    if not 0 < len(cleaned) <= LONGEST_NAME:
        raise InvalidInputError("name", f"expected 1-{LONGEST_NAME} characters")
    return cleaned


def _check_text(channel: Channel, body: str, known_fields: Collection[str] | None) -> None:
    check_body(channel, body)
    if stray_braces(body):
        raise InvalidInputError("body", "a brace belongs to no field")
    if known_fields is not None and (unknown := unknown_fields(body, known_fields)):
        raise InvalidInputError("body", f"this event has no field {unknown[0]}")
