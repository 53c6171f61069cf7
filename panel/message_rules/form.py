"""Making and changing a rule: event, days before or after, hour, conditions, text, receiver."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from appliance.core.errors import ConflictError, InvalidInputError, NotFoundError
from appliance.core.jalali import persian_digits
from appliance.domain.fields.kinds import FieldProblem, Rial, TimeOfDay, Whole
from appliance.domain.messaging.happenings import HAPPENINGS
from appliance.domain.messaging.planning import Condition, Offset
from appliance.domain.messaging.rules import LONGEST_OFFSET_DAYS, save_rule
from appliance.domain.people.fields import STANDINGS
from db.queries.lists import list_entries
from db.queries.message_rules import OffsetRow, RuleRow, find_rule, list_offsets
from db.queries.message_templates import find_default, list_templates
from panel.access import permission
from panel.context import conn
from panel.identity import changing
from panel.links import path_for
from panel.message_rules.blueprint import blueprint
from panel.message_rules.words import AUDIENCES, HOLIDAYS, conditions_of, event_title, time_words
from panel.sms.words import CHANNELS

OFFSET_ROWS = 5
SIZE = Whole(0, LONGEST_OFFSET_DAYS * 24 * 60)
LATE = Whole(1, 8760, unit="ساعت")
UNITS = {"day": "روز", "hour": "ساعت", "minute": "دقیقه"}
SIDES = {"before": "پیش از آن", "after": "پس از آن"}


@dataclass
class Form:
    """What stands in the form."""

    name: str = ""
    template_id: str = ""
    audience: str = "person"
    at: str = "۱۰:۰۰"
    on_holiday: str = "send"
    late_hours: str = "۴۸"
    is_active: bool = False
    line_code: str = ""
    least: str = ""
    standing: str = ""
    offsets: list[tuple[str, str, str]] = field(default_factory=list)
    """Each as typed: amount, unit, side."""
    problems: dict[str, str] = field(default_factory=dict)

    @property
    def offset_rows(self) -> list[tuple[str, str, str]]:
        """Give the offsets with empty rows to fill."""
        return (self.offsets + [("", "day", "before")] * OFFSET_ROWS)[:OFFSET_ROWS]


@blueprint.get("/messages/rules/new")
@permission("messages.manage")
def new() -> ResponseReturnValue:
    """Ask for the event, then show the form with the event's default text chosen."""
    event = request.args.get("event", "")
    if event not in HAPPENINGS:
        events = [(code, one.title, one.fields) for code, one in HAPPENINGS.items()]
        return render_template("message_rules/choose.html", events=events)
    audience = "number" if event == "call.missed" else "person"
    defaults = (find_default(conn(), event, channel) for channel in CHANNELS)
    text = next((str(one.id) for one in defaults if one is not None), "")
    return _page(None, event, Form(template_id=text, audience=audience, offsets=[("۰", "day", "before")]))


@blueprint.post("/messages/rules/new")
@permission("messages.manage")
def add() -> ResponseReturnValue:
    """Keep a new rule."""
    event = request.args.get("event", "")
    if event not in HAPPENINGS:
        raise NotFoundError(f"there is no event {event}")
    return _save(None, event)


@blueprint.get("/messages/rules/<int:rule_id>")
@permission("messages.manage")
def show(rule_id: int) -> ResponseReturnValue:
    """Show a rule's form."""
    row = _require(rule_id)
    form = Form(
        name=row.name, template_id=str(row.template_id), audience=row.audience, at=time_words(row.at_minute),
        on_holiday=row.on_holiday, late_hours=persian_digits(row.late_hours), is_active=row.is_active,
        offsets=[_typed_offset(one) for one in list_offsets(conn()) if one.rule_id == rule_id],
    )  # fmt: skip
    for one in conditions_of(row):
        if one.field == "line_code":
            form.line_code = str(one.value)
        elif one.field == "amount":
            form.least = Rial().edit(int(one.value))
        elif one.field == "standing":
            form.standing = str(one.value)
    return _page(row, row.event, form)


@blueprint.post("/messages/rules/<int:rule_id>")
@permission("messages.manage")
def change(rule_id: int) -> ResponseReturnValue:
    """Keep a changed rule."""
    row = _require(rule_id)
    return _save(row, row.event)


def _save(row: RuleRow | None, event: str) -> ResponseReturnValue:
    form = _typed()
    offsets = _offsets(form)
    values: dict[str, Any] = {}
    try:
        hour, minute = TimeOfDay().read(form.at).split(":")
        values["at_minute"] = int(hour) * 60 + int(minute)
    except FieldProblem:
        form.problems["at"] = "ساعت را مانند ۱۰:۳۰ بنویسید."
    try:
        values["late_hours"] = LATE.read(form.late_hours)
    except FieldProblem:
        form.problems["late_hours"] = "عددی از ۱ تا ۸۷۶۰ بنویسید."
    conditions = _conditions(form)
    template = next((one for one in _templates(event) if str(one.id) == form.template_id), None)
    if template is None:
        form.problems["template_id"] = "متن را انتخاب کنید."
    if form.problems or template is None:
        return _page(row, event, form), 422
    wanted = RuleRow(
        id=row.id if row else 0, name=form.name, event=event, template_id=template.id, channel=template.channel,
        kind=template.kind, audience=form.audience, on_holiday=form.on_holiday, is_active=form.is_active,
        active_since=row.active_since if row else None, **values,
    )  # fmt: skip
    try:
        with changing() as act:
            save_rule(act, wanted, offsets, conditions)
    except ConflictError:
        form.problems["name"] = "قاعدهٔ دیگری با همین نام هست."
    except InvalidInputError as error:
        words = {
            "name": "نام قاعده را بنویسید.",
            "offsets": f"دست‌کم یک زمان بنویسید؛ تا {persian_digits(LONGEST_OFFSET_DAYS)} روز پیش یا پس.",
        }
        form.problems[error.field] = words.get(error.field, "این مقدار پذیرفته نشد.")
    if form.problems:
        return _page(row, event, form), 422
    flash("قاعده ذخیره شد." if form.is_active else "قاعده ذخیره شد؛ هنوز خاموش است.", "success")
    return redirect(path_for("rules.index"), 303)


def _typed() -> Form:
    given = request.form
    form = Form(
        name=given.get("name", "")[:80].strip(), template_id=given.get("template_id", ""),
        audience=given.get("audience", "person"), at=given.get("at", "")[:10].strip(),
        on_holiday=given.get("on_holiday", "send"), late_hours=given.get("late_hours", "")[:10].strip(),
        is_active=given.get("is_active") == "1", line_code=given.get("line_code", ""),
        least=given.get("least", "")[:24].strip(), standing=given.get("standing", ""),
    )  # fmt: skip
    form.audience = form.audience if form.audience in AUDIENCES else "person"
    form.on_holiday = form.on_holiday if form.on_holiday in HOLIDAYS else "send"
    for place in range(OFFSET_ROWS):
        amount = given.get(f"amount.{place}", "")[:10].strip()
        unit, side = given.get(f"unit.{place}", "day"), given.get(f"side.{place}", "before")
        if amount:
            form.offsets.append(
                (amount, unit if unit in UNITS else "day", side if side in SIDES else "before")
            )
    return form


def _offsets(form: Form) -> list[Offset]:
    found = []
    for amount, unit, side in form.offsets:
        try:
            size = SIZE.read(amount) * (-1 if side == "before" else 1)
        except FieldProblem:
            form.problems["offsets"] = "در هر خط یک عدد بنویسید؛ صفر یعنی همان روز."
            continue
        found.append(
            Offset("day", size) if unit == "day" else Offset("minute", size * (60 if unit == "hour" else 1))
        )
    return found


def _conditions(form: Form) -> list[Condition]:
    found = []
    if form.line_code in {one.key for one in list_entries(conn(), "lines")}:
        found.append(Condition("line_code", "is", form.line_code))
    if form.standing in STANDINGS:
        found.append(Condition("standing", "is", form.standing))
    if form.least:
        try:
            found.append(Condition("amount", "at-least", int(Rial().read(form.least))))
        except FieldProblem:
            form.problems["least"] = "مبلغ را به ریال و با رقم بنویسید."
    return found


def _typed_offset(one: OffsetRow) -> tuple[str, str, str]:
    side, size = "before" if one.amount <= 0 else "after", abs(one.amount)
    if one.unit == "minute" and size and size % 60 == 0:
        return persian_digits(size // 60), "hour", side
    return persian_digits(size), one.unit, side


def _templates(event: str) -> list[Any]:
    known = set(HAPPENINGS[event].fields) if event in HAPPENINGS else set()
    return [
        one
        for one in list_templates(conn(), is_active=True)
        if one.event == event or (not one.event and known and one.kind == "service")
    ]


def _require(rule_id: int) -> RuleRow:
    row = find_rule(conn(), rule_id)
    if row is None:
        raise NotFoundError(f"there is no rule {rule_id}")
    return row


def _page(row: RuleRow | None, event: str, form: Form) -> str:
    fields = HAPPENINGS[event].fields if event in HAPPENINGS else ()
    return render_template(
        "message_rules/form.html",
        row=row,
        event=event,
        event_name=event_title(event),
        form=form,
        problem=lambda name: form.problems.get(name, ""),
        units=UNITS,
        sides=SIDES,
        audiences=_audiences(event),
        holidays=HOLIDAYS,
        channels=CHANNELS,
        templates=_templates(event),
        lines=list_entries(conn(), "lines") if "رشته" in fields else [],
        has_amount="مبلغ" in fields,
        standings=STANDINGS if event == "person.birthday" else {},
    )


def _audiences(event: str) -> dict[str, str]:
    wanted = ["person"]
    if event == "call.missed":
        wanted = ["number", "person"]
    elif event.startswith("activity."):
        wanted = ["assignee", "person"]
    return {name: AUDIENCES[name] for name in wanted}
