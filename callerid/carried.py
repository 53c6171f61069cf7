"""The calls one line carries at a time, and what each happening on the line means for them.

`CallMachine` tells when something happened; this tells which call it happened to.
"""

from __future__ import annotations

from collections.abc import Callable

from appliance.core.events import EndReason
from callerid.call import Book, Call, Change, estimate
from callerid.dsp.message import CallerMessage
from callerid.outgoing import Dialling
from callerid.ringing import Bursts
from callerid.waiting import Waiting

ONE_CALLER_S = 3.0
"""A further message later than this after the first is another caller's (a repeated one follows at once)."""
LATE_MESSAGE_S = 0.3
"""A decoder gives a message out a little after its last bit; the handset may have been lifted in between."""
TOO_LATE_S = 3.0
"""Dial tone so soon after the handset was lifted: nobody was there any more."""
DISPROVED_SURE = 0.3
"""How sure an end is that only the next ring proved."""


class CarriedCalls:
    """The call that rings or is talked on, and the one beside it."""

    def __init__(self, bursts: Bursts, new_key: Callable[[], str]) -> None:
        self.call: Call | None = None
        self.bursts = bursts
        self.book = Book(new_key)
        self.waiting = Waiting(self.book)
        self.dialling: Dialling | None = None
        self.is_spent = False
        """The other side is gone; the handset is still lifted and must not look like a new call."""
        self._lifted_at = 0.0

    @property
    def open(self) -> list[Call]:
        """The open calls, at most two."""
        return [call for call in (self.call, self.waiting.call) if call is not None]

    @property
    def is_talking(self) -> bool:
        """Tell whether the handset is lifted for a call."""
        return self.call is not None and self.call.is_talking

    def estimate(self, confidence: float) -> None:
        """Mark the open calls: what happens to them next was judged and not sensed."""
        for call in self.open:
            estimate(call, confidence)

    def rung(self) -> None:
        """A burst of ringing began; the handset lies."""
        self.is_spent = False
        if self.call is None:
            self.call = self.book.begin("in", "ringing", self.bursts.began, ring_count=1)
        else:
            self.call.ring_count += 1

    def named(self, message: CallerMessage, at: float, *, is_off_hook: bool) -> None:
        """A message says who calls."""
        self._part_callers(at)
        call = self.call
        if call is None:
            if is_off_hook:
                return
            call = self.call = self.book.begin("in", "ringing", at)
            self.bursts.last = at
        if call.identified is None and call.direction == "in" and (
            call.state == "ringing" or at - (call.answered or at) <= LATE_MESSAGE_S
        ):  # fmt: skip
            self.book.identify(call, message, at)
        elif call.is_talking and message.standard != "dtmf":
            self.waiting.announce(message, at)

    def lifted(self, at: float, confidence: float | None, *, is_first_look: bool) -> None:
        """The handset was lifted; `confidence` where that was judged. At the first look it may be up for long."""
        call, self._lifted_at = self.call, at
        if call is None and is_first_look:
            call = self.call = self.book.begin("unknown", "answered", at)
            estimate(call, confidence or DISPROVED_SURE)
        elif call is None:
            call = self.call = self.book.begin("out", "dialling", at)
            self.dialling = Dialling(call, self.book)
        elif call.state == "ringing":
            if confidence is not None:
                estimate(call, confidence)
            self.book.answer(call, at)

    def flashed(self, at: float) -> None:
        """The handset was put down for a moment."""
        if self.waiting.call is not None:
            self.call = self.waiting.switch(self.call, at)
            self.is_spent = False
            if self.dialling is not None and self.dialling.call is not self.call:
                self.dialling = None
        elif self.call is None or self.call.state == "ringing":
            self.is_spent = False
            self.lifted(at, None, is_first_look=False)

    def put_down(self, at: float, unseen: EndReason | None) -> None:
        """The handset was put down; `unseen` where that happened while nobody watched the line."""
        self.is_spent = False
        if self.is_talking:
            self.end(unseen or "on-hook", at)
        if self.call is None and self.waiting.call is not None:
            other = self.waiting.take()
            assert other is not None
            if other.is_talking:
                self.book.end(other, unseen or "on-hook", at)
            else:
                self.call = other
                self.bursts.last = at

    def gone(self, began: float) -> None:
        """The exchange plays the tone of a line whose other side is gone."""
        if self.is_talking:
            self.end("busy-tone", began)
            self.is_spent = True

    def nobody_there(self, began: float) -> None:
        """Dial tone is heard: whoever just lifted the handset is alone on the line."""
        call = self.call
        if call is None or call.state != "answered" or began - self._lifted_at > TOO_LATE_S:
            return
        if call.direction == "unknown":
            call.direction, call.state, call.number_state = "out", "dialling", "pending"
            self.dialling = Dialling(call, self.book)
            self.book.tell(call, "dialling", began)
        elif call.direction == "in" and call.answered is not None:
            call.state, call.answered = "ringing", None
            self.end("caller-gave-up", min(self.bursts.last, self._lifted_at))
            self.lifted(self._lifted_at, None, is_first_look=False)

    def rang_while_lifted(self) -> None:
        """It rings although the handset was judged to be lifted: it was not any more."""
        self.estimate(DISPROVED_SURE)
        self.put_down(self.bursts.began, None)

    def missed(self, at: float) -> None:
        """Ringing is over and nobody answered."""
        assert self.call is not None
        rings = self.call.ring_count
        reason: EndReason = "caller-gave-up" if rings > 1 else "abandoned" if rings else "no-ring"
        self.end(reason, at)

    def end(self, reason: EndReason, at: float) -> None:
        """Close the call that rings or is talked on."""
        call, dialling = self.call, self.dialling
        assert call is not None
        if dialling is not None and dialling.call is call:
            reason = dialling.finish(reason, at)
        self.book.end(call, reason, at)
        self.call = self.dialling = None

    def end_all(self, reason: EndReason, at: float) -> None:
        """Close everything."""
        self.is_spent = False
        if self.call is not None:
            self.end(reason, at)
        other = self.waiting.take()
        if other is not None:
            self.book.end(other, reason, at)

    def restore(self, call: Call, at: float) -> None:
        """Take over a call that was open before; older ones first. What cannot stand beside it is closed."""
        older = self.call
        if older is not None and self.waiting.call is not None:
            other = self.waiting.take()
            assert other is not None
            self.book.end(other, "restart", at)
        if older is not None and older.is_talking and call.direction == "in" and not call.is_talking:
            self.waiting.restore(call, at)
            return
        if older is not None and older.is_talking and call.is_talking:
            self.waiting.restore(older, at)
        elif older is not None:
            self.book.end(older, "restart", at)
        self.call, self.dialling = call, None
        if call.direction == "out" and call.state == "dialling":
            is_pending = bool(call.number_raw) and call.number_state == "pending"
            self.dialling = Dialling(call, self.book, last_digit=at if is_pending else None)

    def take(self) -> list[Change]:
        """Give what changed since this was asked last."""
        return self.book.take()

    def _part_callers(self, at: float) -> None:
        """Tell two callers apart who ring within one pause: an exchange identifies each call only once."""
        call, bursts = self.call, self.bursts
        if call is None or call.state != "ringing" or call.identified is None:
            return
        if at - call.identified < ONE_CALLER_S:
            return
        is_ring_new = bursts.began > call.identified and call.ring_count > 1
        call.ring_count -= is_ring_new
        self.missed(bursts.before if is_ring_new else bursts.last)
        if is_ring_new:
            self.call = self.book.begin("in", "ringing", bursts.began, ring_count=1)
