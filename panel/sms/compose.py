"""Writing a message to one customer or to a typed list: text, preview with parts and cost, queue."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from appliance.core.errors import InvalidInputError
from appliance.core.ids import new_id
from appliance.core.jalali import persian_digits
from appliance.core.phone import parse_phone
from appliance.domain.messaging.happenings import fields_of
from appliance.domain.messaging.queueing import LONGEST_BODY, receiver_key
from appliance.domain.messaging.rendering import Value, unknown_fields
from appliance.domain.messaging.writing import (
    MOST_TYPED,
    Addressee,
    Addressees,
    Prepared,
    Written,
    prepare,
    queue_written,
    read_addressees,
)
from appliance.domain.people.reaching import is_reachable
from db.queries.message_screens import Recipient, find_recipient, list_mobiles
from db.queries.message_settings import read_settings
from db.queries.message_templates import Template, find_template, list_templates
from db.queries.persons import list_persons_by_number
from panel.access import permission
from panel.context import conn, now, office
from panel.identity import changing, require_user
from panel.links import path_for
from panel.sms.blueprint import blueprint
from panel.sms.words import KINDS, reason_words

SHOWN = 3
"""Receivers a preview shows whole."""
WRITTEN_KINDS = {key: KINDS[key] for key in ("service", "advertising")}


@dataclass
class Draft:
    """What stands in the form."""

    to: str = "list"
    person: Recipient | None = None
    mobiles: list[str] = field(default_factory=list)
    number: str = ""
    numbers: str = ""
    kind: Literal["service", "advertising"] = "service"
    template: Template | None = None
    body: str = ""
    form_key: str = ""

    @property
    def written(self) -> Written:
        """Give the message; a chosen template is named only while its text is unchanged."""
        version = self.template.version_id if self.template and self.template.body == self.body else None
        return Written(body=self.body, kind=self.kind, template_version_id=version)


@dataclass
class Preview:
    """What would go out."""

    prepared: list[Prepared]
    addressees: Addressees
    reasons: dict[str, str]

    @property
    def sendable(self) -> list[Prepared]:
        """Give the messages nothing stands against."""
        return [one for one in self.prepared if not one.refusal]

    @property
    def refused(self) -> list[Prepared]:
        """Give the receivers who get nothing."""
        return [one for one in self.prepared if one.refusal]

    @property
    def shown(self) -> list[Prepared]:
        """Give the few that are shown whole."""
        return (self.sendable or self.prepared)[:SHOWN]

    @property
    def parts(self) -> int:
        """Give the parts of all."""
        return sum(one.parts for one in self.sendable)

    @property
    def cost_rial(self) -> int | None:
        """Give the price of all; None when it is not known."""
        costs = [one.cost_rial for one in self.sendable]
        return None if None in costs else sum(cost or 0 for cost in costs)


@blueprint.get("/messages/new")
@permission("messages.send")
def new() -> ResponseReturnValue:
    """Show the empty form, for a customer or a number when the address names one."""
    draft = _draft(request.args.get("person", ""), request.args.get("template", ""))
    draft.form_key = new_id(now())
    if draft.template:
        draft.body, draft.kind = draft.template.body, _kind(draft.template.kind)
    asked = request.args.get("number", "")
    if asked in draft.mobiles:
        draft.number = asked
    elif asked and not draft.person and (known := parse_phone(asked)) and receiver_key("sms", known.key):
        owners = list_persons_by_number(conn(), known.key)
        if len(owners) == 1 and is_reachable(conn(), require_user().reach, owners[0].id):
            return redirect(path_for("sms.new", person=owners[0].id, number=known.key))
        draft.numbers = known.local.replace(" ", "")
    return _page(draft)


@blueprint.post("/messages/new")
@permission("messages.send")
def write() -> ResponseReturnValue:
    """Preview what was written, or queue it."""
    form = request.form
    draft = _draft(form.get("person", ""), form.get("template", ""))
    draft.number = form.get("number", draft.number)
    draft.numbers = form.get("numbers", "")[:20_000]
    draft.kind = _kind(form.get("kind", ""))
    draft.body = form.get("body", "").replace("\r\n", "\n")
    draft.form_key = form.get("form_key", "")[:40] or new_id(now())
    if not draft.body.strip() and draft.template:
        draft.body = draft.template.body
    problems: dict[str, str] = {}
    addressees = _addressees(draft, problems)
    try:
        prepared = prepare(
            conn(), now(), draft.written, addressees.found, office=office_values(), zone=office().zone
        )
    except InvalidInputError as error:
        problems["body"] = body_problem(error)
        prepared = []
    reasons = {one.refusal: reason_words(conn(), one.refusal, None) for one in prepared if one.refusal}
    preview = Preview(prepared, addressees, reasons)
    if problems:
        return _page(draft, problems=problems, preview=preview if addressees.bad else None), 422
    if form.get("action") != "queue":
        return _page(draft, preview=preview)
    if not preview.sendable:
        return _page(draft, preview=preview), 422
    with changing() as act:
        done = queue_written(
            act, draft.written, addressees.found, form_key=draft.form_key, office=office_values(), zone=office().zone
        )  # fmt: skip
    if done.queued:
        flash(f"{persian_digits(done.queued)} پیام در صف گذاشته شد.", "success")
    else:
        flash("این پیام پیش‌تر در صف گذاشته شده بود.", "warning")
    if done.blocked:
        flash(f"{persian_digits(done.blocked)} گیرنده کنار گذاشته شد.", "warning")
    return redirect(path_for("sms.index", person=draft.person.id if draft.person else None), 303)


def office_values() -> dict[str, Value]:
    """Give the values of the fields every text may have."""
    return {"نام دفتر": office().config.office.name}


def body_problem(error: InvalidInputError) -> str:
    """Say what is wrong with a text."""
    if error.problem.startswith("a brace"):
        return "یک آکولاد بی‌فیلد در متن هست؛ فیلد را مانند {نام بیمه‌گذار} بنویسید."
    if " field " in error.problem or error.problem.startswith("no field"):
        return f"فیلد «{error.problem.rpartition('field ')[2]}» برای این متن نیست."
    return f"متن را بنویسید؛ تا {persian_digits(LONGEST_BODY['sms'])} نویسه."


def _draft(person: str, template: str) -> Draft:
    draft = Draft()
    if person.isascii() and person.isdecimal() and len(person) < 16:
        found = find_recipient(conn(), int(person))
        if found and is_reachable(conn(), require_user().reach, found.id):
            draft.to, draft.person, draft.number = "person", found, found.number
            draft.mobiles = list_mobiles(conn(), found.id)
    if template.isascii() and template.isdecimal() and len(template) < 16:
        draft.template = find_template(conn(), int(template))
    return draft


def _addressees(draft: Draft, problems: dict[str, str]) -> Addressees:
    if draft.person:
        if draft.number not in draft.mobiles:
            problems["number"] = "یکی از شماره‌های همراه این مشتری را انتخاب کنید."
            return Addressees(found=())
        one = Addressee(number=draft.number, name=draft.person.name, person_id=draft.person.id)
        return Addressees(found=(one,))
    read = read_addressees(conn(), draft.numbers, require_user().reach)
    if not read.found:
        problems["numbers"] = "دست‌کم یک شمارهٔ همراه درست بنویسید."
    elif len(read.found) > MOST_TYPED:
        problems["numbers"] = f"بیش از {persian_digits(MOST_TYPED)} شماره را با «ارسال انبوه» بفرستید."
    return read


def _kind(text: str) -> Literal["service", "advertising"]:
    return "advertising" if text == "advertising" else "service"


def _page(draft: Draft, *, problems: dict[str, str] | None = None, preview: Preview | None = None) -> str:
    fields = fields_of("")
    return render_template(
        "sms/compose.html",
        draft=draft,
        problems={**dict.fromkeys(("number", "numbers", "body"), ""), **(problems or {})},
        is_refused=bool(problems),
        preview=preview,
        kinds=WRITTEN_KINDS,
        fields=fields,
        longest=LONGEST_BODY["sms"],
        most=MOST_TYPED,
        footer=read_settings(conn()).footer,
        templates=[
            one
            for one in list_templates(conn(), channel="sms", is_active=True)
            if one.kind in WRITTEN_KINDS and not unknown_fields(one.body, fields)
        ],
    )
