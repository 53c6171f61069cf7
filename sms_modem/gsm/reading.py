"""Reading octets one after another, with one error for what ends too early or makes no sense."""

from __future__ import annotations


class PduError(ValueError):
    """The octets are no protocol unit this box can read; the message says what was expected."""


class Reader:
    """A cursor over the octets of one protocol unit."""

    def __init__(self, octets: bytes) -> None:
        self._octets = octets
        self._at = 0

    def octet(self) -> int:
        """Give the next octet."""
        return self.octets(1)[0]

    def octets(self, count: int) -> bytes:
        """Give the next `count` octets."""
        if self._at + count > len(self._octets):
            raise PduError(f"the PDU ends after {len(self._octets)} octets, {self._at + count} were expected")
        taken = self._octets[self._at : self._at + count]
        self._at += count
        return taken

    def rest(self) -> bytes:
        """Give everything that is left."""
        return self.octets(len(self._octets) - self._at)

    @property
    def is_at_end(self) -> bool:
        """Whether nothing is left."""
        return self._at >= len(self._octets)
