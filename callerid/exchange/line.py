"""The physics of one simulated subscriber line: what is heard and sensed on it, sample by sample.

A call is a generator of 20 ms blocks. Hook and caller obey each other as on a real line: nothing rings after
the handset is lifted, a caller-ID message that is cut by lifting the handset stays cut, and a caller who hangs
up leaves busy tone on the line until the handset is put down. Pure: no clock, thread or socket.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

import numpy as np

from callerid.dsp.message import Samples
from callerid.exchange.faults import LineFaults
from callerid.exchange.plans import IncomingPlan, OutgoingPlan
from callerid.exchange.scripts import IncomingScript, OutgoingScript, Script, WaitScript, script
from callerid.exchange.voices import Voices
from callerid.exchange.wire import BLOCK, RATE_HZ
from callerid.synth import tones

BLOCK_S = BLOCK / RATE_HZ

RING_ON_S = 1.0
RING_OFF_S = 4.0
"""Iranian ringing cadence: 1 s on, 4 s off."""
FSK_AFTER_RING_S = 0.6
"""EN 300 659-1, clause 6.2: data start 500-2000 ms after the first ring's end."""
BUSY_UNTIL_ON_HOOK_S = 4.0
FLASH_S = 0.3
"""A hook flash; exchanges take 80-600 ms."""
NOISE_DBM0 = -62.0
_NOISE_S = 4.0


class Sensed(NamedTuple):
    """What hangs on the line during one block."""

    sound: Samples
    ring: bool = False
    off_hook: bool = False
    ends_number: int = -1
    """Sample of this block at which a caller's number was complete on the line; -1 in all other blocks."""
    number: str = ""
    """That number."""


Blocks = Iterator[Sensed]
_SILENCE = np.zeros(BLOCK, np.float32)


class SimulatedLine:
    """One line; `step` gives its next 20 ms."""

    def __init__(self, seed: int = 1, voices: Voices | None = None) -> None:
        self.faults = LineFaults(seed)
        self._call: Blocks | None = None
        self._voices = voices or Voices()
        self._noise = tones.noise(_NOISE_S, NOISE_DBM0, seed)
        self._position = 0
        self._answer_now = False
        self._hang_up_now = False
        self._is_talking = False
        self._inserts: deque[Blocks] = deque()
        self._seed = seed

    @property
    def is_busy(self) -> bool:
        """Tell whether a call is going on."""
        return self._call is not None

    @property
    def is_talking(self) -> bool:
        """Tell whether a conversation is going on."""
        return self._is_talking

    def start(self, plan: IncomingPlan | OutgoingPlan, now: datetime) -> None:
        """Begin a call; `now` is the exchange's own local time, sent with FSK. Raises ValueError when busy."""
        self.play(script(plan, now))

    def play(self, call: Script) -> None:
        """Begin a call whose sounds are made already. Raises ValueError when busy."""
        if self.is_busy:
            raise ValueError("the line is busy")
        self._answer_now = self._hang_up_now = self._is_talking = False
        self._inserts.clear()
        self._seed += 1
        self._voices.prepare(self._seed * 1000)
        self._call = self._incoming(call) if isinstance(call, IncomingScript) else self._outgoing(call)

    def answer(self) -> None:
        """Lift the handset at the next block."""
        self._answer_now = True

    def hang_up(self) -> None:
        """Put the handset down, or let the caller give up, at the next block."""
        self._hang_up_now = True

    def announce(self, second: WaitScript) -> None:
        """Announce a second caller in the conversation that goes on. Raises ValueError when there is none."""
        self._insert(_play(second.sound, off_hook=True, last=second.ends, number=second.order.number))

    def flash(self) -> None:
        """Press the hook for a moment. Raises ValueError when nobody talks."""
        self._insert(_flash())

    def drop(self) -> None:
        """Forget the call: the exchange is without power."""
        self._call, self._is_talking = None, False

    def step(self) -> Sensed:
        """Give the next block with the line's noise and faults on it, clipped at full scale as a card would."""
        sensed = next(self._call, None) if self._call is not None else None
        if sensed is None:
            self.drop()
            sensed = Sensed(_SILENCE)
        noise = self._noise[self._position : self._position + BLOCK]
        self._position = (self._position + BLOCK) % (len(self._noise) - BLOCK)
        return sensed._replace(sound=np.clip(self.faults.apply(sensed.sound + noise), -1.0, 1.0))

    def _insert(self, blocks: Blocks) -> None:
        if not self._is_talking:
            raise ValueError("nobody talks on the line")
        self._inserts.append(blocks)

    def _incoming(self, call: IncomingScript) -> Blocks:
        plan = call.plan
        yield from _play(call.before, last=call.before_ends, number=plan.number)
        ringing = _Ringing(self, plan)
        for ring in range(plan.rings):
            yield from ringing.play(tones.ring_burst(RING_ON_S), ring=True)
            rest = tones.silence(RING_OFF_S)
            if ring == 0 and len(call.between):
                at = int(FSK_AFTER_RING_S * RATE_HZ)
                rest = _laid_over(rest, call.between, at)
                yield from ringing.play(rest, last=at + call.between_ends)
            else:
                yield from ringing.play(rest)
            if ringing.is_answered or ringing.is_over:
                break
        if ringing.is_answered:
            yield from self._conversation(plan.talk, plan.hang_up_first)

    def _outgoing(self, call: OutgoingScript) -> Blocks:
        plan = call.plan
        for place, block in enumerate(_play(call.opening, off_hook=True)):
            if self._hang_up_now:
                yield from _play(tones.on_hook())
                return
            is_open = call.is_open[place * BLOCK : (place + 1) * BLOCK].mean() > 0.5
            yield block._replace(off_hook=not is_open)
        if plan.outcome == "busy":
            yield from _play(tones.busy_tone(BUSY_UNTIL_ON_HOOK_S), off_hook=True)
        if plan.outcome != "answer":
            yield from _play(tones.on_hook())
            return
        yield from self._conversation(plan.talk, plan.hang_up_first, is_click_due=False)

    def _conversation(self, talk_s: float, hang_up_first: str, *, is_click_due: bool = True) -> Blocks:
        if is_click_due:
            yield from _play(tones.off_hook(), off_hook=True)
        self._is_talking = True
        left, spoken = round(talk_s / BLOCK_S), self._speech()
        while left > 0 and not self._hang_up_now:
            left -= 1
            yield next(self._inserts[0], None) or self._next_insert() if self._inserts else next(spoken)
        self._is_talking = False
        if hang_up_first == "caller" and not self._hang_up_now:
            tone = tones.busy_tone if self.faults.has_hang_up_tone else tones.silence
            yield from _play(tone(BUSY_UNTIL_ON_HOOK_S), off_hook=True)
        yield from _play(tones.on_hook())

    def _next_insert(self) -> Sensed:
        self._inserts.popleft()
        return Sensed(_SILENCE, off_hook=True)

    def _speech(self) -> Blocks:
        seed = self._seed * 1000
        while True:
            self._voices.prepare(seed + 1)
            while (sound := self._voices.take(seed)) is None:
                yield Sensed(_SILENCE, off_hook=True)
            yield from _play(sound, off_hook=True)
            seed += 1


class _Ringing:
    """The part of an incoming call during which the handset may be lifted or the caller may give up."""

    def __init__(self, line: SimulatedLine, plan: IncomingPlan) -> None:
        self._line = line
        self._number = plan.number
        self._answer_after = plan.answer_after
        self._passed_s = 0.0
        self.is_answered = False
        self.is_over = False

    def play(self, sound: Samples, *, ring: bool = False, last: int = -1) -> Blocks:
        """Give the blocks of a sound until somebody acts."""
        for block in _play(sound, ring=ring, last=last, number=self._number):
            due = self._answer_after is not None and self._passed_s >= self._answer_after
            self.is_answered = self.is_answered or due or self._line._answer_now
            self.is_over = self.is_over or self._line._hang_up_now
            if self.is_answered or self.is_over:
                return
            self._passed_s += BLOCK_S
            yield block


def _play(
    sound: Samples, *, ring: bool = False, off_hook: bool = False, last: int = -1, number: str = ""
) -> Blocks:
    for start in range(0, len(sound), BLOCK):
        piece = sound[start : start + BLOCK]
        if len(piece) < BLOCK:
            piece = np.concatenate([piece, _SILENCE[: BLOCK - len(piece)]])
        inside = last - start
        ends_here = 0 <= inside < BLOCK
        yield Sensed(piece, ring, off_hook, inside if ends_here else -1, number if ends_here else "")


def _flash() -> Blocks:
    yield from _play(_laid_over(tones.silence(FLASH_S), tones.on_hook(), 0))
    yield from _play(tones.off_hook(), off_hook=True)


def _laid_over(ground: Samples, sound: Samples, at: int) -> Samples:
    whole = np.zeros(max(len(ground), at + len(sound)), np.float32)
    whole[: len(ground)] += ground
    whole[at : at + len(sound)] += sound
    return whole
