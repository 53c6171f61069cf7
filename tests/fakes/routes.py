"""A way out that keeps the truth of what went on the air, and fails as it is told to.

It obeys the physics of the real ones: nothing is on the air before `arm`, a modem's reference grows by one for each
part that leaves, a provider with a key does not send one twice, and a sent list tells what is really there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from sms_modem.routes import (
    Accepted,
    Arm,
    Arrival,
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
    Unknown,
)

Fate = Literal[
    "ok",
    "later",
    "never",
    "blocked",
    "no-network",
    "lost-before",
    "lost-after",
    "raise-before",
    "raise-after",
]
"""What becomes of a batch: accepted; refused for now, for good, by the receiver, by the route; no answer with
nothing sent or with all sent; an OSError before or after arming."""

KEYED = Capabilities(batch=200, has_idempotency_key=True, key_hours=12, reports="polled", can_receive=True)
LISTED = Capabilities(batch=100, can_search_sent=True, search_hours=24, reports="polled")
PLAIN = Capabilities(batch=1)
MODEM = Capabilities(unit="segment", counts_references=True, reports="pushed", can_receive=True)


class Cut(BaseException):
    """The power goes."""


class FakeRoute:
    """One route whose other side is in the test's hand."""

    def __init__(
        self, *fates: Fate, capabilities: Capabilities = KEYED, name: str = "fake", price: int | None = None
    ):
        self.name = name
        self.capabilities = capabilities
        self.fates = list(fates)
        self.air: list[Parcel] = []
        """What really left, in order."""
        self.asked = 0
        self.arrivals: list[Arrival] = []
        self.acknowledged: list[str] = []
        self.is_ready = True
        self.can_be_asked = True
        self.left_rial = 1_000_000.0
        self.cut_before_arm = self.cut_after_arm = self.cut_after_air = False
        self._price = price
        self._reference = 0
        self.references: dict[tuple[str, int], int] = {}
        """TP-MR of each part that left."""
        self._keys: dict[int, str] = {}

    def open(self) -> None:
        if not self.is_ready:
            raise RouteError("no such port", code="no-device")

    def send(self, parcels: Sequence[Parcel], arm: Arm) -> list[Outcome]:
        self.asked += 1
        fate = self.fates.pop(0) if self.fates else "ok"
        if self.cut_before_arm:
            raise Cut
        refusals: dict[Fate, Refused] = {
            "later": Refused(is_permanent=False, code="busy"),
            "no-network": Refused(is_permanent=False, code="no-network", is_route=True),
        }
        if fate == "raise-before":
            raise ConnectionRefusedError("nobody listens")
        if fate == "no-network":
            return [refusals[fate]] * len(parcels)
        if not arm(parcels):
            return [Refused(is_permanent=False, code="withdrawn")] * len(parcels)
        if self.cut_after_arm:
            raise Cut
        if fate == "raise-after":
            raise ConnectionResetError("cut")
        if fate == "lost-before":
            return [Unknown(code="timeout")] * len(parcels)
        if fate == "later":
            return [refusals[fate]] * len(parcels)
        if fate == "never":
            return [Refused(is_permanent=True, code="bad-number")] * len(parcels)
        if fate == "blocked":
            return [Refused(is_permanent=True, code="blocked", is_blocked=True)] * len(parcels)
        accepted = [self._put_on_air(parcel) for parcel in parcels]
        if self.cut_after_air:
            raise Cut
        return [Unknown(code="timeout")] * len(parcels) if fate == "lost-after" else accepted

    def settle(self, asked: Sequence[Asked]) -> list[Outcome]:
        if not self.can_be_asked:
            raise RouteError("no network", code="no-network")
        return [
            Accepted(reference=self._keys[one.parcel.client_key], cost_rial=self._price)
            if one.parcel.client_key in self._keys
            else Refused(is_permanent=False, code="not-sent")
            for one in asked
        ]

    def look_up(self, asked: Sequence[Asked]) -> list[Report]:
        return [
            Report(reference=one.reference, number=one.parcel.number, state="delivered")
            for one in asked
            if one.parcel.client_key in self._keys
        ]

    def fetch(self, cursor: str) -> Fetched:
        return Fetched(arrivals=tuple(self.arrivals), cursor=cursor)

    def acknowledge(self, tokens: Sequence[str]) -> None:
        self.acknowledged += tokens
        self.arrivals = [one for one in self.arrivals if one.token not in tokens]

    def credit(self) -> Credit:
        return Credit(amount=self.left_rial, unit="rial")

    def health(self) -> Health:
        return Health(is_ready=self.is_ready, code="" if self.is_ready else "no-network")

    def close(self) -> None:
        pass

    def _put_on_air(self, parcel: Parcel) -> Outcome:
        if self.capabilities.has_idempotency_key and parcel.client_key in self._keys:
            return Accepted(reference=self._keys[parcel.client_key], cost_rial=self._price)
        self.air.append(parcel)
        self.left_rial -= self._price or 0
        if self.capabilities.counts_references:
            self._reference = (self._reference + 1) % 256
            self.references[parcel.message_id, parcel.part] = self._reference
            return Accepted(reference=str(self._reference), counter="sim-1")
        self._keys[parcel.client_key] = f"r{len(self.air)}"
        return Accepted(reference=self._keys[parcel.client_key], cost_rial=self._price)
