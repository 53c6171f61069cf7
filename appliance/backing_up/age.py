"""Sealing with age (age-encryption.org/v1) through its own program: to public keys, never with a password.

The box keeps the owner's public key only. The private key is on the owner's paper, so a stolen card opens no backup.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from appliance.backing_up.copies import BackupError

RECIPIENT = re.compile(r"age1[02-9ac-hj-np-z]{58}")
"""A public key: Bech32 of 32 bytes (age, recipients of X25519)."""
TIMEOUT_S = 3600


def make_key() -> tuple[str, str]:
    """Give a new private and its public key. Raises `BackupError`."""
    text = _run([_program("age-keygen")])
    private = next(line for line in text.splitlines() if line.startswith("AGE-SECRET-KEY-"))
    return private, public_of(private)


def public_of(private: str) -> str:
    """Give the public key of a private one. Raises `BackupError` when it is none."""
    return _run([_program("age-keygen"), "-y"], private.strip().upper() + "\n").strip()


def seal(source: Path, target: Path, recipients: list[str]) -> None:
    """Encrypt a file to public keys. Raises `BackupError`."""
    target.unlink(missing_ok=True)
    words = [word for recipient in recipients for word in ("-r", recipient)]
    _run([_program("age"), *words, "-o", str(target), str(source)])


def unseal(source: Path, target: Path, private: str) -> None:
    """Decrypt a file; a torn or changed one is refused whole. Raises `BackupError`."""
    target.unlink(missing_ok=True)
    try:
        _run([_program("age"), "-d", "-i", "-", "-o", str(target), str(source)], private.strip() + "\n")
    except BackupError:
        target.unlink(missing_ok=True)
        raise


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise BackupError("no-age", f"the program {name} is missing: apt-get install age")
    return found


def _run(words: list[str], text: str = "") -> str:
    try:
        done = subprocess.run(words, input=text, capture_output=True, text=True, timeout=TIMEOUT_S)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise BackupError("no-age", str(error)) from error
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["no reason given"]
        raise BackupError("no-key" if "identity" in lines[0] or "recipient" in lines[0] else "torn", lines[0])
    return done.stdout
