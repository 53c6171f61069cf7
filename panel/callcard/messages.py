"""A short message from a card: to a number of the caller's own, as it stands in the box."""

from __future__ import annotations

from collections.abc import Mapping

from flask import current_app

from appliance.core.errors import InvalidInputError, NotFoundError
from appliance.core.ids import new_id
from appliance.domain.fields.refused import Refused
from appliance.domain.messaging.writing import Addressee, Written, prepare, queue_written
from db.queries.message_screens import list_mobiles
from panel.context import conn, now, office
from panel.identity import changing, require_user
from panel.live.sockets import live_of
from panel.rights import rights_of
from panel.sms.compose import body_problem, office_values
from panel.sms.words import reason_words


def send_message(call_id: str, texts: Mapping[str, str]) -> str:
    """Queue a card's message; give what is said of it. Raises `Refused` with the problems in words."""
    maker, rights = live_of(current_app).cards, rights_of(require_user())
    call = maker.newest(conn(), call_id)
    if call is None or rights is None:
        raise NotFoundError(f"call {call_id}")
    person = maker.card(conn(), call, rights).person
    number = texts.get("number", "")
    if person is None or number not in list_mobiles(conn(), person.id):
        raise NotFoundError(f"number of the caller of {call_id}")
    written = Written(body=texts.get("body", "").replace("\r\n", "\n"))
    addressee = Addressee(number=number, name=person.full_name, person_id=person.id)
    form_key = texts.get("form_key", "")[:40] or new_id(now())
    try:
        (ready,) = prepare(conn(), now(), written, [addressee], office=office_values(), zone=office().zone)
        if ready.refusal:
            raise Refused({"body": reason_words(conn(), ready.refusal, None)})
        with changing() as act:
            done = queue_written(
                act, written, [addressee], form_key=form_key, office=office_values(), zone=office().zone
            )
    except Refused:
        raise
    except InvalidInputError as error:
        raise Refused({"body": body_problem(error)}) from None
    return "این پیامک پیش‌تر در صف گذاشته شده بود." if done.repeated else "پیامک در صف ارسال است."
