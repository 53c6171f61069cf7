"""The simulated modem's stores: places for messages, and no more than there are."""

from __future__ import annotations

from sms_modem.simulator.makers import Maker
from sms_modem.simulator.network import Sim


class Slots:
    """The places of one modem and its SIM."""

    def __init__(self, maker: Maker, sim: Sim) -> None:
        self._maker = maker
        self._sim = sim

    def of(self, store: str) -> dict[int, bytes]:
        """Give what stands where in a store."""
        return self._sim.slots.setdefault(store, {})

    def put(self, store: str, pdu: bytes) -> int | None:
        """Store a PDU; give its place, None when the store is full."""
        first, taken = self._maker.first_index, self.of(store)
        for index in range(first, first + self._maker.stores[store]):
            if index not in taken:
                taken[index] = pdu
                return index
        return None

    def handed_out(self, pdu: bytes) -> bytes:
        """Give a PDU as this maker hands it out."""
        return pdu[1 + pdu[0] :] if self._maker.omits_service_centre else pdu
