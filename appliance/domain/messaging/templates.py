"""Texts the office keeps: written once, versions kept, and what was sent never changes with them."""

from __future__ import annotations

from collections.abc import Collection

from appliance.core.errors import ConflictError, InvalidInputError, NotFoundError
from appliance.domain.acting import Acting
from appliance.domain.messaging.queueing import Channel, Kind, check_body
from appliance.domain.messaging.rendering import stray_braces, unknown_fields
from db.queries import message_templates
from db.queries.message_templates import Template

LONGEST_NAME = 80


def write_template(
    act: Acting, *, name: str, body: str, event: str = "", channel: Channel = "sms", kind: Kind = "service",
    subject: str = "", known_fields: Collection[str] | None = None,
) -> int:  # fmt: skip
    """Keep a new text; give its id. `known_fields` are the fields of the event, None when they are not known here.

    Raises `InvalidInputError` for a name, text or field that cannot be, `ConflictError` for a name that is taken.
    """
    name = _checked_name(name)
    _check_text(channel, body, known_fields)
    if message_templates.find_template_by_name(act.conn, channel, name) is not None:
        raise ConflictError(f"there is a template {name!r} already")
    user_id = act.user.id if act.user else None
    template_id = message_templates.insert_template(
        act.conn, name=name, event=event, channel=channel, kind=kind, at=act.at, user_id=user_id
    )
    message_templates.insert_version(
        act.conn, template_id, subject=subject.strip(), body=body, at=act.at, user_id=user_id
    )
    if event and message_templates.find_default(act.conn, event, channel) is None:
        message_templates.update_default(act.conn, template_id, event, channel)
    return template_id


def rewrite_template(
    act: Acting, template_id: int, *, body: str, subject: str = "", name: str | None = None,
    kind: Kind | None = None, is_active: bool | None = None, known_fields: Collection[str] | None = None,
) -> Template:  # fmt: skip
    """Change a text or what is said of it; another text is another version. Give it as it is now."""
    before = require_template(act, template_id)
    _check_text(_channel(before), body, known_fields)
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
    if (body, subject.strip()) != (before.body, before.subject):
        message_templates.insert_version(
            act.conn, template_id, subject=subject.strip(), body=body, at=act.at,
            user_id=act.user.id if act.user else None,
        )  # fmt: skip
    return require_template(act, template_id)


def make_default(act: Acting, template_id: int) -> None:
    """Let a template be what its event begins with."""
    template = require_template(act, template_id)
    if not template.event:
        raise InvalidInputError("event", "a template of no event is nobody's default")
    message_templates.update_default(act.conn, template_id, template.event, template.channel)


def copy_template(act: Acting, template_id: int, name: str) -> int:
    """Keep the same text under another name; give the copy's id."""
    template = require_template(act, template_id)
    kind: Kind = template.kind  # type: ignore[assignment]
    return write_template(
        act, name=name, body=template.body, event=template.event, channel=_channel(template), kind=kind,
        subject=template.subject,
    )  # fmt: skip


def require_template(act: Acting, template_id: int) -> Template:
    """Give a template. Raises `NotFoundError`."""
    template = message_templates.find_template(act.conn, template_id)
    if template is None:
        raise NotFoundError(f"there is no template {template_id}")
    return template


def _channel(template: Template) -> Channel:
    channels: dict[str, Channel] = {"sms": "sms", "email": "email", "fax": "fax"}
    return channels[template.channel]


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
