"""Errors of the office's rules, raised by the domain and put into Persian by the panel."""

from __future__ import annotations


class OfficeError(Exception):
    """A rule of the office was not met; the message is for engineers, the panel words it for users."""


class NotFoundError(OfficeError, LookupError):
    """There is no such record, or the user may not know of it."""


class NotAllowedError(OfficeError, PermissionError):
    """The user's role lacks the permission."""


class InvalidInputError(OfficeError, ValueError):
    """A field has a value that its rule refuses."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}")
        self.field = field
        self.problem = problem


class ConflictError(OfficeError):
    """Somebody else changed the record first; nothing was overwritten."""


class SignInError(OfficeError):
    """User name and password do not fit, or the account is switched off."""


class LockedOutError(SignInError):
    """Too many wrong passwords; the account opens again by itself."""
