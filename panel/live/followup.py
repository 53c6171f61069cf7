"""What follows a ring when the records answer slowly: a card's details, made and told in a thread of their own.

The number itself never waits for them. A call that is asked for several times before its turn is told once.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from pathlib import Path
from typing import Any, Protocol

from db import Connection, DatabaseError, connect
from db.connection import DatabaseUnusableError
from panel.live.browsers import Browsers
from panel.live.cards import CardMaker

MESSAGE = "card.details"
AFTER_S = 0.02
"""Left to the ring's own message, which is being written to every browser just then."""
log = logging.getLogger("panel.live")


class Emit(Protocol):
    """Sends one message to a room of browsers."""

    def __call__(self, name: str, payload: dict[str, Any], *, to: str) -> None:
        """Send it; never blocks."""
        ...


class FollowUp:
    """Tells the details of calls, the one asked for first in front."""

    def __init__(self, cards: CardMaker, browsers: Browsers, emit: Emit) -> None:
        self._cards = cards
        self._browsers = browsers
        self._emit = emit
        self._wanted: OrderedDict[str, None] = OrderedDict()
        self._bell = threading.Condition()
        self._is_over = False

    def want(self, call_id: str) -> None:
        """Ask for a call's details to be told; never blocks."""
        with self._bell:
            self._wanted.setdefault(call_id)
            self._bell.notify()

    def start(self, database: Path) -> None:
        """Begin to tell, in a thread of its own."""
        threading.Thread(target=self._run, args=(database,), name="card-details", daemon=True).start()

    def stop(self) -> None:
        """End after what is being told now."""
        with self._bell:
            self._is_over = True
            self._bell.notify()

    def tell_wanted(self, conn: Connection) -> int:
        """Tell what was asked for until now; give how many calls that were."""
        told = 0
        while True:
            with self._bell:
                if not self._wanted:
                    return told
                call_id, _ = self._wanted.popitem(last=False)
            self.tell(conn, call_id)
            told += 1

    def tell(self, conn: Connection, call_id: str) -> None:
        """Tell one call's details to every room that sees calls."""
        call = self._cards.newest(conn, call_id)
        if call is None:
            return
        for rights in self._browsers.rights():
            card = self._cards.card(conn, call, rights)
            self._emit(MESSAGE, self._cards.details(conn, card, rights), to=rights.room)

    def _run(self, database: Path) -> None:
        conn: Connection | None = None
        while True:
            with self._bell:
                while not self._wanted and not self._is_over:
                    self._bell.wait()
                if self._is_over:
                    break
                self._bell.wait(AFTER_S)
            try:
                conn = conn or connect(database)
                self.tell_wanted(conn)
            except (DatabaseError, DatabaseUnusableError) as error:
                log.warning("card details not told problem=%s", error)
            except Exception:  # the outermost place of this thread: one bad record must not end it
                log.exception("card details not told")
        if conn is not None:
            conn.close()
