"""What a page asks for when it (re)connects: the true state of every call it shows, and calls it missed."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from appliance.core.clock import to_text
from db import Connection
from db.queries import calls
from panel.live.cards import CardMaker
from panel.rights import Rights

MOST_IDS = 40
MOST_MISSED = 5
MISSED_WITHIN = timedelta(minutes=10)
MOST_WHOLE = 3
"""So many cards, the newest, come with their details: a ring waits while they are made. Others ask for theirs."""
_ID = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}")
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_TIME_LETTERS = 10


class SyncRequest(msgspec.Struct):
    """What the page knows."""

    calls: list[str] = []
    """Calls whose cards it shows, also those that are over."""
    last_event: str | None = None
    """The last event it handled before the connection broke; None for a page just opened."""


def read_request(data: object) -> SyncRequest:
    """Read what a browser sent; what is not an id is left out."""
    try:
        wanted = msgspec.convert(data, SyncRequest)
    except msgspec.ValidationError:
        return SyncRequest()
    ids = [call_id for call_id in wanted.calls[:MOST_IDS] if _ID.fullmatch(call_id)]
    last = wanted.last_event if wanted.last_event and _ID.fullmatch(wanted.last_event) else None
    return SyncRequest(calls=ids, last_event=last)


def instant_of(event_id: str) -> datetime:
    """Give the instant a time-sorted id was made at."""
    value = 0
    for letter in event_id[:_TIME_LETTERS]:
        value = value * 32 + _ALPHABET.index(letter)
    return datetime.fromtimestamp(value / 1000, UTC)


def sync_answer(
    conn: Connection,
    maker: CardMaker,
    rights: Rights,
    wanted: SyncRequest,
    now: datetime,
    last_event: str | None,
) -> dict[str, Any]:
    """Give the open calls, the newest state of the page's own, and short calls that came and went unseen."""
    cards = {card.call.id: card for card in maker.open_cards(conn, rights)}
    others = [call_id for call_id in wanted.calls if call_id not in cards]
    if wanted.last_event:
        others += [call_id for call_id in _missed(conn, wanted.last_event, now) if call_id not in cards]
    for call_id in dict.fromkeys(others):
        row = maker.newest(conn, call_id)
        if row is not None:
            cards[call_id] = maker.card(conn, row, rights)
    ordered = sorted(cards.values(), key=lambda card: (card.call.started_at, card.call.id))
    late = len(ordered) - MOST_WHOLE
    return {
        "now": to_text(now),
        "last_event": last_event,
        "calls": [
            (maker.whole_payload(conn, card, rights) if place >= late else None)
            or maker.payload(conn, card, rights)
            for place, card in enumerate(ordered)
        ],
    }


def _missed(conn: Connection, last_event: str, now: datetime) -> list[str]:
    since = max(instant_of(last_event), now - MISSED_WITHIN)
    rows = calls.list_calls(conn, calls.CallFilter(from_at=to_text(since)), limit=MOST_MISSED)
    return [row.id for row in rows]
