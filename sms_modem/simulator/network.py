"""The network and the SIM behind the simulated modem: the truth of what went on the air.

They outlive the modem: a SIM keeps its counter and its messages over a loss of power, and the network keeps what it
could not deliver.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import datetime

import msgspec

from sms_modem.gsm import texts
from sms_modem.gsm.headers import Concatenation
from sms_modem.gsm.received import build_deliver, build_status_report
from sms_modem.gsm.submit import Submitted
from sms_modem.gsm.texts import Encoding

STATUS_DELIVERED = 0x00


class OnAir(msgspec.Struct, frozen=True):
    """One segment the network took."""

    number: str
    text: str
    concatenation: Concatenation | None
    reference: int
    pdu: bytes


class Sim:
    """A SIM card: identity, PIN, counter and store."""

    def __init__(self, imsi: str = "432110000000001", pin: str = "") -> None:
        self.imsi = imsi
        self.pin = pin
        self.tries_left = 3
        self.tried: list[str] = []
        """Every PIN that was typed."""
        self.last_reference = 255
        self.slots: dict[str, dict[int, bytes]] = {}
        """Store, place, PDU; modems' own stores are kept here as well."""

    def next_reference(self) -> int:
        """Count one submission."""
        self.last_reference = (self.last_reference + 1) % 256
        return self.last_reference


class Network:
    """What the network took, and what it has for the SIM."""

    def __init__(self, wall: Callable[[], datetime]) -> None:
        self._wall = wall
        self.on_air: list[OnAir] = []
        """Everything that was sent, in order: the truth."""
        self.waiting: deque[bytes] = deque()
        """PDUs for the SIM that were not delivered yet."""
        self.reports: deque[bytes] = deque()
        """Reports for the SIM that were not delivered yet."""
        self.answers: dict[str, str] = {}
        """Answers to service codes."""
        self.is_covered = True
        self.operator = "IR-MCI"
        self.signal = 21
        self.reports_come = True

    def take(self, submitted: Submitted, reference: int, pdu: bytes) -> None:
        """Take one segment; when a report was asked for it waits to be delivered."""
        content = submitted.content
        self.on_air.append(
            OnAir(submitted.number, content.text, content.header.concatenation, reference, pdu)
        )
        if submitted.wants_report and self.reports_come:
            at = self._wall()
            self.reports.append(build_status_report(reference, submitted.number, STATUS_DELIVERED, at, at))

    def send_to_sim(
        self,
        number: str,
        text: str,
        encoding: Encoding = "ucs2",
        concatenation: Concatenation | None = None,
    ) -> None:
        """Let somebody send one segment to the SIM."""
        data = texts.write(text, encoding, concatenation)
        self.waiting.append(build_deliver(number, self._wall(), data))

    def send_pdu_to_sim(self, pdu: bytes) -> None:
        """Let any octets arrive at the SIM as a message."""
        self.waiting.append(pdu)
