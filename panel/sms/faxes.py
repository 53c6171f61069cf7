"""Faxes: the pages that wait for the printer, one page or all of them as a file, what was printed, and writing one."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from flask import Response, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from appliance.core.clock import to_text
from appliance.core.errors import ConflictError, InvalidInputError, NotFoundError
from appliance.core.ids import new_id
from appliance.core.jalali import persian_digits
from appliance.core.phone import parse_phone
from appliance.domain.messaging.faxing import (
    LONGEST_SUBJECT,
    PAGE_NAME,
    PDF,
    Fax,
    FaxPage,
    WrittenFax,
    as_document,
    fill_fax,
    note_printed,
    page_of,
    queue_fax,
)
from appliance.domain.messaging.happenings import fields_of
from appliance.domain.messaging.queueing import LONGEST_BODY, receiver_key
from appliance.domain.messaging.rendering import unknown_fields
from appliance.domain.people.reaching import is_reachable, reach_condition
from appliance.domain.settings.office import read_office
from db.queries import attachments, outbox
from db.queries.faxes import count_waiting_faxes, list_fax_numbers, list_waiting_faxes
from db.queries.message_screens import Recipient, find_recipient, is_message_reachable
from db.queries.message_templates import Template, list_templates
from panel.access import permission
from panel.context import conn, now, office
from panel.identity import changing, require_user
from panel.links import path_for
from panel.sms.blueprint import blueprint
from panel.sms.compose import office_values
from panel.sms.words import KINDS
from panel.typesetting import TypesettingError, make_pdf

log = logging.getLogger("panel")
MOST = 60
"""Faxes of one list, and of one file with the pages of all."""
UNSET = "برگه ساخته نشد. دوباره امتحان کنید."


@dataclass(frozen=True)
class Draft:
    """A fax that somebody writes, as typed."""

    person: Recipient | None
    numbers: list[str]
    """Fax numbers of the person."""
    typed: str
    subject: str
    body: str
    template: Template | None
    form_key: str

    @property
    def key(self) -> str | None:
        """Give the number's key; None when no fax reaches it."""
        return receiver_key("fax", self.typed, office().config.office.area_code)

    @property
    def written(self) -> WrittenFax:
        """Give the fax. Raises `InvalidInputError` for its number."""
        if self.key is None:
            raise InvalidInputError("number", "no fax reaches it")
        same = self.template is not None and self.template.body == self.body
        return WrittenFax(
            number=self.key, subject=self.subject, body=self.body, name=self.person.name if self.person else "",
            person_id=self.person.id if self.person else None,
            template_version_id=self.template.version_id if self.template and same else None,
        )  # fmt: skip


class _Typed:
    """What a page shows of a fax that is not queued yet."""

    def __init__(self, number: str, subject: str, body: str) -> None:
        self.number, self.subject, self.body = number, subject, body
        self.created_at = to_text(now())


@blueprint.get("/messages/faxes")
@permission("messages.view")
def faxes() -> ResponseReturnValue:
    """List the faxes whose page waits to be printed."""
    rows = list_waiting_faxes(conn(), _reach(), to_text(now()), limit=MOST + 1)
    return render_template("sms/faxes.html", rows=rows[:MOST], has_more=len(rows) > MOST, kinds=KINDS)


@blueprint.get("/messages/faxes/pages")
@permission("messages.view")
def fax_pages() -> ResponseReturnValue:
    """Give the pages of all faxes of the list as one file, in its order."""
    rows = list_waiting_faxes(conn(), _reach(), to_text(now()), limit=MOST)
    if not rows:
        return redirect(path_for("sms.faxes"))
    return _file([_page_of(row, row.person_name or "") for row in rows], path_for("sms.faxes"))


@blueprint.get("/messages/sent/<message_id>/page")
@permission("messages.view")
def fax_page(message_id: str) -> ResponseReturnValue:
    """Give a fax's page: the one that was printed, or the one that would be."""
    row = _require(message_id)
    kept = [one for one in attachments.list_attachments(conn(), row.id) if one.file_name == PAGE_NAME]
    if kept:
        return _inline(kept[-1].content)
    person = find_recipient(conn(), row.person_id) if row.person_id else None
    return _file([_page_of(row, person.name if person else "")], path_for("sms.show", message_id=row.id))


@blueprint.post("/messages/faxes/printed")
@permission("messages.send")
def printed() -> ResponseReturnValue:
    """Record that the named faxes are on paper."""
    done = 0
    for message_id in request.form.getlist("message")[:MOST]:
        row = _require(message_id)
        person = find_recipient(conn(), row.person_id) if row.person_id else None
        try:
            page = _set([_page_of(row, person.name if person else "")])
            with changing() as act:
                note_printed(act, row.id, page)
            done += 1
        except TypesettingError:
            flash(UNSET, "warning")
            break
        except ConflictError:
            continue
    if done:
        flash(f"{persian_digits(done)} دورنگار چاپ‌شده ثبت شد و برگهٔ آن نگه داشته شد.", "success")
    else:
        flash("این دورنگار دیگر منتظر چاپ نبود.", "warning")
    return redirect(path_for("sms.faxes"), 303)


@blueprint.get("/messages/faxes/new")
@permission("messages.send")
def new_fax() -> ResponseReturnValue:
    """Show the form, for a customer or a number when the address names one."""
    return _form(_draft(request.args))


@blueprint.post("/messages/faxes/new")
@permission("messages.send")
def write_fax() -> ResponseReturnValue:
    """Show the page of what was written, or queue it."""
    draft = _draft(request.form)
    problems: dict[str, str] = {}
    try:
        subject, body = fill_fax(draft.written, office_values(), office().zone)
        if request.form.get("action") == "page":
            fax = _Typed(draft.written.number, subject, body)
            return _file([_page_of(fax, draft.written.name)], path_for("sms.new_fax"))
        with changing() as act:
            queue_fax(act, draft.written, form_key=draft.form_key, office=office_values(), zone=office().zone)
    except InvalidInputError as error:
        problems[error.field] = _problem(error)
        return _form(draft, problems), 422
    flash("دورنگار در فهرست چاپ گذاشته شد.", "success")
    return redirect(path_for("sms.faxes"), 303)


def waiting_faxes() -> int:
    """Give how many faxes within the signed-in user's reach wait to be printed."""
    return count_waiting_faxes(conn(), _reach(), to_text(now()))


def _draft(given: Any) -> Draft:
    text = given.get("person", "")
    person = (
        find_recipient(conn(), int(text)) if text.isascii() and text.isdecimal() and len(text) < 16 else None
    )
    if person is not None and not is_reachable(conn(), require_user().reach, person.id):
        person = None
    numbers = list_fax_numbers(conn(), person.id) if person else []
    chosen = given.get("template", "")
    template = next((one for one in _templates() if str(one.id) == chosen), None)
    typed = given.get("number", "")[:40].strip()
    return Draft(
        person=person, numbers=numbers, typed=typed or (numbers[0] if numbers else ""),
        subject=" ".join(given.get("subject", template.subject if template else "")[:LONGEST_SUBJECT].split()),
        body=given.get("body", template.body if template else "").replace("\r\n", "\n"), template=template,
        form_key=given.get("form_key", "")[:40] or new_id(now()),
    )  # fmt: skip


def _templates() -> list[Template]:
    """Give the texts for faxes that need no event."""
    known = fields_of("")
    return [
        one for one in list_templates(conn(), channel="fax", is_active=True)
        if not unknown_fields(one.body, known) and not unknown_fields(one.subject, known)
    ]  # fmt: skip


def _form(draft: Draft, problems: dict[str, str] | None = None) -> str:
    known = parse_phone(draft.typed, office().config.office.area_code)
    return render_template(
        "sms/fax.html",
        draft=draft,
        shown=persian_digits(known.local) if known and draft.typed.startswith("+") else draft.typed,
        problems={**dict.fromkeys(("number", "subject", "body"), ""), **(problems or {})},
        fields=fields_of(""),
        templates=_templates(),
        longest=LONGEST_BODY["fax"],
        longest_subject=LONGEST_SUBJECT,
    )


def _problem(error: InvalidInputError) -> str:
    if error.field == "number":
        return "شمارهٔ دورنگار درست نیست؛ با پیش‌شماره بنویسید."
    if error.problem.startswith("no value"):
        return f"فیلد «{error.problem.rpartition('field ')[2]}» برای این گیرنده مقداری ندارد."
    if error.problem.startswith("no field"):
        return f"فیلد «{error.problem.rpartition('field ')[2]}» برای این متن نیست."
    if error.problem.startswith("a brace"):
        return "یک آکولاد بی‌فیلد هست؛ فیلد را مانند {نام بیمه‌گذار} بنویسید."
    return f"متن را بنویسید؛ تا {persian_digits(LONGEST_BODY['fax'])} نویسه."


def _page_of(fax: Fax, to_name: str) -> FaxPage:
    return page_of(
        fax, to_name=to_name, office_name=office().config.office.name, settings=read_office(conn()),
        zone=office().zone,
    )  # fmt: skip


def _set(pages: list[FaxPage]) -> bytes:
    try:
        return make_pdf("fax.typ", as_document(pages, now()), int(now().timestamp()))
    except TypesettingError as error:
        log.error("typesetting template=fax pages=%d problem=%s", len(pages), error)
        raise


def _file(pages: list[FaxPage], back: str) -> ResponseReturnValue:
    try:
        return _inline(_set(pages))
    except TypesettingError:
        flash(UNSET, "warning")
        return redirect(back, 303)


def _inline(content: bytes) -> Response:
    answer = Response(content, mimetype=PDF)
    answer.headers["Content-Disposition"] = 'inline; filename="fax.pdf"'
    answer.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'none'"
    )
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _reach() -> tuple[str, dict[str, object]]:
    return reach_condition(require_user().reach)


def _require(message_id: str) -> outbox.OutboxRow:
    row = outbox.find_message(conn(), message_id)
    if row is None or row.channel != "fax" or not is_message_reachable(conn(), message_id, _reach()):
        raise NotFoundError(f"there is no fax {message_id}")
    return row
