"""The voices on a simulated line: where a conversation's next seconds come from.

Making two seconds of speech takes longer than the exchange may keep its lines waiting, so the running exchange has
it made ahead by a thread of its own. What is not ready yet is a pause in the conversation.
"""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor

from callerid.dsp.message import Samples
from callerid.synth.speech import speech

PIECE_S = 2.0
MOST_AHEAD = 64
"""Pieces kept ready; those of calls that ended early are dropped first."""


class Voices:
    """Speaks when asked: right for whoever has all the time."""

    def prepare(self, seed: int) -> None:
        """Say that the piece of this seed is wanted soon."""

    def take(self, seed: int) -> Samples | None:
        """Give a piece of `PIECE_S`, None when it is not ready."""
        return speech(PIECE_S, seed)


class VoicesAhead(Voices):
    """Has every piece made by a worker before it is wanted. `prepare` and `take` return at once."""

    def __init__(self) -> None:
        self._worker = ThreadPoolExecutor(1, "voices")
        self._pieces: dict[int, Future[Samples]] = {}

    def prepare(self, seed: int) -> None:
        """Have a piece made, unless it is made already."""
        if seed not in self._pieces:
            self._pieces[seed] = self._worker.submit(speech, PIECE_S, seed)
        while len(self._pieces) > MOST_AHEAD:
            self._pieces.pop(next(iter(self._pieces))).cancel()

    def take(self, seed: int) -> Samples | None:
        """Give a piece when it is ready."""
        self.prepare(seed)
        piece = self._pieces[seed]
        if not piece.done():
            return None
        del self._pieces[seed]
        return piece.result()

    def close(self) -> None:
        """Make nothing more."""
        self._worker.shutdown(cancel_futures=True)
