"""The network's references of sent segments: one counter on the SIM, and whether it can be relied on.

TP-MR grows by one with each submission and is kept on the SIM (3GPP TS 23.040, 9.2.3.6). So a reference that
follows the last known one proves that nothing in between was submitted. That is only worth something when the modem
keeps the counter as it should; one that was seen not to is not believed again.
"""

from __future__ import annotations

MODULUS = 256
_AFTER_RESET = (0, 1)
"""What a counter that was reset gives first."""


class ReferenceCounter:
    """Watches the references of one SIM in one modem."""

    def __init__(self) -> None:
        self._last: int | None = None
        self._open = 0
        self._is_first = True
        self._resets = False
        self._is_odd = False

    def connected(self) -> None:
        """The modem was opened anew; it may have been without power."""
        self._is_first = True

    def unanswered(self) -> None:
        """A submission ended without a reference, so the next one may skip some."""
        self._open += 1

    def is_behind(self, reference: int) -> bool:
        """Say whether a reference is certainly not that of a new submission."""
        if self._last is None or self._is_odd or self._resets or self._is_first:
            return False
        return not 1 <= (reference - self._last) % MODULUS <= self._open + 1

    def accept(self, reference: int) -> bool:
        """Take in a reference; give whether it may be used to judge what happened before it."""
        follows = self._last is not None and reference == (self._last + 1) % MODULUS
        if self._last is not None and not self._open and not follows:
            if self._is_first:
                self._resets = True
            else:
                self._is_odd = True
        is_reset = self._is_first and (self._resets or reference in _AFTER_RESET)
        self._last, self._open, self._is_first = reference, 0, False
        return not is_reset and not self._is_odd
