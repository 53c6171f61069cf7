"""A call as browsers receive it: its card and its row of the log, rendered once for equal rights."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Flask

from appliance.core.clock import to_text
from appliance.core.phone import parse_phone
from appliance.domain.callers import CallCard, build_card
from db import Connection, DatabaseError
from db.queries import calls
from db.queries.calls import CallRow
from panel.card import CardView, Rights, listing_of, outcome_words
from panel.context import office_of
from panel.live.projection import CallProjection
from panel.shelf import Shelf

CARD_TEMPLATE = "calls/card.html"
ROW_TEMPLATE = "calls/row.html"
UNSTORED_FOR = timedelta(minutes=2)


class CardMaker:
    """Makes cards of the newest state of calls."""

    def __init__(self, app: Flask, projection: CallProjection) -> None:
        self._app = app
        self._projection = projection

    def newest(self, conn: Connection, call_id: str) -> CallRow | None:
        """Give a call's newest state, also when its row is not stored yet or cannot be read."""
        try:
            stored = calls.find_call(conn, call_id)
        except DatabaseError:
            stored = None
        return self._projection.newest(call_id, stored)

    def card(self, conn: Connection, call: CallRow) -> CallCard:
        """Give the card; when the records cannot be read, one with the number alone: a ring is shown anyway."""
        try:
            return build_card(conn, call)
        except DatabaseError:
            number = parse_phone(call.number) if call.number else None
            return CallCard(call=call, recognition="unknown" if number else "absent", number=number)

    def payload(self, card: CallCard, rights: Rights, event_id: str | None = None) -> dict[str, Any]:
        """Give what a browser receives of a call."""
        call = card.call
        office = office_of(self._app)
        sound = Shelf(office.config).running(call, office.clock.now())
        view = CardView(card=card, rights=rights, sound=sound)
        return {
            "event_id": event_id,
            "call_id": call.id,
            "revision": call.revision,
            "state": call.state,
            "direction": call.direction,
            "is_open": view.is_open,
            "started_at": call.started_at,
            "title": _title(card),
            "html": self.render(CARD_TEMPLATE, view=view),
            "row": self.render(
                ROW_TEMPLATE,
                call=listing_of(card),
                outcome=outcome_words(call),
                can_listen=rights.can_listen,
            ),
        }

    def render(self, template: str, **values: Any) -> str:
        """Render a template where there is no request."""
        with self._app.app_context():
            return self._app.jinja_env.get_template(template).render(**values)

    def open_cards(self, conn: Connection) -> list[CallCard]:
        """Give the cards of all calls that are not over, oldest first.

        A call that was told and never stored is shown for `UNSTORED_FOR` only: then its end may have been lost too.
        """
        rows = {row.id: row for row in calls.list_open_calls(conn)}
        oldest = to_text(office_of(self._app).clock.now() - UNSTORED_FOR)
        for call_id in self._projection.open_ids():
            row = self.newest(conn, call_id)
            if row is not None and (row.started_at >= oldest or calls.find_call(conn, call_id)):
                rows[call_id] = row
        newest = [self._projection.newest(row.id, row) or row for row in rows.values()]
        ordered = sorted(newest, key=lambda row: (row.started_at, row.id))
        return [self.card(conn, row) for row in ordered if row.ended_at is None]


def _title(card: CallCard) -> str:
    if card.person is not None:
        return card.person.full_name
    return card.number.local if card.number else ""
