"""The modem's stores of received messages and reports: chosen, listed, and emptied one by one.

A message is deleted by its place, after whoever asked for it has stored it, and never by ``AT+CMGD``'s flags: those
would take messages that arrived meanwhile.
"""

from __future__ import annotations

import hashlib
import itertools
import re

import msgspec

from sms_modem.at.channel import Channel, ModemError
from sms_modem.at.lines import Line
from sms_modem.at.notices import split_parameters

LIST_S = 30.0
DELETE_S = 15.0
_KNOWN = ("SM", "ME", "SR")
"""SIM, modem, and status reports (TS 27.005, 3.1); MT is the first two together and listed only without them."""
_RECEIVED = ("0", "1")
"""Received unread, received read; 2 and 3 are drafts, which are left alone."""
_GROUP = re.compile(r"\(([^()]*)\)")
ROUTINGS = ("2,1,0,2,0", "2,1,0,1,0", "1,1,0,2,0", "1,1,0,1,0", "3,1,0,1,0", "2,1,0,0,0", "1,1,0,0,0", "2,1")
"""``AT+CNMI`` in the order of preference: a message is stored and told (never handed over without a trace, mt=2);
a report is stored and told, then handed over, then neither. Modems refuse what they do not know."""


class Stored(msgspec.Struct, frozen=True):
    """One message or report in a store."""

    store: str
    index: int
    length: int
    """Octets of the unit without the service centre, as announced."""
    pdu: bytes

    @property
    def digest(self) -> str:
        """A short name of its content."""
        return hashlib.sha256(self.pdu).hexdigest()[:20]


class Stores:
    """The stores of one modem, as long as its port is open."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._names: tuple[str, ...] = ("SM",)
        self._sizes: dict[str, int] = {}
        self._routing = ""
        self._full: set[str] = set()

    @property
    def is_full(self) -> bool:
        """Whether a store for messages had no room left when it was looked at last: new ones wait outside."""
        return bool(self._full)

    def choose(self) -> None:
        """Find the stores, let new messages go to the largest, and ask to be told of them."""
        offered = self._offered()
        self._names = tuple(name for name in _KNOWN if name in offered[0]) or offered[0][:1] or ("SM",)
        for name in self._names:
            self._select(name)
        kept = [name for name in offered[2] if name in self._sizes and name != "SR"]
        target = max(kept or self._names[:1], key=lambda name: self._sizes.get(name, 0))
        for places in ((target,) * 3, (target,) * 2):
            if self._accepts("AT+CPMS=" + ",".join(f'"{name}"' for name in places)):
                break
        self._routing = next((routing for routing in ROUTINGS if self._accepts(f"AT+CNMI={routing}")), "")

    def is_set_up(self) -> bool:
        """Say whether the modem still does what `choose` asked for; one that restarted unseen does not."""
        try:
            lines = self._channel.command("AT+CNMI?", "+CNMI")
        except ModemError:
            return True
        told = [split_parameters(line.text.partition(":")[2]) for line in lines if line.is_clean]
        return not told or ",".join(told[0]).startswith(self._routing)

    def has_mail(self) -> bool:
        """Say whether any store holds something, and note whether one is full."""
        used = [self._select(name) for name in self._names]
        return any(used)

    def list_all(self) -> list[Stored]:
        """Give everything received that is stored, and can be read without a stray octet."""
        return [stored for name in self._names if self._select(name) != 0 for stored in self._list(name)]

    def read(self, store: str, index: int) -> Stored | None:
        """Give what stands at one place; None when nothing does."""
        self._select(store)
        try:
            lines = self._channel.command(f"AT+CMGR={index}", "+CMGR", patience_s=LIST_S)
        except ModemError:
            return None
        for header, pdu in _pairs(lines, "+CMGR"):
            parameters = split_parameters(header.text.partition(":")[2])
            if parameters and parameters[0] in _RECEIVED:
                return _stored(store, index, parameters[-1], pdu)
        return None

    def delete(self, store: str, index: int) -> None:
        """Delete what stands at one place. Raises `ModemError`."""
        self._select(store)
        self._channel.command(f"AT+CMGD={index}", patience_s=DELETE_S)

    def _list(self, name: str) -> list[Stored]:
        try:
            lines = self._channel.command("AT+CMGL=4", "+CMGL", patience_s=LIST_S)
        except ModemError:  # some modems cannot list every store, or stumble over one message
            return self._read_each(name)
        found = []
        for header, pdu in _pairs(lines, "+CMGL"):
            parameters = split_parameters(header.text.partition(":")[2])
            if len(parameters) >= 3 and parameters[0].isdigit() and parameters[1] in _RECEIVED:
                stored = _stored(name, int(parameters[0]), parameters[-1], pdu)
                if stored is not None:
                    found.append(stored)
        return found

    def _read_each(self, name: str) -> list[Stored]:
        places = (self.read(name, index) for index in range(self._sizes.get(name, 0) + 1))
        return [stored for stored in places if stored is not None]

    def _select(self, name: str) -> int:
        """Make a store the one that is read; give how many it holds, 1 when it does not tell."""
        try:
            lines = self._channel.command(f'AT+CPMS="{name}"', "+CPMS", patience_s=LIST_S)
        except ModemError:
            self._names = tuple(other for other in self._names if other != name) or self._names
            return 0
        numbers = [part for line in lines for part in split_parameters(line.text.partition(":")[2])]
        if len(numbers) < 2 or not (numbers[0].isdigit() and numbers[1].isdigit()):
            return 1
        used, size = int(numbers[0]), int(numbers[1])
        self._sizes[name] = size
        (self._full.add if used >= size > 0 and name != "SR" else self._full.discard)(name)
        return used

    def _offered(self) -> list[tuple[str, ...]]:
        """Give the names for reading, writing and receiving, as far as the modem tells them."""
        try:
            lines = self._channel.command("AT+CPMS=?", "+CPMS")
        except ModemError:
            return [("SM",)] * 3
        groups = [
            tuple(name.strip().strip('"') for name in group.split(","))
            for line in lines
            for group in _GROUP.findall(line.text)
        ]
        groups = groups or [("SM",)]
        return (groups + [groups[-1]] * 3)[:3]

    def _accepts(self, command: str) -> bool:
        try:
            self._channel.command(command)
        except ModemError:
            return False
        return True


def _pairs(lines: list[Line], name: str) -> list[tuple[Line, Line]]:
    """Give each header with the PDU behind it; a pair with a stray octet is left for the next time."""
    return [
        (header, pdu)
        for header, pdu in itertools.pairwise(lines)
        if header.text.startswith(name) and not pdu.text.startswith(name) and header.is_clean and pdu.is_clean
    ]


def _stored(store: str, index: int, length: str, pdu: Line) -> Stored | None:
    try:
        octets = bytes.fromhex(pdu.text)
        announced = int(length)
    except ValueError:
        return None
    # Octets lost on the way: the length in front of the service centre tells.
    if announced not in (len(octets), len(octets) - 1 - (octets[0] if octets else 0)):
        return None
    return Stored(store, index, announced, octets)
