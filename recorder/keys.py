"""The box's own key, under which the key of every sealed recording is kept.

It lies in a file named by the configuration, outside the data folder: whoever carries the card or a backup of the
data away has sealed recordings and no key. It is made on first use. It is *not* made anew when sealed recordings
exist already: that would hide that all of them have become unreadable.
"""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from recorder.errors import KeyMissingError, KeyUnusableError, storage_error
from recorder.naming import SEALED
from recorder.storing import flush_folder

KEY_BYTES = 32
_MARK = "aminbox-recordings-key-1"


class BoxKey(msgspec.Struct, frozen=True):
    """The key, and the short name by which a recording knows it."""

    secret: bytes
    id: bytes

    def __repr__(self) -> str:
        return f"BoxKey(id={self.id.hex()})"


def box_key(secret: bytes) -> BoxKey:
    """Give the key of 32 secret bytes."""
    if len(secret) != KEY_BYTES:
        raise KeyUnusableError(f"a key has {KEY_BYTES} bytes, not {len(secret)}")
    import hashlib  # here, because it loads OpenSSL: 4 MB that a line without a key does without

    return BoxKey(secret, hashlib.blake2b(secret, digest_size=8, person=b"aminbox key id").digest())


def open_key(path: Path, recordings: Path, *, data: Path | None = None) -> BoxKey:
    """Read the key, or make it when nothing was ever sealed. Raises `KeyMissingError`, `KeyUnusableError`.

    `data` is the data folder: a backup of it must not carry the key beside what it seals.
    """
    if beside := is_beside(path, recordings, data):
        raise KeyUnusableError(
            f"the key {path} lies in {beside} beside what it seals: put it outside the data folder"
        )
    if path.exists():
        return read_key(path)
    if sealed := next(recordings.rglob(f"*{SEALED}*"), None):
        raise KeyMissingError(
            f"the key {path} is gone, but there are recordings sealed with it ({sealed.name} and maybe more): "
            "put it back from the emergency kit; a new key would not open them"
        )
    return _make_key(path)


def is_beside(path: Path, recordings: Path, data: Path | None) -> Path | None:
    """Give the folder in which the key would lie beside what it seals, or None."""
    for folder in (recordings, data):
        if folder is not None and path.resolve().is_relative_to(folder.resolve()):
            return folder
    return None


def read_key(path: Path) -> BoxKey:
    """Read the key. Raises `KeyMissingError`, or `KeyUnusableError` when it is none or others may read it."""
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="ascii")
    except FileNotFoundError:
        raise KeyMissingError(f"there is no key {path}: put it back from the emergency kit") from None
    except UnicodeDecodeError:
        raise KeyUnusableError(f"{path} is no key file") from None
    except OSError as error:
        raise storage_error(error, f"cannot read the key {path}") from error
    if mode & 0o077:
        raise KeyUnusableError(f"others may read the key {path}: chmod 600 it")
    mark, _, written = text.strip().partition(" ")
    try:
        secret = bytes.fromhex(written)
    except ValueError:
        secret = b""
    if mark != _MARK or len(secret) != KEY_BYTES:
        raise KeyUnusableError(f"{path} is no key file of recordings, or only half of one")
    return box_key(secret)


def _make_key(path: Path) -> BoxKey:
    key = box_key(os.urandom(KEY_BYTES))
    part = path.with_name(f"{path.name}.{os.urandom(4).hex()}.part")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            os.write(descriptor, f"{_MARK} {key.secret.hex()}\n".encode())
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        try:
            os.link(part, path)
        except FileExistsError:
            return read_key(path)
        finally:
            part.unlink()
        flush_folder(path.parent)
    except OSError as error:
        raise storage_error(error, f"cannot make the key {path}") from error
    return key
