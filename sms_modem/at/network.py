"""Signal, operator and registration, kept up to date from answers and unasked lines alike."""

from __future__ import annotations

from sms_modem.at.channel import Channel, ModemError
from sms_modem.at.notices import Notice, split_parameters

_REGISTERED = frozenset({1, 5, 6, 7, 9, 10})
"""Home and roaming, also for messages only (TS 27.007, 7.2)."""
_DOMAINS = ("+CREG", "+CGREG", "+CEREG")
_UNKNOWN_SIGNAL = 99
_STRONGEST = 31
"""-51 dBm or more (TS 27.007, 8.5)."""
OPERATOR_S = 10.0


class Network:
    """What is known of the network."""

    def __init__(self) -> None:
        self.signal_percent: int | None = None
        """0-100 of the modem's own scale; None when it cannot tell."""
        self.operator = ""
        self._states: dict[str, int] = {}

    @property
    def is_registered(self) -> bool | None:
        """Whether messages can leave; None when no domain has told anything."""
        if not self._states:
            return None
        return any(state in _REGISTERED for state in self._states.values())

    def subscribe(self, channel: Channel) -> None:
        """Ask to be told of changes, and read how things are."""
        for domain in _DOMAINS:
            _try(channel, f"AT{domain}=1")
        _try(channel, "AT+COPS=3,0")
        self.refresh(channel)

    def refresh(self, channel: Channel) -> None:
        """Read registration, signal and operator; what a modem refuses to tell stays as it was."""
        for domain in _DOMAINS:
            for parameters in _ask(channel, f"AT{domain}?", domain):
                if len(parameters) > 1 and parameters[1].isdigit():
                    self._states[domain] = int(parameters[1])
        for parameters in _ask(channel, "AT+CSQ", "+CSQ"):
            self._hear_signal(parameters)
        for parameters in _ask(channel, "AT+COPS?", "+COPS", OPERATOR_S):
            self.operator = parameters[2] if len(parameters) > 2 else ""

    def hear(self, notice: Notice) -> bool:
        """Take in an unasked line; True when it was about the network."""
        if notice.name in _DOMAINS:
            state = notice.number(0)
            if state is not None and notice.is_clean:
                self._states[notice.name] = state
            return True
        if notice.name == "+CSQ":
            self._hear_signal(notice.parameters)
            return True
        return False

    def _hear_signal(self, parameters: tuple[str, ...]) -> None:
        if not parameters or not parameters[0].isdigit():
            return
        level = int(parameters[0])
        known = level != _UNKNOWN_SIGNAL and level <= _STRONGEST
        self.signal_percent = round(100 * level / _STRONGEST) if known else None


def _ask(channel: Channel, command: str, awaited: str, patience_s: float = 5.0) -> list[tuple[str, ...]]:
    try:
        lines = channel.command(command, awaited, patience_s=patience_s)
    except ModemError:
        return []
    return [
        split_parameters(line.text.partition(":")[2])
        for line in lines
        if line.is_clean and line.text.startswith(awaited)
    ]


def _try(channel: Channel, command: str) -> bool:
    try:
        channel.command(command)
    except ModemError:
        return False
    return True
