"""A call as browsers receive it: its card and its row of the log, rendered once for equal rights.

A card comes whole, or without what is asked of many tables: `details` renders that apart, to be sent a moment later.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from flask import Flask

from appliance.core import jalali
from appliance.core.clock import to_text
from appliance.core.phone import parse_phone
from appliance.domain.callers import CallCard, build_card
from appliance.domain.callers.details import build_details
from appliance.domain.callers.sections import Section, sections_for
from db import Connection, DatabaseError
from db.queries import calls
from db.queries.calls import CallRow
from panel.card import outcome_words
from panel.carddetails import words_of
from panel.cardview import CardView, listing_of
from panel.context import office_of
from panel.live.projection import CallProjection
from panel.rights import Rights
from panel.shelf import Shelf

CARD_TEMPLATE = "calls/card.html"
DETAILS_TEMPLATE = "calls/card_details.html"
ROW_TEMPLATE = "calls/row.html"
UNSTORED_FOR = timedelta(minutes=2)


class CardMaker:
    """Makes cards of the newest state of calls."""

    def __init__(self, app: Flask, projection: CallProjection) -> None:
        self._app = app
        self._projection = projection

    def today(self) -> date:
        """Give the office's day."""
        office = office_of(self._app)
        return jalali.local(office.clock.now(), office.zone).date()

    def newest(self, conn: Connection, call_id: str) -> CallRow | None:
        """Give a call's newest state, also when its row is not stored yet or cannot be read."""
        try:
            stored = calls.find_call(conn, call_id)
        except DatabaseError:
            stored = None
        return self._projection.newest(call_id, stored)

    def monotonic(self) -> float:
        """Give the seconds by which time is measured here."""
        return office_of(self._app).clock.monotonic()

    def card(self, conn: Connection, call: CallRow, rights: Rights) -> CallCard:
        """Give the card as far as rights reach; when the records cannot be read, one with the number alone:
        a ring is shown anyway."""
        try:
            return build_card(conn, call, self.today(), rights.reach)
        except DatabaseError:
            number = parse_phone(call.number) if call.number else None
            return CallCard(call=call, recognition="unknown" if number else "absent", number=number)

    def view(
        self,
        conn: Connection,
        card: CallCard,
        rights: Rights,
        *,
        is_whole: bool = False,
        csrf: str = "",
        errors: Mapping[str, str] | None = None,
        values: Mapping[str, str] | None = None,
    ) -> CardView:
        """Give what a template shows of a card; `is_whole` brings the details with it."""
        office = office_of(self._app)
        now = office.clock.now()
        sections = self._sections(conn, rights) if card.person is not None else ()
        details = words = None
        if is_whole:
            keys = [one.key for one in sections]
            details = build_details(
                conn, card, self.today(), permissions=rights.permissions, reach=rights.reach, sections=keys
            )
            with self._app.app_context():
                words = words_of(conn, card, details, office, now)
        return CardView(
            card=card,
            rights=rights,
            today=self.today(),
            sections=sections,
            details=details,
            words=words,
            sound=Shelf(office.config).running(card.call, now),
            csrf=csrf,
            errors=errors or {},
            values=values or {},
        )

    def payload(
        self,
        conn: Connection,
        card: CallCard,
        rights: Rights,
        event_id: str | None = None,
        *,
        is_whole: bool = False,
    ) -> dict[str, Any]:
        """Give what a browser receives of a call; `is_whole` brings the details with it."""
        call = card.call
        view = self.view(conn, card, rights, is_whole=is_whole)
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

    def whole_payload(
        self, conn: Connection, card: CallCard, rights: Rights, event_id: str | None = None
    ) -> dict[str, Any] | None:
        """Give it with the details, or None when their records cannot be read."""
        try:
            return self.payload(conn, card, rights, event_id, is_whole=True)
        except DatabaseError:
            return None

    def details(self, conn: Connection, card: CallCard, rights: Rights) -> dict[str, Any]:
        """Give what follows: the sections of a card, and whom they are about."""
        view = self.view(conn, card, rights, is_whole=True)
        return {
            "call_id": card.call.id,
            "caller": view.caller,
            "html": self.render(DETAILS_TEMPLATE, view=view),
        }

    def render(self, template: str, **values: Any) -> str:
        """Render a template where there is no request."""
        with self._app.app_context():
            return self._app.jinja_env.get_template(template).render(**values)

    def open_cards(self, conn: Connection, rights: Rights) -> list[CallCard]:
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
        return [self.card(conn, row, rights) for row in ordered if row.ended_at is None]

    @staticmethod
    def _sections(conn: Connection, rights: Rights) -> tuple[Section, ...]:
        try:
            return tuple(sections_for(conn, rights.role, rights.permissions))
        except DatabaseError:
            return ()


def _title(card: CallCard) -> str:
    if card.person is not None:
        return card.person.full_name
    return card.number.local if card.number else ""
