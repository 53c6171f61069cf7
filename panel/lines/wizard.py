"""The wizard: find a device, name the line, save, test; and changing, resting and removing a line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from appliance.core.config import LineSection
from appliance.core.errors import ConflictError, NotFoundError
from appliance.core.line_setup import Detected, DetectError, Detection
from appliance.domain.fields.refused import Refused
from panel.access import permission
from panel.context import conn, office
from panel.identity import changing
from panel.lines.fields import DRIVERS, PASSWORD, fields_of, read_line, values_of
from panel.lines.offers import offers_of
from panel.lines.setting import (
    RefusedByDriver,
    add_line,
    change_line,
    check_line,
    find_section,
    free_number,
    remove_line,
    stamp_of,
    switch_line,
)
from panel.lines.words import driver_words
from panel.links import path_for
from panel.problems import field_problem
from panel.recordform import RecordForm

EXTENSION = "aminbox-detection"
LONGEST_GATEWAY = 128


def add_routes(blueprint: Blueprint) -> None:
    """Add the routes of this module."""
    for path, name, view, methods in (
        ("/lines/new", "choose", choose, ["GET", "POST"]),
        ("/lines/new/<driver>", "new", new, ["GET"]),
        ("/lines/new/<driver>", "add", add, ["POST"]),
        ("/lines/<int:number>/edit", "edit", edit, ["GET"]),
        ("/lines/<int:number>/edit", "change", change, ["POST"]),
        ("/lines/<int:number>/switch", "switch", switch, ["POST"]),
        ("/lines/<int:number>/remove", "remove", remove, ["POST"]),
    ):
        blueprint.add_url_rule(path, name, view, methods=methods)


def detection() -> Detection:
    """Give the way to ask for devices."""
    found: Detection = current_app.extensions.setdefault(EXTENSION, Detection())
    return found


@permission("lines.manage")
def choose() -> ResponseReturnValue:
    """Show what was found; a POST also asks the modems, or a gateway, what they are."""
    form = request.form
    gateway = form.get("gateway", "").strip()[:LONGEST_GATEWAY]
    problem = ""
    try:
        found = detection().find(probe="probe" in form, gateway=gateway)
    except DetectError as error:
        found, problem = Detected(), str(error)
    config = office().config
    with_sim = office().is_demo or any(line.driver == "sim" for line in config.lines)
    return render_template(
        "lines/choose.html",
        found=found,
        offers=offers_of(found, config.lines, with_sim=with_sim),
        gateway=gateway,
        is_probed="probe" in form,
        problem=problem,
    )


@permission("lines.manage")
def new(driver: str) -> ResponseReturnValue:
    """Show the form of a new line, with what the device it was chosen for gives."""
    _known(driver)
    values: dict[str, Any] = {"mode": "observe"} if driver == "sip" else {}
    keys = {field.key for field in fields_of(driver)}
    values |= {key: text[:200] for key, text in request.args.items() if key in keys}
    return _form(LineSection(number=_number(), driver=driver), values=values)


@permission("lines.manage")
def add(driver: str) -> ResponseReturnValue:
    """Set a new line up, and go on to its test."""
    _known(driver)
    line = LineSection(number=_number(), driver=driver)
    try:
        line = read_line(line, request.form)
        check_line(detection(), line)
        with changing() as act:
            add_line(act, office().config, line)
    except (Refused, ConflictError) as error:
        return _refused(line, error)
    flash("خط ساخته شد؛ حالا آن را با یک تماس بیازمایید.", "success")
    return redirect(path_for("lines.test", number=line.number), 303)


@permission("lines.manage")
def edit(number: int) -> ResponseReturnValue:
    """Show a line's form."""
    line = _line(number)
    return _form(line, values=values_of(line), stamp=stamp_of(line))


@permission("lines.manage")
def change(number: int) -> ResponseReturnValue:
    """Change a line; who comes second is told, and nothing is overwritten."""
    before = _line(number)
    try:
        line = read_line(before, request.form)
        check_line(detection(), line)
        with changing() as act:
            change_line(act, office().config, line, stamp=request.form.get("stamp", ""))
    except (Refused, ConflictError) as error:
        return _refused(before, error, stamp=stamp_of(before))
    flash("تغییرها ذخیره شد؛ خط تا چند ثانیهٔ دیگر با آن‌ها آغاز می‌شود.", "success")
    return redirect(path_for("lines.overview"), 303)


@permission("lines.manage")
def switch(number: int) -> ResponseReturnValue:
    """Let a line rest, or run again."""
    line = _line(number)
    is_on = request.form.get("on") == "1"
    try:
        if is_on:
            check_line(detection(), line)
        with changing() as act:
            switch_line(act, office().config, line, is_on=is_on)
    except Refused as refused:
        return _not_done(refused)
    flash("خط روشن شد." if is_on else "خط خاموش شد؛ تنظیم‌هایش مانده است.", "success")
    return redirect(path_for("lines.overview"), 303)


@permission("lines.manage")
def remove(number: int) -> ResponseReturnValue:
    """Remove a line; its calls and recordings stay."""
    line = _line(number)
    try:
        with changing() as act:
            remove_line(act, office().config, line)
    except Refused as refused:
        return _not_done(refused)
    flash("خط حذف شد؛ تماس‌هایش در سابقه مانده است.", "success")
    return redirect(path_for("lines.overview"), 303)


def _form(
    line: LineSection,
    *,
    values: Mapping[str, Any] | None = None,
    stamp: str = "",
    problems: Mapping[str, str] | None = None,
    technical: str = "",
    is_overtaken: bool = False,
) -> str:
    texts = request.form if request.method == "POST" else None
    problems = dict(problems or {})
    secret = problems.pop(PASSWORD, "")
    return render_template(
        "lines/form.html",
        form=RecordForm(conn(), fields_of(line.driver), values=values, texts=texts, problems=problems),
        line=line,
        is_new=not stamp,
        driver=driver_words(line.driver),
        stamp=stamp,
        has_password=bool(line.options.get(PASSWORD) or line.options.get("password_file")),
        password_problem=field_problem(secret) if secret else "",
        technical=technical,
        is_overtaken=is_overtaken,
    )


def _refused(line: LineSection, error: Exception, *, stamp: str = "") -> ResponseReturnValue:
    problems = error.problems if isinstance(error, Refused) else {}
    technical = error.technical if isinstance(error, RefusedByDriver) else ""
    page = _form(
        line,
        values=values_of(line),
        stamp=stamp,
        problems=problems,
        technical=technical,
        is_overtaken=not problems,
    )
    return page, 422 if problems else 409


def _not_done(refused: Refused) -> ResponseReturnValue:
    flash(" ".join(field_problem(code) for code in refused.problems.values()), "warning")
    return redirect(path_for("lines.overview"), 303)


def _known(driver: str) -> None:
    if driver not in DRIVERS:
        raise NotFoundError(f"driver {driver}")


def _number() -> int:
    return free_number(office().config)


def _line(number: int) -> LineSection:
    line = find_section(office().config, number)
    if line is None:
        raise NotFoundError(f"line {number}")
    return line
