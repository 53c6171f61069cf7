"""Two calls on one line: a second caller during a conversation, and the handset's flash that switches.

The exchange announces the second caller with CAS and FSK (type II caller ID). Whether the caller still waits is
heard no more after that, so a second call that is not switched to is closed as missed after a while, and its end
is marked as estimated.
"""

from __future__ import annotations

from callerid.call import Book, Call, estimate
from callerid.dsp.message import CallerMessage

ALERT_TO_MESSAGE_S = 2.5
"""CAS, the telephone's answer, 80 marks and a long message (EN 300 659-2 clause 6) take less than this."""
WAITS_S = 30.0
"""A second caller who is not switched to for so long is taken to have given up; no exchange says so."""
GAVE_UP_SURE = 0.3
"""How sure the end of such a call is."""


class Waiting:
    """The call beside the one that is talked on: it waits, or is on hold."""

    def __init__(self, book: Book) -> None:
        self.call: Call | None = None
        self._book = book
        self._alerted: float | None = None
        self._last_sign = 0.0

    def alert(self, at: float) -> None:
        """CAS was heard."""
        self._alerted = at

    def announce(self, message: CallerMessage, at: float) -> None:
        """A caller-ID message came during a conversation."""
        if self.call is not None and self.call.state == "ringing":
            if message.number == self.call.number_raw:
                self._last_sign = at
                return
            self._book.end(self.call, "caller-gave-up", self._last_sign)
            self.call = None
        if self.call is not None:
            return  # one talks, one is on hold: an exchange offers no third
        is_alerted = self._alerted is not None and at - self._alerted <= ALERT_TO_MESSAGE_S
        began = self._alerted if is_alerted and self._alerted is not None else at
        self.call = self._book.begin("in", "ringing", began)
        self._last_sign = at
        self._book.identify(self.call, message, at)

    def switch(self, talking: Call | None, at: float) -> Call | None:
        """Give the call that is talked on after a flash; the other one is put beside."""
        chosen, self.call = self.call, talking
        if chosen is not None and chosen.state == "ringing":
            self._book.answer(chosen, at)
        return chosen

    def restore(self, call: Call, at: float) -> None:
        """Take over a call that was beside another one."""
        self.call, self._last_sign = call, at

    def take(self) -> Call | None:
        """Give the call away."""
        call, self.call = self.call, None
        return call

    def due(self) -> float | None:
        """Give when a caller who waits is taken to have given up."""
        is_waiting = self.call is not None and self.call.state == "ringing"
        return self._last_sign + WAITS_S if is_waiting else None

    def pass_time(self) -> None:
        """Do what was due."""
        assert self.call is not None
        estimate(self.call, GAVE_UP_SURE)
        self._book.end(self.call, "caller-gave-up", self._last_sign)
        self.call = None
