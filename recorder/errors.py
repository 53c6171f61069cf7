"""What can go wrong with a recording; every message says what was expected, what came, and what helps."""

from __future__ import annotations

import errno


class RecorderError(Exception):
    """The base of all of them."""


class StorageError(RecorderError, OSError):
    """The disk refused to store or give a recording."""


class StorageFullError(StorageError):
    """There is no room left, or less than the share that must stay free."""


class KeyMissingError(RecorderError, FileNotFoundError):
    """The key of sealed recordings is not where the configuration says."""


class KeyUnusableError(RecorderError, ValueError):
    """The key file is no key, may be read by others, or is not the one a recording was sealed with."""


class SealBrokenError(RecorderError, ValueError):
    """A sealed recording was cut short or changed."""


class UnplayableError(RecorderError, ValueError):
    """A file holds no sound that can be played."""


FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def storage_error(error: OSError, doing: str) -> StorageError:
    """Put the system's own error into ours."""
    kind = StorageFullError if error.errno in FULL else StorageError
    return kind(error.errno, f"{doing}: {error.strerror or error}")
