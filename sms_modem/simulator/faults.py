"""What can go wrong on demand, one at a time and in the order it was asked for."""

from __future__ import annotations

from collections import deque
from typing import Literal, get_args

SendFault = Literal[
    "no-prompt",
    "refused-before",
    "refused-no-network",
    "refused-no-sim",
    "refused-bad-pdu",
    "silent-accepted",
    "silent-lost",
    "silent-failed",
    "cms-500-accepted",
    "cms-500-lost",
    "cms-512-accepted",
    "error-accepted",
    "error-lost",
    "reference-lost",
    "ok-lost",
    "late-accepted",
    "unplug-at-prompt",
    "unplug-before-accepted",
    "unplug-after-accepted",
    "reboot-at-prompt",
    "reboot-before-accepted",
    "reboot-after-accepted",
    "reference-garbled",
    "ctrl-z-garbled",
    "pdu-garbled",
]
"""Faults of one submission. ``accepted``: it is on the air; ``lost``: it never left the modem; ``failed``: the counter
moved and the network did not take it."""
SEND_FAULTS: tuple[SendFault, ...] = get_args(SendFault)


class Faults:
    """The faults that wait for their turn."""

    def __init__(self) -> None:
        self._waiting: deque[SendFault | None] = deque()

    def next_send(self, *faults: SendFault | None) -> None:
        """Let the next submissions fail in these ways, in order; None lets one pass."""
        self._waiting.extend(faults)

    def take(self) -> SendFault | None:
        """Give the fault of the submission that begins now."""
        return self._waiting.popleft() if self._waiting else None
