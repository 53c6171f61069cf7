"""Ed25519 signatures of updates (RFC 8032) through libsodium."""

from __future__ import annotations

import base64
import binascii
from pathlib import Path

from nacl.exceptions import CryptoError
from nacl.signing import SigningKey, VerifyKey

KEY_BYTES = 32
SIGNATURE_BYTES = 64
KEYS_FOLDER = Path("/usr/share/aminbox/update-keys")


def make_pair() -> tuple[bytes, bytes]:
    """Give a new private and its public key, 32 bytes each."""
    key = SigningKey.generate()
    return bytes(key), bytes(key.verify_key)


def sign(data: bytes, private_key: bytes) -> bytes:
    """Give the signature of some bytes."""
    return bytes(SigningKey(private_key).sign(data).signature)


def is_signed(data: bytes, signature: bytes, public_key: bytes) -> bool:
    """Tell whether a key made the signature of exactly these bytes."""
    try:
        VerifyKey(public_key).verify(data, signature)
    except (CryptoError, ValueError, TypeError):
        return False
    return True


def read_keys(folder: Path = KEYS_FOLDER) -> list[bytes]:
    """Give the public keys of a folder's ``.pub`` files (base64); files that hold none are passed over."""
    keys = []
    for path in sorted(folder.glob("*.pub")):
        try:
            key = base64.b64decode(path.read_text(encoding="ascii").strip(), validate=True)
        except (OSError, ValueError, binascii.Error):
            continue
        if len(key) == KEY_BYTES:
            keys.append(key)
    return keys
