"""Handset lifted or put down, judged from the sound where no wire senses it.

A tap hears no direct voltage, so there is no proof, only evidence: a burst of ringing cut short, a click, a noise
floor that rises, voices, a ring that stays away. It is added up, and what is enough of it is given out with how
sure it is. Loggers that go by voice alone split calls at pauses and merge quick ones; here a voice alone never
begins a call, and silence alone ends one only after long.

Refuses to decide on caller ID: its tones hold one level where a voice does not, and a decoded message takes back
what seemed to be one.
"""

from __future__ import annotations

from collections import deque
from typing import Final, Literal

import msgspec
import numpy as np

from callerid.dsp.message import Samples
from callerid.dsp.signals.kinds import Signal
from callerid.dsp.signals.spectra import level

Reason = Literal["cut-ring", "click", "voice", "dial-tone", "on-hook-click", "tone-over", "silence"]

HOP_S: Final = 0.02
LAG_S: Final = 3 / 8000
"""Difference of samples so far apart: takes direct current and hum away (50 Hz by 18 dB) and keeps 500 Hz."""

ENOUGH: Final = 0.6
CUT, CLICK, RISEN, SOME_VOICE, MUCH_VOICE, OVERDUE = 0.35, 0.35, 0.25, 0.3, 0.45, 0.3
"""What each piece of evidence weighs: no single one is enough, and neither are a click and a short sound, which
are what a polarity reversal and the caller ID after it look like."""
CUT_SHARE: Final = 0.85
"""A burst shorter than this share of the one before was cut: exchanges time them to some per cent."""
PAUSE_S: Final = 4.0
"""Pause of the ringing until the line has shown its own (common practice; see `Cadences`)."""
OVERDUE_SHARE: Final = 1.15
PAUSE_OVER_S: Final = 5.8
"""Just before `callerid.lifecycle` takes an unanswered call for over, 6 s after the last burst."""
CLICK_BEFORE_S: Final = 0.15

VOICE_OVER_DB: Final = 6.0
VOICE_DBM0: Final = -50.0
STEADY_DB: Final = 0.7
"""Tones and data change less than this from hop to hop; voices more."""
SOME_VOICE_S: Final = 0.5
MUCH_VOICE_S: Final = 1.6
"""Within one pause of the ringing."""
VOICE_SPREAD_S: Final = 2.5
"""Where caller ID is still due, voices must be spread over more than the longest DTMF string, 2.3 s: unread, its
edges look like a voice."""
NEWS_S: Final = 12.0
"""A message so long before a burst belongs to its call."""
RISE_DB: Final = 6.0
RISE_S: Final = 0.6
"""The quietest hop of so long tells the noise floor: voices pause more often, tones of caller ID end."""
FLOOR_S: Final = 5.0
FLOOR_SHARE: Final = 0.2
FLOOR_START_DBM0: Final = -60.0

CLICK_ALONE_S: Final = 2.0
"""Quiet after a click for so long: it was the handset."""
TONE_OVER_S: Final = 3.0
"""Longer than any pause of a busy tone (E.180 clause 5)."""
SILENCE_S: Final = 15.0
DIAL_CLICK_S: Final = 3.0
"""A click so long before a dial tone is the lifting that asked for it."""


class Judged(msgspec.Struct, frozen=True):
    """One judgement."""

    is_lifted: bool
    t: float
    """Seconds of input before it happened; earlier than when it became clear."""
    reason: Reason
    confidence: float
    """0–1."""


class HookJudge:
    """Feed it everything the line's other detectors get and give, block by block."""

    def __init__(self, rate_hz: int, *, silence_s: float = SILENCE_S) -> None:
        """`silence_s`: without a sound for so long a call is taken for over."""
        self._rate_hz = rate_hz
        self._hop = round(rate_hz * HOP_S)
        self._lag = max(1, round(rate_hz * LAG_S))
        self._silence_s = silence_s
        self._buffer = np.zeros(self._lag, np.float32)
        self._hops = 0
        self._before_db = -120.0
        self._recent = deque[float](maxlen=round(FLOOR_S / HOP_S))
        self._floor_db = FLOOR_START_DBM0
        self.is_lifted = False
        self._is_ringing = False
        self._burst_began = 0.0
        self._burst_ended: float | None = None
        """End of the last burst while an answer may follow it."""
        self._burst_s: float | None = None
        self._pause_s = PAUSE_S
        self._voice_s = 0.0
        """Voice heard in the pause that goes on."""
        self._first_voice: float | None = None
        self._last_voice = 0.0
        self._bursts = 0
        """Bursts of the ringing that goes on."""
        self._told_at: float | None = None
        """When caller ID was decoded last."""
        self._quietest = deque[float](maxlen=round(RISE_S / HOP_S))
        self._click: float | None = None
        self._last_sound = 0.0
        self._sound_after_click = 0
        self._is_gone = False

    def suppose_lifted(self) -> None:
        """A call was being talked on when listening began: wait for its end."""
        self.is_lifted, self._last_sound = True, self.now

    @property
    def now(self) -> float:
        """Seconds of input judged so far."""
        return self._hops * HOP_S

    def feed(self, samples: Samples, signals: list[Signal], *, has_message: bool = False) -> list[Judged]:
        """Take a block with the signals recognised in it; `has_message`: caller ID was decoded in it."""
        self._buffer = np.concatenate((self._buffer, samples.astype(np.float32, copy=False)))
        count = (len(self._buffer) - self._lag) // self._hop
        for number in range(count):
            begin = number * self._hop
            piece = self._buffer[begin : begin + self._hop + self._lag]
            self._listen(piece[self._lag :] - piece[: -self._lag])
        self._buffer = self._buffer[count * self._hop :].copy()
        found: list[Judged] = []
        for signal in signals:
            found += self._note(signal)
        if has_message:
            self._told_at = self.now
            self._clear_pause()
        return found + (self._judge_end() if self.is_lifted else self._judge_answer())

    def _listen(self, sound: Samples) -> None:
        """Measure one hop."""
        self._hops += 1
        now_db = level(float(sound @ sound) / len(sound))
        changes = abs(now_db - self._before_db) >= STEADY_DB
        self._before_db = now_db
        if self._is_ringing:
            return
        is_loud = now_db > max(self._floor_db + VOICE_OVER_DB, VOICE_DBM0)
        if self.is_lifted:
            if is_loud:
                self._last_sound = self.now
                self._sound_after_click += 1
            return
        if self._burst_ended is None:
            self._recent.append(now_db)
            if self._hops % 25 == 0 and len(self._recent) >= 25:
                ordered = sorted(self._recent)
                self._floor_db = ordered[int(FLOOR_SHARE * len(ordered))]
            return
        self._quietest.append(now_db)
        if is_loud and changes:
            self._voice_s += HOP_S
            self._last_voice = self.now
            if self._first_voice is None:
                self._first_voice = self.now - HOP_S

    def _note(self, signal: Signal) -> list[Judged]:
        """Take in a signal."""
        match signal.kind:
            case "ring-on":
                self._begin_burst(signal.t_start)
            case "ring-off":
                self._is_ringing = False
                if not self.is_lifted:
                    self._burst_ended = signal.t_end if signal.t_end is not None else self.now
                    self._clear_pause()
            case "off-hook" | "on-hook":
                self._click, self._sound_after_click = signal.t_start, 0
            case "busy" | "congestion" | "howler":
                self._is_gone = True
            case "dial-tone":
                return self._dial_tone(signal.t_start)
        return []

    def _begin_burst(self, at: float) -> None:
        if self._burst_ended is not None and not self.is_lifted:
            self._burst_s = self._burst_ended - self._burst_began
            self._pause_s = at - self._burst_ended
        elif self._burst_ended is None:
            self._bursts = 0
        self._bursts += 1
        self._burst_began, self._burst_ended, self._is_ringing = at, None, True
        self.is_lifted, self._click, self._is_gone = False, None, False

    def _clear_pause(self) -> None:
        """Begin to gather evidence of an answer anew."""
        self._voice_s, self._first_voice = 0.0, None
        self._quietest.clear()

    def _dial_tone(self, began: float) -> list[Judged]:
        if self.is_lifted or self._burst_ended is not None:
            return []
        click = self._click if self._click is not None and 0 <= began - self._click <= DIAL_CLICK_S else None
        return [self._lift(began if click is None else click, "dial-tone", 0.7 if click is None else 0.8)]

    def _judge_answer(self) -> list[Judged]:
        ended = self._burst_ended
        if ended is None:
            return []
        since = self.now - ended
        if since > PAUSE_OVER_S:
            self._burst_ended = None
            return []
        is_cut = self._burst_s is not None and ended - self._burst_began < CUT_SHARE * self._burst_s
        click = self._click if self._click is not None and self._click >= ended - CLICK_BEFORE_S else None
        voice_s = self._believed_voice_s()
        weight = CUT * is_cut + CLICK * (click is not None)
        weight += MUCH_VOICE if voice_s >= MUCH_VOICE_S else SOME_VOICE if voice_s >= SOME_VOICE_S else 0.0
        if len(self._quietest) == self._quietest.maxlen and min(self._quietest) > self._floor_db + RISE_DB:
            weight += RISEN
        # A ring that stays away is evidence only together with something that happened: callers give up, too.
        if since > OVERDUE_SHARE * self._pause_s and voice_s >= SOME_VOICE_S:
            weight += OVERDUE
        if weight < ENOUGH:
            return []
        if click is not None:
            return [self._lift(click, "click", min(weight, 0.95))]
        if is_cut:
            return [self._lift(ended, "cut-ring", min(weight, 0.9))]
        return [self._lift(self._first_voice or ended, "voice", min(weight, 0.6))]

    def _believed_voice_s(self) -> float:
        """Give the seconds of voice heard in this pause that cannot be caller ID."""
        told = self._told_at is not None and self._burst_began - self._told_at < NEWS_S
        spread_s = 0.0 if self._first_voice is None else self._last_voice - self._first_voice
        is_caller_id_due = self._bursts == 1 and not told
        return 0.0 if is_caller_id_due and spread_s < VOICE_SPREAD_S else self._voice_s

    def _lift(self, at: float, reason: Reason, confidence: float) -> Judged:
        self.is_lifted, self._is_gone, self._burst_ended = True, False, None
        self._click, self._last_sound = None, self.now
        return Judged(True, round(at, 3), reason, round(confidence, 2))

    def _judge_end(self) -> list[Judged]:
        quiet_s = self.now - self._last_sound
        if self._click is not None and self.now - self._click >= CLICK_ALONE_S:
            at, is_alone = self._click, self._sound_after_click * HOP_S < 0.1
            self._click = None
            if is_alone:
                return [self._lay(at, "on-hook-click", 0.7)]
        if self._is_gone and quiet_s >= TONE_OVER_S:
            return [self._lay(self._last_sound, "tone-over", 0.6)]
        if quiet_s >= self._silence_s:
            return [self._lay(self._last_sound, "silence", 0.4)]
        return []

    def _lay(self, at: float, reason: Reason, confidence: float) -> Judged:
        self.is_lifted, self._is_gone, self._click = False, False, None
        self._recent.clear()
        return Judged(False, round(at, 3), reason, confidence)
