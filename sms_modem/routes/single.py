"""The interface the first outbox worker hands single messages to, until it speaks the one of `sms_modem.routes`."""

from __future__ import annotations

from typing import Protocol


class SendError(Exception):
    """A route refused a message; `permanent` says whether trying again can help."""

    def __init__(self, message: str, *, permanent: bool) -> None:
        super().__init__(message)
        self.permanent = permanent


class Route(Protocol):
    """One way out."""

    name: str

    def send(self, message_id: str, number: str, body: str) -> None:
        """Hand a message over; returning means it was accepted.

        Raises `SendError` when it was certainly not accepted. Any other failure leaves the outcome unknown.
        """
        ...
