"""Routes and their money: how each route is, what is left on it, a test message, and every movement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time
from urllib.parse import urlencode

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from appliance.core import jalali
from appliance.core.clock import to_text
from appliance.core.errors import InvalidInputError, NotFoundError
from appliance.domain.fields.kinds import FieldProblem, Rial
from appliance.domain.messaging.accounts import Account, account_of, accounts, record_purchase
from appliance.domain.messaging.queueing import Letter, queue_letter, receiver_key
from db.queries.message_routes import RouteRow, RouteState, find_rate, list_routes, list_states
from db.queries.message_screens import list_movement_lines
from db.queries.outbox import RouteUse, find_route_use
from panel.access import permission
from panel.context import conn, now, office
from panel.identity import changing
from panel.links import path_for
from panel.sms.blueprint import blueprint
from panel.sms.figures import is_low
from panel.sms.words import (
    KINDS,
    MOVEMENTS,
    ROUTE_STATES,
    credit_words,
    provider_title,
    reason_words,
    route_title,
)

SINK = "sink"
ROWS = 50
LAST_PAGE = 200
TEST_TEXT = "پیام آزمایشی {office}. اگر این پیام را می‌بینید، مسیر «{route}» کار می‌کند."


@dataclass(frozen=True)
class Way:
    """One route as the page shows it."""

    row: RouteRow
    state: RouteState | None
    account: Account
    used: RouteUse
    part_rial: int | None

    @property
    def words(self) -> tuple[str, str]:
        """Give the state's title and tone."""
        if not self.row.is_active:
            return ROUTE_STATES["off"]
        return ROUTE_STATES[self.state.state if self.state else ""]

    @property
    def problem(self) -> str:
        """Say the last error; empty when there is none."""
        return reason_words(conn(), self.state.code, self.row.name) if self.state else ""

    @property
    def kind(self) -> str:
        """Give what users call the kind of route."""
        return provider_title(self.row.provider)

    @property
    def carried(self) -> str:
        """Say which messages it carries."""
        titles = [title for key, title in KINDS.items() if self.row.carries(key)]
        return "همهٔ پیام‌ها" if len(titles) == len(KINDS) else "، ".join(titles)

    @property
    def told(self) -> str:
        """Say what the other side says is left; empty when it never said."""
        if self.account.told_amount is None:
            return ""
        return credit_words(self.account.told_amount, self.account.told_unit)

    @property
    def is_low(self) -> bool:
        """Tell whether less is left than the office wants."""
        left = self.account.told_amount
        return left is not None and is_low(self.row, left, self.account.told_unit)


@blueprint.get("/messages/routes")
@permission("messages.manage")
def routes() -> ResponseReturnValue:
    """Show every route: how it is, what is left, its last error."""
    return _routes_page()


@blueprint.post("/messages/routes/<name>/test")
@permission("messages.manage")
def test_route(name: str) -> ResponseReturnValue:
    """Queue a test message over one route."""
    row = next((one for one in _rows() if one.name == name), None)
    if row is None or row.channel != "sms":
        raise NotFoundError("there is no such route")
    typed = request.form.get("number", "")[:40]
    key = receiver_key("sms", typed)
    if key is None:
        return _routes_page(tested=name, typed=typed), 422
    body = TEST_TEXT.format(office=office().config.office.name, route=row.title)
    with changing() as act:
        letter = Letter(number=key, body=body, wanted_route=name, is_immediate=True)
        message_id = queue_letter(
            act, letter, idempotency_key=f"route-test:{act.new_id()}", zone=office().zone
        )
    flash("پیام آزمایشی در صف گذاشته شد؛ سرنوشتش همین‌جا دیده می‌شود.", "success")
    return redirect(path_for("sms.show", message_id=message_id), 303)


@blueprint.get("/messages/money")
@permission("messages.manage")
def money() -> ResponseReturnValue:
    """List movements of money, newest first, below the balance of each route."""
    return _money_page()


@blueprint.post("/messages/money")
@permission("messages.manage")
def buy() -> ResponseReturnValue:
    """Book credit that was bought."""
    form = request.form
    name = form.get("route", "")
    problems: dict[str, str] = {}
    if name not in {row.name for row in _rows()}:
        problems["route"] = "مسیر را انتخاب کنید."
    try:
        amount = Rial().read(form.get("amount", "").strip())
    except FieldProblem:
        amount = 0
    is_new = False
    if not problems:
        try:
            with changing() as act:
                is_new = record_purchase(act, name, amount, document=form.get("document", "")[:80])
        except InvalidInputError as error:
            is_amount = error.field == "amount_rial"
            problems[error.field] = (
                "مبلغ را به ریال بنویسید." if is_amount else "شمارهٔ سند یا رسید را بنویسید."
            )
    if problems:
        return _money_page(problems=problems), 422
    flash(
        "خرید اعتبار ثبت شد." if is_new else "این سند پیش‌تر برای همین مسیر ثبت شده است.",
        "success" if is_new else "warning",
    )
    return redirect(path_for("sms.money"), 303)


def _rows() -> list[RouteRow]:
    rows = list_routes(conn())
    if office().config.sms.route == SINK and not any(row.name == SINK for row in rows):
        rows.append(RouteRow(id=0, name=SINK, title=route_title(conn(), SINK), provider=SINK, place=1000))
    return rows


def _routes_page(*, tested: str = "", typed: str = "") -> str:
    states = {state.route: state for state in list_states(conn())}
    today = jalali.local(now(), office().zone)
    midnight = to_text(datetime.combine(today.date(), time(), today.tzinfo).astimezone(UTC))
    ways = []
    for row in _rows():
        rate = find_rate(conn(), row.name, today.date().isoformat())
        ways.append(
            Way(
                row=row,
                state=states.get(row.name),
                account=account_of(conn(), row.name),
                used=find_route_use(conn(), row.name, midnight),
                part_rial=rate.persian_rial if rate else None,
            )
        )
    return render_template("sms/routes.html", ways=ways, tested=tested, typed=typed)


def _money_page(*, problems: dict[str, str] | None = None) -> str:
    route, kind = request.args.get("route", ""), request.args.get("kind", "")
    page = max(1, min(request.args.get("page", 1, type=int), LAST_PAGE))
    kind = kind if kind in MOVEMENTS else ""
    lines = list_movement_lines(conn(), route=route, kind=kind, limit=ROWS + 1, offset=(page - 1) * ROWS)

    def link(number: int) -> str:
        kept = {"route": route, "kind": kind, "page": str(number) if number > 1 else ""}
        query = urlencode({name: value for name, value in kept.items() if value})
        return path_for("sms.money") + (f"?{query}" if query else "")

    return render_template(
        "sms/money.html",
        lines=lines[:ROWS],
        accounts=accounts(conn()),
        routes=_rows(),
        route=route,
        kind=kind,
        kinds=MOVEMENTS,
        problems={"route": "", "amount_rial": "", "document": "", **(problems or {})},
        page=page,
        newer=link(page - 1) if page > 1 else "",
        older=link(page + 1) if len(lines) > ROWS else "",
    )
