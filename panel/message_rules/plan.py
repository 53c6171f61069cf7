"""How the office keeps in touch: quiet hours, limits for segments, who wants no advertising, holidays."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from appliance.core.errors import InvalidInputError
from appliance.core.jalali import local, persian_digits
from appliance.domain.acting import Acting
from appliance.domain.fields.kinds import Day, FieldProblem, TimeOfDay, Whole
from appliance.domain.messaging import contact_plan as service
from appliance.domain.messaging.queueing import Kind
from appliance.domain.messaging.segments import GRADE, GROUP
from appliance.domain.people.fields import GRADES
from db.queries.groups import list_groups
from db.queries.message_settings import list_limits, read_settings
from db.queries.occasions import list_holidays_from
from db.queries.opt_outs import count_opt_outs, list_opt_out_lines
from db.text import ascii_digits
from panel.access import permission
from panel.context import conn, now, office
from panel.identity import changing
from panel.links import path_for
from panel.message_rules.blueprint import blueprint
from panel.message_rules.words import time_words
from panel.sms.words import KINDS

EVERYBODY = "همهٔ مشتریان"
LIMITED = {key: KINDS[key] for key in ("advertising", "service")}
SOURCES = {"reply": "با پیامک «لغو»", "provider": "اعلام سرویس‌دهنده", "panel": "ثبت همکار"}
SHOWN = 100


@blueprint.get("/messages/plan")
@permission("messages.manage")
def plan() -> ResponseReturnValue:
    """Show how the office keeps in touch."""
    return _page({})


@blueprint.post("/messages/plan")
@permission("messages.manage")
def save() -> ResponseReturnValue:
    """Keep the quiet hours and the footer."""
    given, problems = request.form, dict[str, str]()
    minutes = {name: _minute(given.get(name, ""), name, problems) for name in ("quiet_from", "quiet_to")}
    typed = given.get("resend_service_hours", "").strip()
    hours: int | None = None
    if typed:
        try:
            hours = Whole(1, service.MOST_RESEND_HOURS).read(typed)
        except FieldProblem:
            problems["resend_service_hours"] = f"عددی تا {persian_digits(service.MOST_RESEND_HOURS)} بنویسید."
    if problems:
        return _page(problems), 422

    def change(act: Acting) -> None:
        service.save_hours(act, **minutes, resend_service_hours=hours, footer=given.get("footer", ""))

    return _done(change, "ساعت سکوت ذخیره شد.", {"footer": "متن کوتاهی مانند «لغو۱۱» بنویسید."}, "hours")


@blueprint.post("/messages/plan/limits")
@permission("messages.manage")
def limit() -> ResponseReturnValue:
    """Set a limit for a segment."""
    given, problems = request.form, dict[str, str]()
    numbers = {}
    for name, most in (("most", service.MOST_MESSAGES), ("days", service.MOST_DAYS)):
        try:
            numbers[name] = Whole(0, most).read(given.get(name, ""))
        except FieldProblem:
            problems[name] = f"عددی تا {persian_digits(most)} بنویسید."
    if given.get("segment", "") not in _segments() or given.get("kind") not in LIMITED:
        problems["segment"] = "یکی از گزینه‌ها را انتخاب کنید."
    if problems:
        return _page(problems), 422

    def change(act: Acting) -> None:
        kind: Kind = "service" if given["kind"] == "service" else "advertising"
        service.set_limit(act, segment=given["segment"], kind=kind, **numbers)

    return _done(change, "سقف ذخیره شد.", {"days": "دست‌کم یک روز بنویسید."}, "limits")


@blueprint.post("/messages/plan/limits/delete")
@permission("messages.manage")
def drop_limit() -> ResponseReturnValue:
    """Take a limit away."""
    segment, kind = request.form.get("segment", ""), request.form.get("kind", "")
    return _done(lambda act: service.drop_limit(act, segment, kind), "سقف برداشته شد.", {}, "limits")


@blueprint.post("/messages/plan/opt-outs")
@permission("messages.manage")
def stop() -> ResponseReturnValue:
    """Enter a number that wants no advertising."""
    number, note = request.form.get("number", "")[:40], request.form.get("note", "")
    words = {"number": "شمارهٔ همراه را مانند ۰۹۱۲۰۰۰۰۰۰۱ بنویسید."}
    return _done(
        lambda act: service.stop_advertising(act, number, note),
        "به این شماره پیام تبلیغاتی نمی‌رود.",
        words,
        "opt-outs",
    )


@blueprint.post("/messages/plan/opt-outs/delete")
@permission("messages.manage")
def allow() -> ResponseReturnValue:
    """Let advertising go to a number again."""
    number = request.form.get("number", "")[:40]
    return _done(
        lambda act: service.allow_advertising(act, number),
        "به این شماره دوباره پیام تبلیغاتی می‌رود.",
        {},
        "opt-outs",
    )


@blueprint.post("/messages/plan/holidays")
@permission("messages.manage")
def add_holiday() -> ResponseReturnValue:
    """Enter a holiday."""
    try:
        day = date.fromisoformat(Day().read(request.form.get("day", "")))
    except FieldProblem:
        return _page({"day": "تاریخ را مانند ۱۴۰۵/۰۹/۰۱ بنویسید."}), 422
    title = request.form.get("title", "")
    return _done(
        lambda act: service.add_holiday(act, day, title),
        "تعطیلی ثبت شد.",
        {"title": "مناسبت را بنویسید."},
        "holidays",
    )


@blueprint.post("/messages/plan/holidays/delete")
@permission("messages.manage")
def remove_holiday() -> ResponseReturnValue:
    """Take a holiday away."""
    day = request.form.get("day", "")[:10]
    return _done(lambda act: service.remove_holiday(act, day), "تعطیلی برداشته شد.", {}, "holidays")


def _done(
    change: Callable[[Acting], object], said: str, words: dict[str, str], part: str
) -> ResponseReturnValue:
    try:
        with changing() as act:
            change(act)
    except InvalidInputError as error:
        return _page({error.field: words.get(error.field, "این مقدار پذیرفته نشد.")}), 422
    flash(said, "success")
    return redirect(f"{path_for('rules.plan')}#{part}", 303)


def _minute(text: str, name: str, problems: dict[str, str]) -> int:
    try:
        hour, minute = TimeOfDay().read(text).split(":")
    except FieldProblem:
        problems[name] = "ساعت را مانند ۲۲:۰۰ بنویسید."
        return 0
    return int(hour) * 60 + int(minute)


def _segments() -> dict[str, str]:
    grades = {f"{GRADE}{key}": f"رتبهٔ {title}" for key, title in GRADES.items()}
    groups = {f"{GROUP}{one.id}": f"گروه {one.title}" for one in list_groups(conn())}
    return {"": EVERYBODY} | grades | groups


def _page(problems: dict[str, str]) -> str:
    settings = read_settings(conn())
    typed = request.form if problems else {}
    digits = "".join(letter for letter in ascii_digits(request.args.get("number", "")) if letter.isdigit())
    segments = _segments()
    return render_template(
        "message_rules/plan.html",
        problem=lambda name: problems.get(name, ""),
        typed=typed,
        settings=settings,
        times={"quiet_from": time_words(settings.quiet_from), "quiet_to": time_words(settings.quiet_to)},
        limits=[(one, segments.get(one.segment, "گروهی که دیگر نیست")) for one in list_limits(conn())],
        segments=segments,
        kinds=LIMITED,
        opt_outs=list_opt_out_lines(conn(), digits.removeprefix("0"), SHOWN),
        opt_out_total=count_opt_outs(conn()),
        shown=SHOWN,
        sought=request.args.get("number", "")[:40],
        sources=SOURCES,
        holidays=list_holidays_from(conn(), local(now(), office().zone).date().isoformat()),
    )
