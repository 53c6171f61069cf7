"""The physics of one simulated subscriber line: what is heard and sensed on it, sample by sample.

A call is a generator of 20 ms blocks. Hook and caller obey each other as on a real line: nothing rings after
the handset is lifted, a caller-ID message that is cut by lifting the handset stays cut, and a caller who hangs
up leaves busy tone on the line until the handset is put down. Pure: no clock, thread or socket.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

import numpy as np

from callerid.dsp.message import Samples
from callerid.exchange.messages import cid_before_ring, cid_between_rings
from callerid.exchange.plans import IncomingPlan, OutgoingPlan
from callerid.synth import tones
from callerid.synth.dtmf import dial
from callerid.synth.speech import speech

RATE_HZ = 8000
BLOCK = 160
"""Samples of one block: 20 ms."""
BLOCK_S = BLOCK / RATE_HZ

RING_ON_S = 1.0
RING_OFF_S = 4.0
"""Iranian ringing cadence: 1 s on, 4 s off."""
FSK_AFTER_RING_S = 0.6
"""EN 300 659-1, clause 6.2: data start 500-2000 ms after the first ring's end."""
BUSY_UNTIL_ON_HOOK_S = 4.0
DIAL_TONE_S = 1.0
SPEECH_PIECE_S = 2.0
NOISE_DBM0 = -62.0
_NOISE_S = 4.0


class Sensed(NamedTuple):
    """What hangs on the line during one block."""

    sound: Samples
    ring: bool = False
    off_hook: bool = False
    ends_number: int = -1
    """Sample of this block at which the caller's number was complete on the line; -1 in all other blocks."""


Blocks = Iterator[Sensed]
_SILENCE = np.zeros(BLOCK, np.float32)


class SimulatedLine:
    """One line; `step` gives its next 20 ms."""

    def __init__(self, seed: int = 1) -> None:
        self._call: Blocks | None = None
        self._noise = tones.noise(_NOISE_S, NOISE_DBM0, seed)
        self._position = 0
        self._answer_now = False
        self._hang_up_now = False
        self._seed = seed

    @property
    def is_busy(self) -> bool:
        """Tell whether a call is going on."""
        return self._call is not None

    def start(self, plan: IncomingPlan | OutgoingPlan, now: datetime) -> None:
        """Begin a call; `now` is the exchange's own local time, sent with FSK. Raises ValueError when busy."""
        if self.is_busy:
            raise ValueError("the line is busy")
        self._answer_now = self._hang_up_now = False
        self._seed += 1
        self._call = self._incoming(plan, now) if isinstance(plan, IncomingPlan) else self._outgoing(plan)

    def answer(self) -> None:
        """Lift the handset at the next block."""
        self._answer_now = True

    def hang_up(self) -> None:
        """Put the handset down, or let the caller give up, at the next block."""
        self._hang_up_now = True

    def step(self) -> Sensed:
        """Give the next block with the line's noise on it, clipped at full scale as a card would."""
        sensed = next(self._call, None) if self._call is not None else None
        if sensed is None:
            self._call = None
            sensed = Sensed(_SILENCE)
        noise = self._noise[self._position : self._position + BLOCK]
        self._position = (self._position + BLOCK) % (len(self._noise) - BLOCK)
        return sensed._replace(sound=np.clip(sensed.sound + noise, -1.0, 1.0))

    def _incoming(self, plan: IncomingPlan, now: datetime) -> Blocks:
        before, last = cid_before_ring(plan)
        yield from _play(before, last=last)
        ringing = _Ringing(self, plan)
        between, last = cid_between_rings(plan, now)
        for ring in range(plan.rings):
            yield from ringing.play(tones.ring_burst(RING_ON_S), ring=True)
            rest = tones.silence(RING_OFF_S)
            if ring == 0 and len(between):
                at = int(FSK_AFTER_RING_S * RATE_HZ)
                rest = _laid_over(rest, between, at)
                yield from ringing.play(rest, last=at + last)
            else:
                yield from ringing.play(rest)
            if ringing.is_answered or ringing.is_over:
                break
        if ringing.is_answered:
            yield from self._conversation(plan.talk, plan.hang_up_first)

    def _outgoing(self, plan: OutgoingPlan) -> Blocks:
        digits = dial(plan.number, on_ms=90.0, off_ms=90.0, level_dbm0=-10.0)
        opening = (
            tones.off_hook(),
            tones.dial_tone(DIAL_TONE_S),
            tones.silence(0.3),
            digits,
            tones.silence(1.0),
            tones.ringback_tone(plan.ringback),
        )
        for block in _play(np.concatenate(opening), off_hook=True):
            if self._hang_up_now:
                yield from _play(tones.on_hook())
                return
            yield block
        yield from self._conversation(plan.talk, plan.hang_up_first, is_click_due=False)

    def _conversation(self, talk_s: float, hang_up_first: str, *, is_click_due: bool = True) -> Blocks:
        if is_click_due:
            yield from _play(tones.off_hook(), off_hook=True)
        left_s, piece = talk_s, 0
        while left_s > 0 and not self._hang_up_now:
            piece += 1
            sound = speech(min(SPEECH_PIECE_S, max(left_s, BLOCK_S)), self._seed * 1000 + piece)
            for block in _play(sound, off_hook=True):
                if self._hang_up_now:
                    break
                yield block
            left_s -= SPEECH_PIECE_S
        if hang_up_first == "caller" and not self._hang_up_now:
            yield from _play(tones.busy_tone(BUSY_UNTIL_ON_HOOK_S), off_hook=True)
        yield from _play(tones.on_hook())


class _Ringing:
    """The part of an incoming call during which the handset may be lifted or the caller may give up."""

    def __init__(self, line: SimulatedLine, plan: IncomingPlan) -> None:
        self._line = line
        self._answer_after = plan.answer_after
        self._passed_s = 0.0
        self.is_answered = False
        self.is_over = False

    def play(self, sound: Samples, *, ring: bool = False, last: int = -1) -> Blocks:
        """Give the blocks of a sound until somebody acts."""
        for block in _play(sound, ring=ring, last=last):
            due = self._answer_after is not None and self._passed_s >= self._answer_after
            self.is_answered = self.is_answered or due or self._line._answer_now
            self.is_over = self.is_over or self._line._hang_up_now
            if self.is_answered or self.is_over:
                return
            self._passed_s += BLOCK_S
            yield block


def _play(sound: Samples, *, ring: bool = False, off_hook: bool = False, last: int = -1) -> Blocks:
    for start in range(0, len(sound), BLOCK):
        piece = sound[start : start + BLOCK]
        if len(piece) < BLOCK:
            piece = np.concatenate([piece, _SILENCE[: BLOCK - len(piece)]])
        inside = last - start
        yield Sensed(piece, ring, off_hook, inside if 0 <= inside < BLOCK else -1)


def _laid_over(ground: Samples, sound: Samples, at: int) -> Samples:
    whole = np.zeros(max(len(ground), at + len(sound)), np.float32)
    whole[: len(ground)] += ground
    whole[at : at + len(sound)] += sound
    return whole
