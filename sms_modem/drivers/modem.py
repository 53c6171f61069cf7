"""The ``modem`` route: one GSM modem with our own AT engine."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta

from sms_modem.at.channel import ModemError, SilentModemError
from sms_modem.at.keeper import Ask, Keeper, KeepsModem, ModemAwayError
from sms_modem.at.modem import Memory, Modem, Options
from sms_modem.at.port import Port, PortGoneError
from sms_modem.at.sending import SUBMIT_S
from sms_modem.at.service_codes import ServiceCodeError, amount_rial
from sms_modem.drivers.explanations import EXPLANATIONS
from sms_modem.drivers.serial_port import PortWish, SerialPort, check_usb, find_ports
from sms_modem.routes import (
    Arm,
    Asked,
    Capabilities,
    Credit,
    Fetched,
    Health,
    Outcome,
    Parcel,
    Refused,
    Report,
    RouteError,
    RouteKind,
    RouteSetup,
    Unknown,
)

log = logging.getLogger("sms")

NO_PORT = "no GSM modem is plugged in where the settings say; 'aminbox doctor' lists the ports"
DAILY_CAP = 100
HOURLY_CAP = 20
"""A personal SIM is cut off after 100-200 messages a day, far below the formal limit of 500."""
CAPABILITIES = Capabilities(
    unit="segment",
    counts_references=True,
    reports="pushed",
    can_receive=True,
    has_credit=True,
    longest_text=1_000,
)
T = TypeVar("T")


class ModemSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Settings of a GSM modem."""

    port: str = ""
    """Path of the port; best one below /dev/serial/by-id/, which stays when it is plugged in anew."""
    usb: str = ""
    """Instead: vendor:product or vendor:product:serial. Both empty: the first known GSM modem."""
    baud: Annotated[int, Meta(ge=1200, le=921_600)] = 115_200
    """Bits a second on a real UART; USB modems do not care."""
    service_centre: Annotated[str, Meta(pattern=r"^(\+?\d{5,15})?$")] = ""
    """Number of the message centre; empty: the SIM's own."""
    validity_hours: Annotated[int, Meta(ge=0, le=1500)] = 48
    """How long the network tries to deliver; 0 leaves it to the network."""
    balance_code: Annotated[str, Meta(pattern=r"^[0-9*#]{0,40}$")] = "*140*11#"
    """Service code of the balance: MCI *140*11#, Irancell *141*1#, RighTel *140#; empty: it is not asked."""
    answer_s: Annotated[int, Meta(ge=10, le=180)] = int(SUBMIT_S)
    """Patience with the network's answer to one part, after which the outcome is unknown."""
    calls_line: Annotated[int, Meta(ge=0, le=99)] = 0
    """Number of the line its calls are shown and logged under; 0: who calls the SIM is not shown."""


class FoundModem:
    """Opens the wanted port whenever it is there, and puts a modem on it."""

    def __init__(
        self, setup: RouteSetup, settings: ModemSettings, list_ports: Callable[[PortWish], list[str]]
    ) -> None:
        self._baud = settings.baud
        self._wish = PortWish(path=settings.port, usb=settings.usb)
        self._list_ports = list_ports
        self._on_call = setup.on_call
        self._clock = setup.clock
        self._options = options_of(setup, settings)
        self._memory = Memory()
        self._tries = -1
        self._last: Modem | None = None

    def __call__(self) -> tuple[Port, Modem]:
        """Try the port that worked last, or the next one: one USB modem has several and answers on some."""
        paths = self._list_ports(self._wish)
        if not paths:
            raise PortGoneError(NO_PORT)
        if self._last is None or not self._last.has_started:
            self._tries += 1
        self._last = None
        port = SerialPort(paths[self._tries % len(paths)], self._baud)
        self._last = Modem(port, self._options, self._memory, self._on_call, self._clock)
        return port, self._last


class ModemRoute:
    """One modem at work."""

    capabilities = CAPABILITIES

    def __init__(self, name: str, settings: ModemSettings, keeper: KeepsModem) -> None:
        self.name = name
        self._balance_code = settings.balance_code
        self._keeper = keeper

    def open(self) -> None:
        """Let the keeper look for the modem; it may be plugged in later."""
        self._keeper.start()

    def send(self, parcels: Sequence[Parcel], arm: Arm) -> list[Outcome]:
        """Send one segment; `arm` is called in the caller's thread while the modem waits at its prompt."""
        return [self._send(one, lambda one=one: arm([one])) for one in parcels]  # type: ignore[misc]

    def settle(self, asked: Sequence[Asked]) -> list[Outcome]:
        """A modem cannot be asked; reports, late answers and the references of later segments tell."""
        return [Unknown(code="timeout") for _ in asked]

    def look_up(self, asked: Sequence[Asked]) -> list[Report]:
        """Reports come by themselves."""
        return []

    def fetch(self, cursor: str) -> Fetched:
        """Give everything that is in the modem's stores, and reports it handed over."""
        arrivals = self._call(lambda modem, _ask: modem.arrivals())
        return Fetched(arrivals=tuple(arrivals), cursor=cursor)

    def acknowledge(self, tokens: Sequence[str]) -> None:
        """Delete what is stored now."""
        self._call(lambda modem, _ask: modem.acknowledge(list(tokens)))

    def credit(self) -> Credit:
        """Ask the operator for the balance."""
        code = self._balance_code
        if not code:
            raise RouteError("no service code of the balance is set", code="no-balance-code")
        text = self._call(lambda modem, _ask: modem.ask_service(code))
        amount = amount_rial(text)
        if amount is None:
            raise RouteError("the operator's answer names no amount", code="credit-unreadable")
        return Credit(amount=amount, unit="rial", detail=text)

    def health(self) -> Health:
        """Tell how the modem is, from what its keeper knows."""
        status = self._keeper.status
        code = status.code
        if status.is_up and status.is_registered is False:
            code = "no-network"
        elif status.is_up and status.is_full:
            code = "memory-full"
        return Health(
            is_ready=status.is_up and code != "no-network",
            code=code,
            detail=status.detail,
            signal_percent=status.signal_percent,
            operator=status.operator,
            device=f"{status.model} {status.port}".strip(),
        )

    def close(self) -> None:
        """Let go of the modem."""
        self._keeper.stop()

    def _send(self, parcel: Parcel, arm: Callable[[], bool]) -> Outcome:
        is_armed = False

        def arm_noted() -> bool:
            nonlocal is_armed
            is_armed = arm()
            return is_armed

        def work(modem: Modem, ask: Ask) -> Outcome:
            return modem.send(parcel, lambda: bool(ask(arm_noted)))

        try:
            return self._keeper.call(work)
        except (ModemAwayError, ModemError, SilentModemError) as error:
            # The engine itself raises only before the prompt; whatever happens, an armed segment is not called refused.
            if is_armed:
                return Unknown(code="cut-off", detail=str(error))
            code = error.code if isinstance(error, ModemAwayError) else "modem-silent"
            return Refused(is_permanent=False, code=code, detail=str(error), is_route=True)

    def _call(self, act: Callable[[Modem, Ask], T]) -> T:
        try:
            return self._keeper.call(act)
        except (ModemAwayError, ServiceCodeError) as error:
            raise RouteError(str(error), code=error.code) from error
        except (ModemError, SilentModemError) as error:
            raise RouteError(str(error), code="modem-silent") from error


def options_of(setup: RouteSetup, settings: ModemSettings) -> Options:
    """Give what the engine is told of the settings."""
    return Options(
        pin=setup.secrets.get("pin", ""),
        pin_notes=setup.folder / f"modem-{setup.name}.pin-tried",
        service_centre=settings.service_centre,
        validity=timedelta(hours=settings.validity_hours) if settings.validity_hours else None,
        submit_s=float(settings.answer_s),
    )


def make(setup: RouteSetup) -> ModemRoute:
    """Make the route without touching the device. Raises ValueError for settings that cannot work."""
    assert isinstance(setup.settings, ModemSettings)
    if setup.settings.port and setup.settings.usb:
        raise ValueError("either port or usb names the modem, not both")
    if setup.settings.usb:
        check_usb(setup.settings.usb)
    keeper = Keeper(setup.name, FoundModem(setup, setup.settings, find_ports), setup.bell)
    return ModemRoute(setup.name, setup.settings, keeper)


KIND = RouteKind(
    name="modem",
    title="مودم پیامک (سیم‌کارت)",
    channel="sms",
    settings=ModemSettings,
    optional_secrets=("pin",),
    capabilities=CAPABILITIES,
    make=make,
    explanations=EXPLANATIONS,
    carries=frozenset({"code", "service"}),
    daily_cap=DAILY_CAP,
    hourly_cap=HOURLY_CAP,
)
