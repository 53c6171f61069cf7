"""The outbox: the list, one message, and what a person decides about it."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlencode

import msgspec
from flask import abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from appliance.core import jalali
from appliance.core.clock import to_text
from appliance.core.errors import ConflictError, NotFoundError
from appliance.domain.messaging import decisions
from appliance.domain.people.reaching import reach_condition
from db.queries import outbox
from db.queries.attachments import AttachmentName, list_attachment_names
from db.queries.message_money import list_message_movements
from db.queries.message_screens import (
    MOST_COUNTED,
    OutboxQuestion,
    count_outbox,
    count_sent,
    find_recipient,
    is_message_reachable,
    list_outbox,
)
from db.queries.outbox import OutboxRow
from db.queries.outbox_segments import list_segments
from db.queries.users import find_user
from db.text import ascii_digits
from panel.access import permission
from panel.context import conn, now, office
from panel.identity import changing, require_user
from panel.links import path_for
from panel.sms.blueprint import blueprint
from panel.sms.figures import MONTH, figures, month
from panel.sms.words import CHANNELS, FILTERS, KINDS, SEGMENTS, STATES, reason_words, state_words

ROWS = 50
PERIODS = {
    "": "همهٔ زمان‌ها",
    "1": "امروز",
    "7": "۷ روز گذشته",
    "30": "۳۰ روز گذشته",
    MONTH: "فرستاده‌شده در این ماه",
}
FEW = 2_000
LONGEST_SEARCH = 80
OVERTAKEN = "این پیام همین حالا تغییر کرد؛ وضعیت تازه‌اش را ببینید."


@blueprint.get("/messages")
@permission("messages.view")
def index() -> ResponseReturnValue:
    """List messages on their way out and gone."""
    reach, at = reach_condition(require_user().reach), to_text(now())
    wanted = _wanted()
    page = max(1, min(request.args.get("page", 1, type=int), MOST_COUNTED // ROWS))
    rows = list_outbox(conn(), wanted, reach, at, limit=ROWS + 1, offset=(page - 1) * ROWS)
    counts = count_outbox(conn(), _without_state(wanted), reach, at)
    return render_template(
        "sms/outbox.html",
        rows=[(row, reason_words(conn(), row.reason, row.route)) for row in rows[:ROWS]],
        state_words=state_words,
        kinds=KINDS,
        channels=CHANNELS,
        periods=PERIODS,
        wanted=wanted,
        tabs=_tabs(wanted, counts),
        figures=figures(),
        month=MONTH,
        undecided=counts.get("undecided", 0),
        person=find_recipient(conn(), wanted.person_id) if wanted.person_id else None,
        page=page,
        is_narrowed=bool(_arguments()),
        newer=_link(page=str(page - 1) if page > 2 else "") if page > 1 else "",
        older=_link(page=str(page + 1)) if len(rows) > ROWS else "",
    )


@blueprint.get("/messages/sent/<message_id>")
@permission("messages.view")
def show(message_id: str) -> ResponseReturnValue:
    """Show one message: its text, its parts, its cost and what became of it."""
    return _page(_require(message_id))


@blueprint.post("/messages/sent/<message_id>/cancel")
@permission("messages.send")
def cancel(message_id: str) -> ResponseReturnValue:
    """Withdraw a message that waits."""
    _require(message_id)
    try:
        with changing() as act:
            decisions.cancel_message(act, message_id)
    except ConflictError:
        return _overtaken(message_id)
    flash("پیام از صف بیرون آمد و فرستاده نمی‌شود.", "success")
    return redirect(path_for("sms.show", message_id=message_id), 303)


@blueprint.post("/messages/sent/<message_id>/again")
@permission("messages.send")
def again(message_id: str) -> ResponseReturnValue:
    """Queue a failed message once more."""
    _require(message_id)
    try:
        with changing() as act:
            new_id = decisions.resend_failed(act, message_id, zone=office().zone)
    except ConflictError:
        return _overtaken(message_id)
    flash("پیام دوباره در صف گذاشته شد.", "success")
    return redirect(path_for("sms.show", message_id=new_id), 303)


@blueprint.post("/messages/sent/<message_id>/decide")
@permission("messages.send")
def decide(message_id: str) -> ResponseReturnValue:
    """Settle a message nobody can tell of: send it again, or count it as sent."""
    _require(message_id)
    decision = request.form.get("decision", "")
    if decision not in ("resend", "taken-as-sent"):
        abort(400)
    try:
        with changing() as act:
            if decision == "resend":
                decisions.decide_uncertain(act, message_id, "resend", zone=office().zone)
            else:
                decisions.decide_uncertain(act, message_id, "taken-as-sent", zone=office().zone)
    except ConflictError:
        return _overtaken(message_id)
    said = "پیام دوباره در صف گذاشته شد." if decision == "resend" else "پیام فرستاده‌شده به شمار آمد."
    flash(said, "success")
    if request.form.get("back") == "list":
        return redirect(path_for("sms.index", state="undecided"), 303)
    return redirect(path_for("sms.show", message_id=message_id), 303)


def _overtaken(message_id: str) -> ResponseReturnValue:
    flash(OVERTAKEN, "warning")
    return _page(_require(message_id), 409)


def _page(row: OutboxRow, status: int = 200) -> ResponseReturnValue:
    at = to_text(now())
    writer = find_user(conn(), row.created_by) if row.created_by else None
    user = require_user()
    may = user.may("messages.send")
    is_undecided = row.state == "uncertain" and (row.settle_until is None or row.settle_until <= at)
    again_row = outbox.find_message_by_key(conn(), f"again:{row.id}")
    page = render_template(
        "sms/message.html",
        message=row,
        state=state_words(row.channel, row.state),
        kind=KINDS.get(row.kind, row.kind),
        reason=reason_words(conn(), row.reason, row.route or row.wanted_route),
        person=find_recipient(conn(), row.person_id) if row.person_id else None,
        writer=writer.display_name if writer else "",
        segments=list_segments(conn(), row.id),
        segment_states=SEGMENTS,
        movements=list_message_movements(conn(), row.id),
        steps=_steps(row),
        again_id=again_row.id if again_row else "",
        is_undecided=is_undecided,
        may_cancel=may and row.state == "queued" and row.route is None,
        may_repeat=may and row.state == "failed" and again_row is None,
        may_decide=may and row.state == "uncertain",
        may_resend=row.kind == "service",
        may_print=row.channel == "fax" and row.state == "queued",
        channel=CHANNELS[row.channel],
        files=_files(row),
    )
    return page, status


def _files(row: OutboxRow) -> list[AttachmentName]:
    if row.channel != "email":
        return []
    return list_attachment_names(conn(), message_id=row.id, template_version_id=row.template_version_id)


def _steps(row: OutboxRow) -> list[tuple[str, str]]:
    """Give what happened to a message, in order, each with its instant."""
    end = {"failed": "ناموفق شد", "blocked": "مسدود شد", "cancelled": "لغو شد"}.get(row.state)
    steps = [
        ("نوشته شد", row.created_at),
        ("نوبت ارسال", row.due_at if row.due_at != row.created_at else None),
        ("به مسیر سپرده شد", row.armed_at),
        ("چاپ شد" if row.channel == "fax" else "مسیر پذیرفت", row.sent_at),
        ("به گیرنده رسید", row.delivered_at),
        (end or "", row.settled_at if end else None),
    ]
    return sorted([(title, at) for title, at in steps if at], key=lambda step: step[1])


def _require(message_id: str) -> OutboxRow:
    row = outbox.find_message(conn(), message_id)
    if row is None or not is_message_reachable(conn(), message_id, reach_condition(require_user().reach)):
        raise NotFoundError(f"there is no message {message_id}")
    return row


def _arguments() -> dict[str, str]:
    kept = ("state", "kind", "text", "period", "person")
    return {name: value for name in kept if (value := request.args.get(name, "").strip()[:LONGEST_SEARCH])}


def _link(**changes: str) -> str:
    merged = {name: value for name, value in {**_arguments(), **changes}.items() if value}
    path = path_for("sms.index")
    return f"{path}?{urlencode(merged)}" if merged else path


def _wanted() -> OutboxQuestion:
    arguments = _arguments()
    state, kind, text = arguments.get("state", ""), arguments.get("kind", ""), arguments.get("text", "")
    digits = "".join(letter for letter in ascii_digits(text) if letter.isdigit()).removeprefix("0")
    period, person = arguments.get("period", ""), ascii_digits(arguments.get("person", ""))
    since = sent_since = sent_before = ""
    if period == MONTH:
        sent_since, sent_before = month()
    if period in ("1", "7", "30"):
        today = jalali.local(now(), office().zone).replace(hour=0, minute=0, second=0, microsecond=0)
        since = to_text(today - timedelta(days=int(period) - 1))
    return OutboxQuestion(
        state=state if state in FILTERS or state == "undecided" else "",
        kind=kind if kind in KINDS else "",
        text=text,
        digits=digits if len(digits) >= 3 else "",
        since=since,
        sent_since=sent_since,
        sent_before=sent_before,
        is_few=bool(sent_since) and count_sent(conn(), "sms", sent_since, sent_before) < FEW,
        person_id=int(person) if person.isascii() and person.isdecimal() and len(person) < 16 else None,
    )


def _without_state(wanted: OutboxQuestion) -> OutboxQuestion:
    return msgspec.structs.replace(wanted, state="")


def _tabs(wanted: OutboxQuestion, counts: dict[str, int]) -> list[tuple[str, str, str, bool]]:
    """Give the quick filters by state: title, address, count in words, whether it is the chosen one."""
    total = sum(n for name, n in counts.items() if name != "undecided")
    found = [("همه", _link(state=""), _count_words(total), not wanted.state)]
    for name in FILTERS:
        is_here = wanted.state == name
        found.append((STATES[name].title, _link(state=name), _count_words(counts.get(name, 0)), is_here))
    return found


def _count_words(count: int) -> str:
    return (
        ""
        if not count
        else jalali.persian_digits(min(count, MOST_COUNTED)) + ("+" if count >= MOST_COUNTED else "")
    )
