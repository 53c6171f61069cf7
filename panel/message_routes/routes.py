"""The form of a route: what it is, how it is reached, what it carries and costs; its order, and taking it out.

A secret is written and never read back: the form only says that there is one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from appliance.core.errors import InvalidInputError, NotFoundError
from appliance.core.jalali import local, persian_digits
from appliance.domain.fields.kinds import FieldProblem, Rial, Whole
from appliance.domain.messaging.routes import move_route, remove_route, save_route, set_rate
from db.queries.message_routes import RouteRow, find_rate, has_secrets, list_routes
from panel.access import permission
from panel.context import conn, now, office
from panel.identity import changing
from panel.links import path_for
from panel.message_routes.blueprint import blueprint
from panel.message_routes.kinds import ABOUT, SECRETS, find_kind, kinds, read_settings, settings_of
from panel.sms.words import CHANNELS, KINDS

CAP = Whole(0, 10_000_000)
PACE = Whole(0, 3600)
VAT = Whole(0, 100)


@dataclass
class Form:
    """What stands in the form; texts as typed."""

    texts: Mapping[str, str]
    carried: set[str]
    is_active: bool = True
    problems: dict[str, str] = field(default_factory=dict)


@blueprint.get("/messages/routes/new")
@permission("messages.manage")
def new() -> ResponseReturnValue:
    """Ask for the kind, then show its form."""
    kind = find_kind(request.args.get("kind", ""))
    if kind is None:
        return render_template("message_routes/choose.html", kinds=kinds(), about=ABOUT, channels=CHANNELS)
    texts = {"title": kind.title} | {f"s.{one.name}": one.show(one.default) for one in settings_of(kind)}
    texts |= {"daily_cap": _digits(kind.daily_cap), "hourly_cap": _digits(kind.hourly_cap)}
    return _page(None, kind, Form(texts, set(kind.carries)))


@blueprint.post("/messages/routes/new")
@permission("messages.manage")
def add() -> ResponseReturnValue:
    """Keep a new route."""
    kind = find_kind(request.args.get("kind", ""))
    if kind is None:
        raise NotFoundError("there is no such kind of route")
    return _save(None, kind)


@blueprint.get("/messages/routes/<int:route_id>")
@permission("messages.manage")
def show(route_id: int) -> ResponseReturnValue:
    """Show a route's form."""
    row, kind = _require(route_id)
    stored: dict[str, Any] = msgspec.json.decode(row.settings)
    texts = {"title": row.title} | {
        f"s.{one.name}": one.show(stored.get(one.name, one.default)) for one in settings_of(kind)
    }
    texts |= {
        "daily_cap": _digits(row.daily_cap), "hourly_cap": _digits(row.hourly_cap),
        "pace": _digits(row.pace_ms // 1000 or None), "low_credit_rial": Rial().edit(row.low_credit_rial),
    }  # fmt: skip
    rate = find_rate(conn(), row.name, local(now(), office().zone).date().isoformat())
    if rate:
        texts |= {
            "persian_rial": Rial().edit(rate.persian_rial), "latin_rial": Rial().edit(rate.latin_rial),
            "vat": _digits(rate.vat_bp // 100),
        }  # fmt: skip
    return _page(row, kind, Form(texts, {name for name in KINDS if row.carries(name)}, row.is_active))


@blueprint.post("/messages/routes/<int:route_id>")
@permission("messages.manage")
def change(route_id: int) -> ResponseReturnValue:
    """Keep a changed route."""
    return _save(*_require(route_id))


@blueprint.post("/messages/routes/<int:route_id>/move")
@permission("messages.manage")
def move(route_id: int) -> ResponseReturnValue:
    """Try a route before, or after, its neighbour."""
    with changing() as act:
        move_route(act, route_id, -1 if request.form.get("to") == "up" else 1)
    return redirect(path_for("sms.routes"), 303)


@blueprint.post("/messages/routes/<int:route_id>/delete")
@permission("messages.manage")
def delete(route_id: int) -> ResponseReturnValue:
    """Take a route out."""
    with changing() as act:
        remove_route(act, route_id)
    flash("مسیر برداشته شد؛ پیام‌ها و هزینه‌های گذشته‌اش می‌مانند.", "success")
    return redirect(path_for("sms.routes"), 303)


def _save(row: RouteRow | None, kind: Any) -> ResponseReturnValue:
    given = request.form
    carried = {name for name in KINDS if given.get(f"carries.{name}") == "1"}
    form = Form({name: given[name] for name in given}, carried, given.get("is_active") == "1")
    settings = read_settings(kind, given, form.problems)
    numbers = {name: _number(form, name, CAP) for name in ("daily_cap", "hourly_cap")}
    pace, vat = _number(form, "pace", PACE), _number(form, "vat", VAT)
    prices = {name: _rial(form, name) for name in ("persian_rial", "latin_rial", "low_credit_rial")}
    given_secrets = {
        name: given.get(f"k.{name}", "").strip()[:400] for name in (*kind.secrets, *kind.optional_secrets)
    }
    for name in kind.secrets:
        if not given_secrets[name] and not (row and name in has_secrets(conn(), row.id)):
            form.problems[f"k.{name}"] = "این مورد لازم است."
    if not form.texts.get("title", "").strip():
        form.problems["title"] = "نامی برای این مسیر بنویسید."
    if not carried:
        form.problems["carries"] = "دست‌کم یک نوع پیام را انتخاب کنید."
    if form.problems:
        return _page(row, kind, form), 422
    places = [one.place for one in list_routes(conn())]
    wanted = RouteRow(
        id=row.id if row else 0, name=row.name if row else _free_name(kind.name), title=form.texts["title"].strip(),
        provider=kind.name, channel=kind.channel, settings=settings, is_active=form.is_active,
        place=row.place if row else max(places, default=0) + 1, carries_code="code" in carried,
        carries_service="service" in carried, carries_advertising="advertising" in carried,
        pace_ms=(pace or 0) * 1000, low_credit_rial=prices["low_credit_rial"], **numbers,
    )  # fmt: skip
    try:
        with changing() as act:
            save_route(act, wanted, given_secrets)
            if prices["persian_rial"] is not None:
                latin = prices["latin_rial"]
                set_rate(
                    act, wanted.name, valid_from=local(now(), office().zone).date(), vat_bp=(vat or 0) * 100,
                    persian_rial=prices["persian_rial"],
                    latin_rial=prices["persian_rial"] if latin is None else latin,
                )  # fmt: skip
    except InvalidInputError as error:
        form.problems[error.field] = "این مقدار پذیرفته نشد."
        return _page(row, kind, form), 422
    flash("مسیر ذخیره شد؛ تا چند ثانیهٔ دیگر به کار می‌افتد. یک پیام آزمایشی بفرستید.", "success")
    return redirect(path_for("sms.routes"), 303)


def _free_name(kind: str) -> str:
    taken = {one.name for one in list_routes(conn())}
    return next(name for name in (kind, *(f"{kind}-{n}" for n in range(2, 100))) if name not in taken)


def _number(form: Form, name: str, kind: Whole) -> int | None:
    text = form.texts.get(name, "").strip()
    if not text:
        return None
    try:
        return int(kind.read(text))
    except FieldProblem:
        form.problems[name] = "این‌جا عدد بنویسید."
        return None


def _rial(form: Form, name: str) -> int | None:
    text = form.texts.get(name, "").strip()
    if not text:
        return None
    try:
        return int(Rial().read(text))
    except FieldProblem:
        form.problems[name] = "مبلغ را به ریال و با رقم بنویسید."
        return None


def _digits(number: int | None) -> str:
    return "" if number is None else persian_digits(number)


def _require(route_id: int) -> tuple[RouteRow, Any]:
    row = next((one for one in list_routes(conn()) if one.id == route_id), None)
    kind = find_kind(row.provider) if row else None
    if row is None or kind is None:
        raise NotFoundError(f"there is no route {route_id}")
    return row, kind


def _page(row: RouteRow | None, kind: Any, form: Form) -> str:
    return render_template(
        "message_routes/form.html",
        row=row,
        kind=kind,
        about=ABOUT.get(kind.name, ""),
        form=form,
        text=lambda name: form.texts.get(name, ""),
        problem=lambda name: form.problems.get(name, ""),
        settings=settings_of(kind),
        secrets=[
            (name, SECRETS.get(name, name), name in kind.secrets)
            for name in (*kind.secrets, *kind.optional_secrets)
        ],
        kept=has_secrets(conn(), row.id) if row else set(),
        kinds={name: KINDS[name] for name in KINDS if name in kind.carries},
    )
