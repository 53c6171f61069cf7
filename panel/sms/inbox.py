"""Conversations: everybody who wrote, what was said either way, and the answer."""

from __future__ import annotations

from flask import flash, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue

from appliance.core.errors import InvalidInputError, NotFoundError
from appliance.domain.messaging.inbox import link_thread, read_thread, reply
from appliance.domain.messaging.queueing import LONGEST_BODY
from appliance.domain.people.reaching import reach_condition
from db.queries.inbox import Thread, find_thread, list_lines
from db.queries.message_screens import (
    count_unread_within,
    find_recipient,
    is_conversation_reachable,
    list_conversations,
)
from db.queries.opt_outs import stopped_among
from db.queries.persons import list_persons_by_number
from panel.access import permission
from panel.context import conn, office
from panel.identity import changing, current_user, require_user
from panel.links import path_for
from panel.sms.blueprint import blueprint
from panel.sms.compose import body_problem
from panel.sms.words import STATES

THREADS = 100
LINES = 60
LONGEST_NUMBER = 40


@blueprint.get("/messages/inbox")
@permission("messages.view")
def inbox() -> ResponseReturnValue:
    """List conversations."""
    return _page(None)


@blueprint.get("/messages/unread")
@permission("messages.view")
def count_unread() -> ResponseReturnValue:
    """Give how many messages wait to be read, for the menu of a page that is left open."""
    return jsonify(count=unread(), late=0)


@blueprint.get("/messages/inbox/<number>")
@permission("messages.view")
def conversation(number: str) -> ResponseReturnValue:
    """Show the conversation with a number; who opens it has read it."""
    thread = _require(number)
    if thread.unread:
        with changing() as act:
            read_thread(act, number)
    return _page(thread)


@blueprint.post("/messages/inbox/<number>/reply")
@permission("messages.send")
def answer(number: str) -> ResponseReturnValue:
    """Answer a number that wrote."""
    thread = _require(number)
    body = request.form.get("body", "").replace("\r\n", "\n")
    try:
        with changing() as act:
            reply(act, number, body, zone=office().zone)
    except InvalidInputError as error:
        words = "به این فرستنده نمی‌توان پاسخ داد." if error.field == "number" else body_problem(error)
        return _page(thread, body=body, problem=words), 422
    return redirect(path_for("sms.conversation", number=number), 303)


@blueprint.post("/messages/inbox/<number>/person")
@permission("messages.send")
def link_person(number: str) -> ResponseReturnValue:
    """Say whose conversation it is: one of those the number belongs to."""
    _require(number)
    owners = {person.id for person in list_persons_by_number(conn(), number)}
    person_id = request.form.get("person_id", type=int)
    if person_id not in owners:
        raise NotFoundError("nobody of this number")
    with changing() as act:
        link_thread(act, number, person_id)
    flash("گفت‌وگو به این مشتری پیوند خورد.", "success")
    return redirect(path_for("sms.conversation", number=number), 303)


def unread() -> int:
    """Give how many incoming messages within the signed-in user's reach nobody has read."""
    user = current_user()
    if user is None or not user.may("messages.view"):
        return 0
    return count_unread_within(conn(), reach_condition(user.reach))


def _require(number: str) -> Thread:
    thread = find_thread(conn(), number) if len(number) <= LONGEST_NUMBER else None
    if thread is None or not is_conversation_reachable(conn(), number, reach_condition(require_user().reach)):
        raise NotFoundError("there is no conversation with this number")
    return thread


def _page(thread: Thread | None, *, body: str = "", problem: str = "") -> str:
    user = require_user()
    only_unread = request.args.get("unread") == "1"
    reach = reach_condition(user.reach)
    number = thread.number if thread else ""
    before = request.args.get("before", "9")[:30]
    lines = list_lines(conn(), number, before=before, limit=LINES + 1) if thread else []
    person = find_recipient(conn(), thread.person_id) if thread and thread.person_id else None
    return render_template(
        "sms/inbox.html",
        threads=list_conversations(conn(), reach, is_unread=only_unread, limit=THREADS),
        only_unread=only_unread,
        here=number,
        person=person,
        owners=list_persons_by_number(conn(), number) if thread and not person else [],
        lines=list(reversed(lines[:LINES])),
        older=lines[LINES - 1].at if len(lines) > LINES else "",
        states=STATES,
        is_stopped=bool(number and stopped_among(conn(), [number])),
        may_reply=user.may("messages.send") and number.startswith("+"),
        body=body,
        problem=problem,
        longest=LONGEST_BODY["sms"],
    )
