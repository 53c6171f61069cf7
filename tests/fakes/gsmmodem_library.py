"""What python-gsmmodem-new's `GsmModem` does as far as the route uses it, and the errors it raises."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any


class TimeoutException(Exception):  # the library's name
    """The modem did not answer; the message may have left."""


class CommandError(Exception):
    """The modem answered with an error."""

    def __init__(self, kind: str | None, code: int | None) -> None:
        super().__init__("refused")
        self.type, self.code = kind, code


class FakeLibrary:
    """One modem."""

    def __init__(self, fails: Exception | None = None, *, is_plugged: bool = True) -> None:
        self.fails = fails
        self.is_plugged = is_plugged
        self.sent: list[str] = []
        self.stored: list[Any] = []
        self.closed = 0
        self._index = 0

    def connect(self, pin: str | None = None) -> None:
        if not self.is_plugged:
            raise OSError("could not open port")

    def sendSms(self, destination: str, text: str) -> None:
        if not isinstance(self.fails, CommandError):
            self.sent.append(text)
        if self.fails is not None:
            raise self.fails

    def listStoredSms(self, status: int = 4) -> list[Any]:
        return list(self.stored)

    def deleteStoredSms(self, index: int) -> None:
        self.stored = [one for one in self.stored if getattr(one, "index", None) != index]

    def close(self) -> None:
        self.closed += 1

    def receive(self, text: str) -> None:
        """Let a message come in."""
        self._index += 1
        at = datetime(2026, 11, 22, 8, self._index, tzinfo=UTC)
        message = SimpleNamespace(index=self._index, number="+989350000003", text=text, time=at, udh=[])
        self.stored.append(message)
