"""The panel's secret key: made once on this box, kept in the data folder, readable by its owner only."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

FILE_NAME = "panel.key"
KEY_BYTES = 32


class SecretKeyError(RuntimeError):
    """The key cannot be read or made; the message says what to do."""


def secret_key(data_folder: Path) -> bytes:
    """Give the key, making it at the first start. Two processes that start at once agree on one."""
    path = data_folder / FILE_NAME
    try:
        if not path.exists():
            _make(path)
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except (OSError, ValueError) as error:
        raise SecretKeyError(
            f"the key file {path} cannot be used ({error}): check the folder's owner and that the disk is "
            "neither full nor read-only; a damaged key file may be removed, everybody then signs in anew"
        ) from error
    if len(key) < KEY_BYTES:
        raise SecretKeyError(f"the key file {path} is too short: remove it, everybody then signs in anew")
    return key


def _make(path: Path) -> None:
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(part, path)
    finally:
        part.unlink(missing_ok=True)
