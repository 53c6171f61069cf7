"""One modem on one open port: brought up, listened to, asked. Not threaded: `keeper` gives it its thread.

Everything that has to outlive a lost port (reference counter, tried PINs, reports that were handed over) is in
`Memory`, which the next `Modem` on the same line gets again.
"""

from __future__ import annotations

import logging
import secrets
from collections import deque
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import msgspec

from appliance.core.clock import Clock, to_text
from sms_modem.at import sending, service_codes
from sms_modem.at.arrivals import arrival_of, pushed_report, token_of
from sms_modem.at.calls import CallWatch
from sms_modem.at.channel import Channel, ModemError, SilentModemError
from sms_modem.at.network import Network
from sms_modem.at.notices import Notice
from sms_modem.at.port import Port, PortGoneError
from sms_modem.at.references import MODULUS, ReferenceCounter
from sms_modem.at.sim import PinNotes, read_imsi, unlock
from sms_modem.at.stores import Stores
from sms_modem.gsm.headers import Concatenation
from sms_modem.gsm.submit import build_submit
from sms_modem.routes import Accepted, Arrival, IncomingCall, Outcome, Parcel, Refused, Report, Unknown

log = logging.getLogger("sms")

IDENTITY_S = 5.0
PUSHED_REPORTS = 5000
SERVICE_ANSWERS = 10
RING_S = 1.0
"""While it rings, time is looked at so often."""
UNANSWERED = 10
LATE_S = 300.0
"""An answer that is later than this belongs to nobody any more."""
RESTART = "AT+CFUN=1,1"
RESTART_S = 5.0
SECOND_ANSWER_S = 10.0
"""After an answer that may be a late one, the own one is waited for so long."""
_OPTIONAL = ("ATE0", "AT+CSMS=0", "AT+CLIP=1", "AT+CRC=0", "AT+CMMS=2", 'AT+CSCS="GSM"')
"""Asked for and done without: echo off, phase 2 without acknowledgements, caller's number, plain RING, the link held
between segments, text of service codes."""

_BOOT = frozenset({"RDY", "^SYSSTART", "SMS READY", "SMS DONE", "CALL READY", "+WIND", "+CPIN", "+CFUN"})
"""What modems say when they have started; setting up twice does no harm."""


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """What a modem is used with."""

    pin: str = ""
    pin_notes: Path
    service_centre: str = ""
    validity: timedelta | None = None
    submit_s: float = sending.SUBMIT_S


class Unanswered(msgspec.Struct, frozen=True):
    """A segment that got no answer in time; one may still come."""

    number: str
    since: float
    """Monotonic instant."""
    armed_at: str
    """UTC instant."""


class Memory:
    """What a line remembers over lost ports."""

    def __init__(self) -> None:
        self.counters: dict[str, ReferenceCounter] = {}
        self.pushed: dict[str, Report] = {}
        """Reports that are in no store of the modem, by token, until they are acknowledged."""
        self.unanswered: deque[Unanswered] = deque(maxlen=UNANSWERED)
        """Segments that may still get an answer, oldest first."""


class Modem:
    """A modem that is ready to work once `start` has returned."""

    def __init__(
        self,
        port: Port,
        options: Options,
        memory: Memory,
        on_call: Callable[[IncomingCall], None],
        clock: Clock,
    ) -> None:
        self.channel = Channel(port, self._hear, clock.monotonic)
        self.network = Network()
        self.stores = Stores(self.channel)
        self.imsi = ""
        self.model = ""
        self._options = options
        self._memory = memory
        self.monotonic = clock.monotonic
        self._clock = clock
        self._on_call = on_call
        self._calls = CallWatch()
        self._service_answers: deque[Notice] = deque(maxlen=SERVICE_ANSWERS)
        self._epoch = secrets.token_hex(4)
        self._has_news = True
        self._second: list[str] | None = None
        self._is_restart_refused = False
        self.is_reset = False
        """The modem restarted by itself and has to be started anew."""
        self.has_started = False
        """It has been brought up on this port once."""

    def start(self) -> None:
        """Bring the modem up. Raises `SimError`, `ModemError`, `SilentModemError`, `PortGoneError`."""
        self.channel.recover()
        self._optional("ATE0")
        self._optional("AT+CMEE=1")
        self.model = " ".join(filter(None, (self._line("AT+CGMI"), self._line("AT+CGMM"))))
        unlock(self.channel, self._options.pin, PinNotes(self._options.pin_notes))
        self.channel.command("AT+CMGF=0")
        for command in _OPTIONAL:
            self._optional(command)
        self.imsi = read_imsi(self.channel)
        self.stores.choose()
        self.network.subscribe(self.channel)
        self._counter.connected()
        self.is_reset = False
        self.has_started = True

    def send(self, parcel: Parcel, arm: Callable[[], bool]) -> Outcome:
        """Send one segment; see `sending.send_segment`."""
        if self.network.is_registered is False:
            self.network.refresh(self.channel)
        if self.network.is_registered is False:
            return Refused(is_permanent=False, code="no-network", is_route=True)
        try:
            submit = build_submit(
                parcel.number,
                parcel.text,
                parcel.encoding,
                Concatenation(parcel.reference, parcel.parts, parcel.part) if parcel.parts > 1 else None,
                validity=self._options.validity,
                service_centre=self._options.service_centre,
            )
        except ValueError as error:
            return Refused(is_permanent=True, code="wrong-message", detail=str(error))
        armed_at = to_text(self._clock.now())
        outcome: Outcome = sending.send_segment(self.channel, submit, arm, patience_s=self._options.submit_s)
        if isinstance(outcome, Accepted) and self._waiting():
            outcome = self._sort_out(outcome)
        if isinstance(outcome, Accepted) and outcome.reference:
            return self._with_counter(outcome)
        if isinstance(outcome, Unknown) and outcome.code == "timeout":
            self._memory.unanswered.append(Unanswered(parcel.number, self.monotonic(), armed_at))
        if not isinstance(outcome, Refused) or outcome.code != "withdrawn":
            self._counter.unanswered()
        return outcome

    def arrivals(self) -> list[Arrival]:
        """Give what is stored in the modem and the reports it handed over."""
        stored = [arrival_of(item, self.imsi, self._epoch) for item in self.stores.list_all()]
        return [*stored, *self._memory.pushed.values()]

    def acknowledge(self, tokens: list[str]) -> None:
        """Delete what was stored elsewhere. What is no longer at its place is left alone."""
        for text in tokens:
            if self._memory.pushed.pop(text, None) is not None:
                continue
            token = token_of(text)
            if token is None:
                continue
            if token.epoch != self._epoch:
                found = self.stores.read(token.store, token.index)
                if found is None or found.digest != token.digest:
                    continue
            self.stores.delete(token.store, token.index)

    def listen(self, seconds: float) -> None:
        """Wait for unasked lines and take them in; returns early when something came or the port was woken."""
        self.channel.listen(min(seconds, RING_S) if self._calls.is_ringing else seconds)
        self._tell(self._calls.tick(self.monotonic()))

    def look_after(self) -> None:
        """Do what is due every half minute: registration, signal, stores, and whether it is still set up."""
        self.is_reset = self.is_reset or not self.stores.is_set_up()
        self.network.refresh(self.channel)
        self._has_news = self.stores.has_mail() or self._has_news

    def calm_down(self) -> None:
        """Restart a modem that owes an answer: a late one could be taken for that of a later segment.

        Raises `SilentModemError` or `PortGoneError` while it is away; it is then opened anew.
        """
        if not self.channel.is_in_step:
            self.channel.recover()
        if not self._waiting() or self._is_restart_refused:
            return
        try:
            self.channel.command(RESTART, patience_s=RESTART_S)
        except ModemError:
            self._is_restart_refused = True
            return
        except (SilentModemError, PortGoneError):
            self._memory.unanswered.clear()
            raise
        self._memory.unanswered.clear()
        self.is_reset = True

    def take_news(self) -> bool:
        """Say whether something has arrived since the last time this was asked."""
        had, self._has_news = self._has_news, False
        return had

    def ask_service(self, code: str) -> str:
        """Send a service code and give the answer. Raises `ServiceCodeError` and what `Channel.command` raises."""
        return service_codes.ask(self.channel, code, self._service_answers, self.monotonic)

    def gone(self) -> None:
        """The port went away: a call that rang here is over."""
        self._tell(self._calls.gone())

    @property
    def _counter(self) -> ReferenceCounter:
        return self._memory.counters.setdefault(self.imsi, ReferenceCounter())

    def _with_counter(self, accepted: Accepted) -> Accepted:
        is_reliable = self._counter.accept(int(accepted.reference)) and bool(self.imsi)
        return msgspec.structs.replace(accepted, counter=self.imsi) if is_reliable else accepted

    def _hear(self, notice: Notice) -> None:
        if self.network.hear(notice):
            return
        if notice.name in _BOOT:
            self.is_reset = True
        if notice.name in ("+CMTI", "+CDSI"):
            self._has_news = True
        elif notice.name == "+CDS":
            report = pushed_report(notice)
            if report is not None and len(self._memory.pushed) < PUSHED_REPORTS:
                self._memory.pushed[report.token] = report
                self._has_news = True
        elif notice.name == "+CUSD":
            self._service_answers.append(notice)
        elif notice.name == "+CMGS":
            self._hear_late(notice)
        self._tell(self._calls.hear(notice, self.monotonic()))

    def _tell(self, calls: list[IncomingCall]) -> None:
        for call in calls:
            self._on_call(call)

    def _hear_late(self, notice: Notice) -> None:
        """An answer after its time belongs to a segment that still waits for one; answers come in their order."""
        reference = notice.number(0)
        if self._second is not None:
            self._second.append(str(reference) if reference is not None and notice.is_clean else "")
        elif self._waiting() and notice.is_clean and reference is not None and reference < MODULUS:
            self._note_late(str(reference))

    def _waiting(self) -> bool:
        """Say whether an earlier segment may still get its answer."""
        waiting = self._memory.unanswered
        while waiting and self.monotonic() - waiting[0].since > LATE_S:
            waiting.popleft()
        return bool(waiting)

    def _sort_out(self, outcome: Accepted) -> Accepted | Unknown:
        """Tell the answer to this segment from a late one to an earlier: both may come, in either order.

        Of two the newer reference is this segment's; one alone is, unless the counter has passed it already.
        """
        is_late = bool(outcome.reference) and self._counter.is_behind(int(outcome.reference))
        self._second = []
        try:
            until = self.monotonic() + (self._options.submit_s if is_late else SECOND_ANSWER_S)
            while not self._second and self.monotonic() < until:
                self.channel.listen(until - self.monotonic())
        except PortGoneError as error:
            return Unknown(code="cut-off", detail=str(error)) if is_late else outcome
        finally:
            second, self._second = self._second, None
        if not second and not is_late:
            return outcome
        older, newer = _by_age(outcome.reference, *second[:1])
        if older:
            self._note_late(older)
        return Accepted(reference=newer) if second else Unknown(code="timeout")

    def _note_late(self, reference: str) -> None:
        """Hand a late answer on as word that the segment which waited longest was not lost."""
        earlier = self._memory.unanswered.popleft()
        token = f"late:{secrets.token_hex(8)}"
        self._memory.pushed[token] = Report(
            reference=reference,
            number=earlier.number,
            state="waiting",
            submitted_at=earlier.armed_at,
            code="late",
            token=token,
        )
        self._has_news = True

    def _optional(self, command: str) -> None:
        try:
            self.channel.command(command)
        except ModemError as error:
            log.debug("happening=modem-declines problem=%s", error)

    def _line(self, command: str) -> str:
        try:
            lines = self.channel.command(command, is_raw=True, patience_s=IDENTITY_S)
        except ModemError:
            return ""
        return lines[0].text.partition(":")[2].strip() or lines[0].text if lines else ""


def _by_age(first: str, second: str = "") -> tuple[str, str]:
    """Give two references of one counter, the older before the newer; where one is missing, as they came."""
    if first and second and (int(second) - int(first)) % MODULUS >= MODULUS // 2:
        return second, first
    return first, second
