"""What happens on a voice modem's line: rings, callers, other telephones, and calls the box answers itself."""

from __future__ import annotations

import logging
import math
from typing import Final, Literal

from appliance.core.events import EndReason
from callerid.drivers import Fact
from callerid.drivers.voicemodem.caller import CallerFields, field_of
from callerid.drivers.voicemodem.dialects import UNKNOWN, Dialect
from callerid.drivers.voicemodem.engine import RATE_HZ, Answering, Ask, Engine, Play, Record, Script
from callerid.drivers.voicemodem.hearing import AnsweredCall
from callerid.drivers.voicemodem.options import Options
from callerid.drivers.voicemodem.scripts import greet, heartbeat, show_callers
from callerid.drivers.voicemodem.sound import to_samples
from callerid.dsp.message import CallerMessage

log = logging.getLogger("line")

RING_TOGETHER_S: Final = 1.5
"""Two RINGs closer than this are one burst: some modems tell both its ends, or both parts of a double ring."""
RING_GAP_S: Final = 8.0
"""After so long without one a RING is another call's first; Iran's pause is 4 s."""
ANSWER_WITHIN_S: Final = 3.0
"""An answer that could not begin within this after the ring is not begun any more."""
RING_AFTER_ANSWER_S: Final = 2.0
"""A RING told so soon after the line was taken had been on its way; a later one means it was never taken."""
HEARTBEAT_S: Final = 30.0
HANDSET_SETTLED_S: Final = 0.6
"""A handset that lies shorter was a hook flash."""
LONGEST_EXTENSION_CALL_S: Final = 4 * 3600.0
"""A modem that missed the handset's end must not hold a call for ever."""
OFF_HOOK_S: Final = 5.0
SETTLED_S: Final = 1.0
"""The line's own swing after it was taken looks like another telephone or a tone to some modems."""
MOST_LATE_S: Final = 0.5
"""Sound later than this is lost: the modem's buffer and the kernel's hold less."""
HANG_UP_CODES: Final = frozenset("bdsq")
"""Events: busy tone, dial tone, silence, quiet after speech."""


class ModemLine:
    """One modem's line. Bytes and times go in; facts, sound and bytes to send come out."""

    def __init__(self, options: Options, announcement: bytes, at: float, *, can_answer: bool = True) -> None:
        self.engine = Engine(on_line=self._line, on_code=self._code, on_sound=self._sound)
        self.dialect: Dialect = UNKNOWN
        self.is_ready = False
        self.can_answer = can_answer
        """False once the modem refused voice mode."""
        self.lifted: Literal["box", "extension"] | None = None
        self.facts: list[Fact] = []
        self.sound = bytearray()
        self.lost = 0
        """Samples the modem or the line to it lost since last asked."""
        self._options = options
        self._announcement = announcement
        self._caller = CallerFields()
        self._rings = 0
        self._burst_began = -math.inf
        self._wants_answer_until = -math.inf
        self._lifted_at = 0.0
        self._put_down_at: float | None = None
        self._ended: str | None = None
        """Why the call the box answers is over, before its script knows."""
        self._hearing: AnsweredCall | None = None
        self._first_sound: float | None = None
        self._counted = 0
        self._last_word = self._now = at
        self._is_idle_due = False
        self.engine.start(self._open(), at)

    @property
    def due(self) -> float:
        """When `tick` has something to do, if nothing comes."""
        dues = [self.engine.due, self._caller.due or math.inf]
        if not self.engine.is_busy:
            dues.append(self._last_word + HEARTBEAT_S)
        if self._put_down_at is not None:
            dues.append(self._put_down_at + HANDSET_SETTLED_S)
        return min(dues)

    def feed(self, block: bytes, at: float) -> None:
        """Take what the modem sent."""
        self._now = at
        if block:
            self._last_word = at
        self.engine.feed(block, at)

    def tick(self, at: float) -> None:
        """Let time pass. Raises `DriverError` when the modem does not do its part."""
        self._now = at
        self._tell_caller(self._caller.tick(at))
        if self._put_down_at is not None and at >= self._put_down_at + HANDSET_SETTLED_S:
            self._over("on-hook")
        if self.lifted == "extension" and at - self._lifted_at >= LONGEST_EXTENSION_CALL_S:
            self._over("on-hook")
        self.engine.tick(at)
        if self.engine.is_busy:
            return
        if at < self._wants_answer_until and self.lifted is None:
            self._wants_answer_until = -math.inf
            self._ended = None
            self.engine.start(self._answer(), at)
        elif self._is_idle_due:
            self.engine.start(self._become_idle(), at)
        elif at >= self._last_word + HEARTBEAT_S:
            self._last_word = at
            self.engine.start(heartbeat(), at)

    def _open(self) -> Script:
        yield from greet(self.engine, self._found)
        yield from self._become_idle()
        self.is_ready = True

    def _found(self, dialect: Dialect) -> None:
        self.dialect = dialect

    def _become_idle(self) -> Script:
        """Caller ID on, and voice mode where another telephone is watched: it is told only there."""
        self._is_idle_due = False
        is_watching = self._options.watch_extension or self.lifted == "extension"
        yield Ask("AT+FCLASS=8" if is_watching and self.dialect.tells_extension else "AT+FCLASS=0")
        yield from show_callers(self.dialect)

    def _answer(self) -> Script:
        refused = yield from self._enter_voice_mode()
        if refused:
            self.can_answer = False
            log.warning(
                "happening=modem-without-voice dialect=%s refused=%s effect=caller-id-only",
                self.dialect.name, refused,
            )  # fmt: skip
        elif self.lifted is None and (yield Ask("AT+VLS=1", OFF_HOOK_S)) == "OK":
            self._lift("box")
            self._hearing = AnsweredCall(
                silence_s=self._options.silence_s, longest_s=self._options.longest_message_s
            )
            self._first_sound, self._counted = None, 0
            cause = yield from self._talk()
            if cause == "extension" and self.lifted == "box":
                self.lifted, self._lifted_at = "extension", self._now
            elif self.lifted == "box":
                self._over("busy-tone" if cause == "busy-tone" else "on-hook")
            yield Ask("ATH")
        yield from self._become_idle()

    def _enter_voice_mode(self) -> Answering:
        """Give the command that was refused, "" when the modem is ready to take the line."""
        form, *rest = self.dialect.voice_setup
        for command in ("AT+FCLASS=8", form):
            if (yield Ask(command)) != "OK":
                return command
        for command in rest:
            yield Ask(command)
        return ""

    def _talk(self) -> Answering:
        """Play the announcement, beep and record; give why it ended."""
        if self._announcement and (yield Ask("AT+VTX", OFF_HOOK_S)) == "CONNECT":
            yield Play(self._announcement)
        if self._ended is None:
            yield Ask(self.dialect.beep)
        if self._ended is None:
            with_beep = self._options.beep_while_recording
            for command in self.dialect.record_with_beep if with_beep else self.dialect.record:
                if (yield Ask(command, OFF_HOOK_S)) == "CONNECT":
                    if self._ended is not None:
                        self._end(self._ended, self._now)
                    cause = yield Record(self.dialect.stops)
                    return self._ended or cause
            log.warning("happening=modem-does-not-record dialect=%s", self.dialect.name)
        return self._ended or "modem"

    def _line(self, text: str, at: float) -> None:
        if text.upper().startswith("RING"):
            self._ring(at)
        elif (field := field_of(text)) is not None:
            self._tell_caller(self._caller.add(*field, at))

    def _code(self, code: str, at: float) -> None:
        is_answered = self.lifted == "box" and at - self._lifted_at >= SETTLED_S
        if code == "R":
            self._ring(at)
        elif code in "HP":
            self._other_lifted(at, is_answered=is_answered)
        elif code in "hp" and self.lifted == "extension":
            self._put_down_at = at
        elif is_answered and code in HANG_UP_CODES:
            self._end("busy-tone" if code in "bd" else "hung-up", at)

    def _other_lifted(self, at: float, *, is_answered: bool) -> None:
        """Another telephone on the line was lifted."""
        self._put_down_at = None
        self._wants_answer_until = -math.inf
        if self.lifted is None:
            self._now = at
            self._lift("extension")
        elif is_answered:
            self._end("extension", at)

    def _ring(self, at: float) -> None:
        if at - self._burst_began < RING_TOGETHER_S:
            return
        if self.lifted == "box" and at - self._lifted_at < RING_AFTER_ANSWER_S:
            return
        if self.lifted is not None:
            if self.lifted == "box":
                log.warning("happening=line-not-taken dialect=%s", self.dialect.name)
                self._end("never-taken", at)
            self._over("on-hook")
        self._tell_caller(self._caller.take())
        self._rings = self._rings + 1 if at - self._burst_began < RING_GAP_S else 1
        self._burst_began = at
        self.facts.append(Fact(kind="ring"))
        after = self._options.answer_after_rings
        if after and self._rings >= after and self.can_answer and self.dialect.has_voice:
            self._wants_answer_until = at + ANSWER_WITHIN_S

    def _sound(self, data: bytes, at: float) -> None:
        if self._first_sound is None:
            self._first_sound = at
        self._counted += len(data)
        missing = round((at - self._first_sound) * RATE_HZ) - self._counted
        if missing > MOST_LATE_S * RATE_HZ:
            self.lost += missing
            self._counted += missing
        if self.lifted != "box":
            return
        self.sound += data
        if self._hearing is not None and self._ended is None:
            cause = self._hearing.cause(to_samples(data))
            if cause is not None:
                self._end(cause, at)

    def _end(self, cause: str, at: float) -> None:
        """The call the box answered is over; its script hears of it."""
        self._ended = self._ended or cause
        self.engine.stop(cause, at)

    def _lift(self, by: Literal["box", "extension"]) -> None:
        self.lifted, self._lifted_at = by, self._now
        self._wants_answer_until = -math.inf
        self.facts.append(Fact(kind="lifted"))

    def _over(self, reason: EndReason) -> None:
        if self.lifted == "extension" and not self._options.watch_extension:
            self._is_idle_due = True
        self.lifted, self._put_down_at, self._rings = None, None, 0
        self.facts.append(Fact(kind="over", reason=reason))

    def _tell_caller(self, message: CallerMessage | None) -> None:
        if message is not None:
            self.facts.append(Fact(kind="message", message=message))
