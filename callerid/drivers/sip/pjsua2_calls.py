"""Single calls with pjsua2: rung along with, or bridged to the agent with a tap at each side."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, Any

import pjsua2

from appliance.core.events import EndReason
from callerid.drivers.sip.headers import Head, read_head
from callerid.drivers.sip.identity import Caller, end_of_cancelled
from callerid.drivers.sip.messages import LegName, Sound
from callerid.drivers.sip.relay import BEEP_HZ, BEEP_S

if TYPE_CHECKING:
    from callerid.drivers.sip.pjsua2_backend import Pjsua2Backend

BUSY = (486, 600)
OWN_MATTERS = range(401, 408)
UNAVAILABLE = 480
FRAME_US = 20_000
LONGEST_RING_S = 300.0
"""A call that rings for so long was taken back and nobody said so; sippy gives up after as long."""
BEEP_VOLUME = 3300


def operation(code: int = 0) -> Any:
    """Give the parameters of an answer or a hanging-up."""
    parameters = pjsua2.CallOpParam(True)
    parameters.statusCode = code
    return parameters


class ObservedCall(pjsua2.Call):  # type: ignore[misc]
    """A call that rings here too and is never answered."""

    def __init__(self, backend: Pjsua2Backend, call_id: int, key: str) -> None:
        super().__init__(backend.account, call_id)
        self._backend = backend
        self._key = key
        self._cancel: Head | None = None
        self._began = time.monotonic()
        backend.calls.add(self)

    def pass_time(self, at: float) -> None:
        """Give up a call that nobody takes back."""
        if at - self._began >= LONGEST_RING_S:
            self._began = at
            self.hangup(operation(UNAVAILABLE))

    def onCallTsxState(self, prm: Any) -> None:
        """Something was received or sent; the CANCEL says why the call is taken back."""
        self._cancel = cancel_in(prm) or self._cancel

    def onCallState(self, prm: Any) -> None:
        """The call moved on."""
        if self.getInfo().state == pjsua2.PJSIP_INV_STATE_DISCONNECTED:
            self._backend.later.append(self._over)

    def _over(self) -> None:
        self._backend.calls.discard(self)
        self._backend.desk.over(self._key, end_of_cancelled(self._cancel, is_only_target=False))


class BridgedCall:
    """A gateway's call, the call to the agent, and the sound between them."""

    def __init__(self, backend: Pjsua2Backend, call_id: int, key: str, caller: Caller) -> None:
        self._backend = backend
        self._key = key
        self._cancel: Head | None = None
        self._is_answered = self._is_over = False
        self._began = time.monotonic()
        self._speak_at: float | None = None
        self._next_beep: float | None = None
        self._tools: list[Any] = []
        """Players and generators in use; pjsip keeps no hold of them."""
        self._media: dict[LegName, Any] = {}
        self._taps = {leg: _Tap(backend, key, leg) for leg in ("caller", "office")}
        self.sides: dict[LegName, Any] = {"caller": _Side(backend, self, "caller", call_id)}
        backend.calls.add(self)
        settings, own = backend.desk.settings, backend.desk.peers.own
        parameters = operation()
        name = (caller.name or "").replace('"', "").replace("\\", "")
        parameters.txOption.localUri = f'"{name}" <sip:{caller.number or "anonymous"}@{own}:{settings.port}>'
        office = self.sides["office"] = _Side(backend, self, "office", pjsua2.PJSUA_INVALID_ID)
        try:
            office.makeCall(f"sip:{settings.agent_user}@{settings.agent}", parameters)
        except pjsua2.Error as error:
            backend.desk.note(f"the agent's telephone cannot be called: {error.reason}")
            backend.later.append(lambda: self.ended("office", UNAVAILABLE))

    def progressed(self, leg: LegName, code: int) -> None:
        """The agent's telephone rings."""
        if leg == "office" and not self._is_over:
            self.sides["caller"].answer(operation(code))

    def confirmed(self, leg: LegName) -> None:
        """A side was answered."""
        if leg == "office":
            self.sides["caller"].answer(operation(200))
        elif not self._is_answered:
            self._is_answered = True
            desk, at = self._backend.desk, time.monotonic()
            desk.answered(self._key)
            self._speak_at = at + self._backend.announcement_s
            if desk.settings.beep_s:
                self._next_beep = self._speak_at + desk.settings.beep_s
            self._join()

    def cancelled(self, head: Head) -> None:
        """The gateway took the call back."""
        self._cancel = head

    def has_media(self, leg: LegName, media: Any) -> None:
        """A side's sound began, or changed after a hold."""
        self._media[leg] = media
        media.startTransmit(self._taps[leg])
        self._join()

    def ended(self, leg: LegName, code: int) -> None:
        """A side is gone: so is the other."""
        if self._is_over:
            return
        self._is_over = True
        other = self.sides.get("caller" if leg == "office" else "office")
        is_refusal = leg == "office" and not self._is_answered
        if is_refusal and code not in BUSY:
            self._backend.desk.note(
                f"the agent's telephone answered {code}: check that it is registered or reachable"
            )
        if other is not None and other.isActive():
            other.hangup(operation((UNAVAILABLE if code in OWN_MATTERS else code) if is_refusal else 0))
        self._backend.desk.over(self._key, self._reason(leg, code))
        self._backend.later.append(lambda: self._backend.calls.discard(self))

    def pass_time(self, at: float) -> None:
        """End the announcement, give the beep, when it is time."""
        if self._is_over:
            return
        if self._speak_at is None:
            if at - self._began >= LONGEST_RING_S:
                self.sides["caller"].hangup(operation(UNAVAILABLE))
                self.ended("caller", 0)
            return
        if at >= self._speak_at and self._tools and self._next_beep is None:
            self._tools.clear()
        if self._speak_at and at >= self._speak_at:
            self._speak_at = 0.0
            self._join()
        if self._next_beep is not None and at >= self._next_beep:
            self._next_beep = at + self._backend.desk.settings.beep_s
            self._beep()

    def _join(self) -> None:
        """Let both hear the announcement first, and then each other."""
        if not self._is_answered or len(self._media) < 2:
            return
        caller, office = self._media["caller"], self._media["office"]
        if self._speak_at and time.monotonic() < self._speak_at:
            if not self._tools:
                player = pjsua2.AudioMediaPlayer()
                player.createPlayer(self._backend.desk.settings.announcement, pjsua2.PJMEDIA_FILE_NO_LOOP)
                self._tools.append(player)
                for media in (caller, office):
                    player.startTransmit(media)
            return
        caller.startTransmit(office)
        office.startTransmit(caller)

    def _beep(self) -> None:
        tone = pjsua2.ToneDesc()
        tone.freq1, tone.freq2, tone.on_msec, tone.off_msec = round(BEEP_HZ), 0, round(BEEP_S * 1000), 10
        tone.volume = BEEP_VOLUME
        generator = pjsua2.ToneGenerator()
        generator.createToneGenerator(8000, 1)
        for media in self._media.values():
            generator.startTransmit(media)
        generator.play(pjsua2.ToneDescVector([tone]))
        self._tools = [generator]

    def _reason(self, leg: LegName, code: int) -> EndReason:
        if self._is_answered:
            return "on-hook"
        if leg == "caller":
            return "unknown" if self._cancel is None else end_of_cancelled(self._cancel, is_only_target=True)
        return "busy-tone" if code in BUSY else "unknown"


class _Side(pjsua2.Call):  # type: ignore[misc]
    """One side's call as pjsip knows it."""

    def __init__(self, backend: Pjsua2Backend, bridged: BridgedCall, leg: LegName, call_id: int) -> None:
        super().__init__(backend.account, call_id)
        self._backend = backend
        self._bridged = bridged
        self._leg = leg

    def onCallTsxState(self, prm: Any) -> None:
        """The CANCEL says why the call is taken back."""
        head = cancel_in(prm)
        if head is not None and self._leg == "caller":
            self._bridged.cancelled(head)

    def onCallState(self, prm: Any) -> None:
        """The call moved on; what follows is done after pjsip's turn, in order."""
        info = self.getInfo()
        state, code, bridged, leg = info.state, info.lastStatusCode, self._bridged, self._leg
        if state == pjsua2.PJSIP_INV_STATE_EARLY and leg == "office":
            self._backend.later.append(partial(bridged.progressed, leg, 183 if code == 183 else 180))
        elif state == pjsua2.PJSIP_INV_STATE_CONFIRMED:
            self._backend.later.append(partial(bridged.confirmed, leg))
        elif state == pjsua2.PJSIP_INV_STATE_DISCONNECTED:
            self._backend.later.append(partial(bridged.ended, leg, code))

    def onCallMediaState(self, prm: Any) -> None:
        """Sound began or changed."""
        info = self.getInfo()  # kept: its list of media is freed with it
        for index, media in enumerate(info.media):
            if media.type == pjsua2.PJMEDIA_TYPE_AUDIO and media.status == pjsua2.PJSUA_CALL_MEDIA_ACTIVE:
                sound = self.getAudioMedia(index)
                self._backend.later.append(partial(self._bridged.has_media, self._leg, sound))
                return


class _Tap(pjsua2.AudioMediaPort):  # type: ignore[misc]
    """Hands one side's decoded sound to the driver, from pjsip's clock."""

    def __init__(self, backend: Pjsua2Backend, key: str, leg: LegName) -> None:
        super().__init__()
        self._tell = backend.tell
        self._key = key
        self._leg = leg
        self._count = 0
        form = pjsua2.MediaFormatAudio()
        form.type = pjsua2.PJMEDIA_TYPE_AUDIO
        form.clockRate, form.channelCount, form.bitsPerSample, form.frameTimeUsec = 8000, 1, 16, FRAME_US
        self.createPort(f"{leg}-{key}", form)

    def onFrameReceived(self, frame: Any) -> None:
        """20 ms came."""
        payload = bytes(frame.buf)
        count, self._count = self._count, self._count + 1
        if payload:
            self._tell(
                Sound(
                    self._key,
                    self._leg,
                    time.monotonic(),
                    "L16",
                    1,
                    count & 0xFFFF,
                    count * 160 & 0xFFFFFFFF,
                    payload,
                )
            )


def cancel_in(prm: Any) -> Head | None:
    """Give the CANCEL that an event of a transaction tells of; None for any other event."""
    if prm.e.type != pjsua2.PJSIP_EVENT_TSX_STATE or prm.e.body.tsxState.type != pjsua2.PJSIP_EVENT_RX_MSG:
        return None
    head = read_head(prm.e.body.tsxState.src.rdata.wholeMsg.encode("utf-8", "surrogateescape"))
    return head if head is not None and head.method == "CANCEL" else None
