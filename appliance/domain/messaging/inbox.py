"""Incoming messages: stored before anything else, joined in any order, linked to a person, and understood.

«لغو», 11 and their like stop advertising to the sender, 12 lets it go on again.
"""

from __future__ import annotations

from datetime import timedelta

import msgspec

from appliance.core.clock import from_text, to_text
from appliance.core.errors import InvalidInputError, NotFoundError
from appliance.core.events import SmsReceived
from appliance.core.phone import parse_phone
from appliance.core.smstext import sendable
from appliance.core.surrogates import mend
from appliance.domain.acting import Acting
from appliance.domain.messaging.queueing import Letter, queue_letter
from db.queries import inbox, opt_outs, persons
from db.queries.inbox import InboxPart
from db.text import fold

JOIN_WINDOW = timedelta(hours=24)
"""Parts of one long message come within this; later a reference may belong to another one."""
LONGEST_SENDER = 32
_STOPS = frozenset(
    fold(word) for word in ("لغو", "لغو ۱۱", "لغو۱۱", "۱۱", "off", "stop", "لغو اشتراک", "cancel")
)
_STARTS = frozenset(fold(word) for word in ("۱۲", "لغو ۱۲", "لغو۱۲", "on", "start", "فعال"))


class Incoming(msgspec.Struct, frozen=True, kw_only=True):
    """One incoming message, or one part of one, as a route gives it."""

    route: str
    source_id: str
    number: str
    text: str
    sent_at: str = ""
    line: str = ""
    part: int = 1
    parts: int = 1
    reference: int = 0


def meaning_of(body: str) -> str:
    """Give what a message asks for: ``opt-out``, ``opt-in`` or nothing."""
    word = fold(body).strip(" .!،؛؟?")
    if word in _STOPS:
        return "opt-out"
    return "opt-in" if word in _STARTS else ""


def sender_key(number: str) -> str:
    """Give the sender as a key: E.164 for a telephone, the cleaned name for an alphanumeric sender."""
    phone = parse_phone(number)
    if phone is not None and not any(letter.isalpha() for letter in number):
        return phone.key
    return " ".join(number.split())[:LONGEST_SENDER] or "?"


def receive(act: Acting, incoming: Incoming) -> str | None:
    """Store a part, and the whole message once all its parts are there; give that message's id.

    A part that is stored already changes nothing, so a route may give it again after a crash.
    """
    part_id = inbox.insert_part(
        act.conn,
        route=incoming.route,
        source_id=incoming.source_id,
        number=sender_key(incoming.number),
        line=incoming.line,
        text=sendable(incoming.text),
        part=incoming.part,
        parts=max(incoming.parts, incoming.part),
        concat_reference=incoming.reference,
        sent_at=incoming.sent_at or act.at,
        received_at=act.at,
    )
    if part_id is None:
        return None
    part = inbox.find_part(act.conn, part_id)
    assert part is not None
    if part.parts == 1:
        return _store(act, [part], is_incomplete=False)
    waiting = inbox.list_waiting_parts(act.conn, part, to_text(act.now - JOIN_WINDOW))
    # A second copy of a place belongs to a second message with the same reference; the older one is taken first.
    chosen = list({one.part: one for one in reversed(waiting)}.values())
    if len(chosen) < part.parts:
        return None
    return _store(act, sorted(chosen, key=lambda one: one.part), is_incomplete=False)


def store_incomplete(act: Acting) -> int:
    """Show what came of messages whose other parts have not come within a day; give how many there were."""
    before = act.now - JOIN_WINDOW
    shown = 0
    for part in inbox.list_overdue_parts(act.conn, to_text(before)):
        together = [
            one
            for one in inbox.list_waiting_parts(
                act.conn, part, to_text(from_text(part.received_at) - JOIN_WINDOW)
            )
            if abs(from_text(one.received_at) - from_text(part.received_at)) <= JOIN_WINDOW
        ]
        if together:
            _store(act, together, is_incomplete=True)
            shown += 1
    return shown


def read_thread(act: Acting, number: str) -> int:
    """Mark what came from a number as read; give how many messages that were."""
    return inbox.update_thread_read(act.conn, number, act.user.id if act.user else None, act.at)


def reply(act: Acting, number: str, body: str, *, zone: str = "Asia/Tehran") -> str:
    """Answer a number that wrote; it goes out also in quiet hours. Give the message's id.

    Raises `NotFoundError` when nothing ever came from the number, `InvalidInputError` for a sender that is a name.
    """
    thread = inbox.find_thread(act.conn, number)
    if thread is None:
        raise NotFoundError(f"no message came from {number[-2:]}")
    if not number.startswith("+"):
        raise InvalidInputError("number", "not a mobile number")
    letter = Letter(number=number, body=body, person_id=thread.person_id, is_immediate=True)
    message_id = queue_letter(act, letter, idempotency_key=f"reply:{act.new_id()}", zone=zone)
    assert message_id is not None
    return message_id


def link_thread(act: Acting, number: str, person_id: int | None) -> None:
    """Say whose conversation a number's is. Raises `NotFoundError` for an unknown person or number."""
    if inbox.find_thread(act.conn, number) is None:
        raise NotFoundError("there is no conversation with this number")
    if person_id is not None and persons.find_person(act.conn, person_id) is None:
        raise NotFoundError(f"there is no person {person_id}")
    inbox.update_thread_person(act.conn, number, person_id)


def link_message(act: Acting, inbox_id: str, object_kind: str, object_id: int | None) -> None:
    """Link an incoming message to a policy, claim or complaint, or to nothing."""
    if bool(object_kind) != (object_id is not None):
        raise InvalidInputError("object_id", "kind and id belong together")
    if not inbox.update_inbox_object(act.conn, inbox_id, object_kind, object_id):
        raise NotFoundError(f"there is no incoming message {inbox_id}")


def _store(act: Acting, parts: list[InboxPart], *, is_incomplete: bool) -> str:
    first = parts[0]
    body = mend("".join(part.text for part in parts))
    owners = persons.list_persons_by_number(act.conn, first.number)
    person_id = owners[0].id if len(owners) == 1 else None
    thread = inbox.find_thread(act.conn, first.number)
    if person_id is None and thread is not None:
        person_id = thread.person_id
    meaning = meaning_of(body)
    inbox_id = act.new_id()
    inbox.insert_inbox(
        act.conn,
        inbox_id=inbox_id,
        route=first.route,
        number=first.number,
        line=first.line,
        body=body,
        meaning=meaning,
        person_id=person_id,
        sent_at=min(part.sent_at for part in parts),
        received_at=act.at,
        is_incomplete=is_incomplete,
    )
    for part in parts:
        inbox.update_part_joined(act.conn, part.id, inbox_id)
    if meaning == "opt-out":
        opt_outs.insert_opt_out(act.conn, first.number, "reply", act.at, detail=inbox_id)
    elif meaning == "opt-in":
        opt_outs.update_opt_out_ended(act.conn, first.number, act.at)
    act.record(
        SmsReceived(id=act.new_id(), at=act.at, inbox_id=inbox_id, number=first.number, person_id=person_id)
    )
    return inbox_id
