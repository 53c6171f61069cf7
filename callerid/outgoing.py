"""The outgoing half of a call's life: the digits, the ringing tone, and whether the other side answered.

An analogue line does not say that the other side answered. What can be known: ringing tone that was heard and
does not come back means somebody answered, voice means it too; busy tone before either means engaged. So the
answer of an outgoing call is always an estimate, and says so.
"""

from __future__ import annotations

from appliance.core.events import EndReason
from callerid.call import Book, Call, estimate

DIGITS_DONE_S = 4.0
"""No further digit for so long means the number is complete (the exchange itself waits no longer)."""
RINGBACK_GONE_S = 7.6
"""Ringing tone that was not heard to end again for so long was stopped by an answer: E.180, clause 4, allows a pause of
5 s and a burst of 1.5 s, and it is told 1 s later."""
SURE_BY_TONE, SURE_BY_VOICE, SURE_AT_END = 0.8, 0.5, 0.4
"""How sure an answer is: ringing tone stopped, voice without ringing tone, voice in the last seconds only."""


class Dialling:
    """Follows one outgoing call from the lifted handset until somebody answers."""

    def __init__(self, call: Call, book: Book, *, last_digit: float | None = None) -> None:
        self.call = call
        self._book = book
        self._last_digit = last_digit
        self._is_complete = last_digit is None and bool(call.number_raw)
        self._ringback: float | None = None
        """End of the newest burst of ringing tone."""
        self._voice: float | None = None
        """Begin of the voice heard since."""

    def digit(self, digit: str, at: float) -> None:
        """A digit was dialled; after the number is complete digits are a menu's and not dialled."""
        if self._is_complete:
            return
        self.call.number_raw = (self.call.number_raw or "") + digit
        self._last_digit = at
        self._book.tell(self.call, "dialling", at)

    def ringback(self, at: float) -> None:
        """A burst of ringing tone ended."""
        if self._last_digit is not None or self._is_complete:
            self._ringback, self._voice = at, None

    def voice(self, began: float) -> None:
        """Somebody speaks, after the last digit."""
        if self._voice is None and (self._last_digit is not None or self._is_complete):
            self._voice = max(began, self._ringback or began)

    def due(self) -> float | None:
        """Give when time itself will bring the next change."""
        if self._last_digit is not None and not self._is_complete:
            return self._last_digit + DIGITS_DONE_S
        if self.call.answered is not None:
            return None
        heard = self._ringback if self._ringback is not None else self._voice
        return None if heard is None else heard + RINGBACK_GONE_S

    def pass_time(self, at: float) -> None:
        """Do what was due at `at`."""
        if not self._is_complete:
            self._complete(at)
        elif self._ringback is not None:
            self._answer(self._voice if self._voice is not None else self._ringback, SURE_BY_TONE)
        elif self._voice is not None:
            self._answer(self._voice, SURE_BY_VOICE)

    def finish(self, reason: EndReason, at: float) -> EndReason:
        """Settle at the call's end what is still open; give why it ended, as far as can be known."""
        if self._last_digit is not None and not self._is_complete:
            self._complete(at)
        if not self.call.number_raw:
            return "not-dialled" if reason == "on-hook" else reason
        if self.call.answered is None and self._voice is not None:
            self._answer(self._voice, SURE_AT_END)
        if self.call.answered is not None or reason not in ("on-hook", "busy-tone"):
            return reason
        if self._ringback is not None:
            return "no-answer"
        return "engaged" if reason == "busy-tone" else reason

    def _complete(self, at: float) -> None:
        self._is_complete = True
        self.call.number_state = "known"
        self._book.tell(self.call, "dialled", at)

    def _answer(self, at: float, confidence: float) -> None:
        estimate(self.call, confidence)
        self._book.answer(self.call, at)
