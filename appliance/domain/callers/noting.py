"""What is written on a card of its call: note, result, follow-up, and what it was about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from appliance.core.errors import InvalidInputError
from appliance.domain.acting import Acting
from appliance.domain.call_notes import note_call
from appliance.domain.call_subjects import attach_call, detach_call
from appliance.domain.callers.changing import card_changed
from db.queries.caller_matters import list_subjects

OFFERED = ("policy", "claim", "cheque")
"""Kinds of things a card offers; what a call was said to be about elsewhere stays."""


def note_from_card(
    act: Acting,
    call_id: str,
    texts: Mapping[str, str],
    zone: str,
    *,
    revision: int | None = None,
    subjects: Iterable[str] | None = None,
) -> bool:
    """Write down what a card's note says; tell whether a follow-up was planned.

    `subjects` are ``kind:id``, all the card has ticked; None leaves them as they are. Raises `Refused`,
    `ConflictError` and `NotFoundError`.
    """
    planned = note_call(act, call_id, texts, zone, revision=revision)
    if subjects is not None:
        wanted = {_subject(text) for text in subjects}
        known = {one for one in list_subjects(act.conn, call_id) if one[0] in OFFERED}
        for kind, object_id in sorted(wanted - known):
            attach_call(act, call_id, kind, object_id)
        for kind, object_id in sorted(known - wanted):
            detach_call(act, call_id, kind, object_id)
    card_changed(act, call_id)
    return planned is not None


def _subject(text: str) -> tuple[str, int]:
    kind, _, number = text.partition(":")
    if kind not in OFFERED or not (number.isascii() and number.isdecimal() and len(number) < 16):
        raise InvalidInputError("subject", f"{text!r} is nothing a call is about")
    return kind, int(number)
