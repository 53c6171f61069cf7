"""Recordings sealed at rest: written by appending, read anywhere, and whole or refused.

A file begins with a header that holds the file's own random key, sealed with the box key. Then come pieces of up
to 64 KiB, each sealed by itself (XChaCha20-Poly1305, draft-irtf-cfrg-xchacha section 2) under its number in the
file, so a piece that was changed, moved, repeated or taken from another file does not open. A last piece says how
many there were, so a file that was cut short is told from a whole one.

While a call is recorded each piece is what reaches the disk at once (a page of about a second), therefore a crash
costs the piece in progress and no more. A nonce is never used twice: a piece's nonce is its number and 64 random
bits of the one time the file was opened for writing.
"""

from __future__ import annotations

import bisect
import os
import struct
from pathlib import Path
from typing import TYPE_CHECKING, Self

from recorder.errors import KeyUnusableError, SealBrokenError, StorageError
from recorder.keys import KEY_BYTES, BoxKey
from recorder.storing import PlainBytes, PlainFile

if TYPE_CHECKING:
    from nacl.secret import Aead

LARGEST_PIECE = 64 << 10
_MAGIC = b"AMINBOX-SEALED-1"
_HEADER = struct.Struct("<16s8s24s48s")
"""Magic, id of the box key, nonce, sealed key of the file."""
HEADER_BYTES = _HEADER.size
_PIECE = struct.Struct("<I8s")
"""Length of the sealed bytes (with `_FINAL`), and the writing's random bits."""
_FINAL = 1 << 31
_TOTALS = struct.Struct("<QQ")
_TAG = 16


class SealedFile:
    """A growing file that keeps its bytes sealed."""

    def __init__(self, path: Path, key: BoxKey) -> None:
        """Make the file. Raises `StorageError`."""
        secret, nonce = os.urandom(KEY_BYTES), os.urandom(24)
        self.path = path
        self._aead = _cipher(secret)
        self._salt = os.urandom(8)
        self._count = 0
        self._inside = 0
        self._file = PlainFile(path)
        try:
            sealed = _cipher(key.secret).encrypt(secret, _MAGIC + key.id, nonce).ciphertext
            self._file.append(_HEADER.pack(_MAGIC, key.id, nonce, sealed))
        except BaseException:
            self._file.close()
            raise

    @property
    def size(self) -> int:
        """Bytes the file has on the disk."""
        return self._file.size

    def append(self, data: bytes) -> None:
        """Add bytes as pieces of their own. Raises `StorageError`; then the last piece that fitted is the last."""
        for start in range(0, len(data), LARGEST_PIECE):
            self._append(data[start : start + LARGEST_PIECE], 0)

    def flush(self) -> None:
        """Return when everything appended would survive a power cut. Raises `StorageError`."""
        self._file.flush()

    def finish(self, final: Path) -> None:
        """Add the last piece and give the file its final name. Raises `StorageError`."""
        self._append(_TOTALS.pack(self._count, self._inside), _FINAL)
        self._file.finish(final)

    def close(self) -> None:
        """Let go; closing twice is harmless."""
        self._file.close()

    def _append(self, piece: bytes, mark: int) -> None:
        length = (len(piece) + _TAG) | mark
        nonce = self._salt + struct.pack("<QQ", 0, self._count)
        sealed = self._aead.encrypt(piece, struct.pack("<QI", self._count, length), nonce).ciphertext
        try:
            self._file.append(_PIECE.pack(length, self._salt) + sealed)
        except StorageError:
            self._salt = os.urandom(8)
            raise
        self._count += 1
        self._inside += len(piece)


class SealedBytes:
    """What is inside a sealed file, read anywhere; only the pieces asked for are opened."""

    def __init__(self, path: Path, key: BoxKey, *, is_finished: bool = True) -> None:
        """Open the file and find its pieces.

        Raises `KeyUnusableError` when it was sealed with another key, `SealBrokenError` when it is no sealed file
        or, while `is_finished`, was cut short.
        """
        self._file = PlainBytes(path)
        self._name = path.name
        self._last: tuple[int, bytes] = (-1, b"")
        self._pieces: list[tuple[int, int, bytes]] = []
        self._starts: list[int] = []
        self.size = 0
        """Bytes inside."""
        self.whole_until = 0
        """Offset in the file behind the last piece that is there to its last byte."""
        try:
            self._aead = _cipher(self._file_key(key))
            is_whole = self._find_pieces()
            if is_finished and not is_whole:
                raise SealBrokenError(f"{path.name} was cut short; restore it from a backup")
        except BaseException:
            self._file.close()
            raise

    def read(self, offset: int, count: int) -> bytes:
        """Give up to `count` bytes from `offset`; fewer only at the end. Raises `SealBrokenError`."""
        end = min(offset + max(count, 0), self.size)
        if offset >= end:
            return b""
        first = bisect.bisect_right(self._starts, offset) - 1
        parts, place = [], first
        while place < len(self._pieces) and self._starts[place] < end:
            parts.append(self._open(place))
            place += 1
        skip = offset - self._starts[first]
        return b"".join(parts)[skip : skip + end - offset]

    def end_where_it_breaks(self) -> None:
        """Open every piece, and take the first that does not open for the end of the file."""
        for place in range(len(self._pieces)):
            try:
                self._open(place)
            except SealBrokenError:
                self.size, self.whole_until = self._starts[place], self._pieces[place][0] - _PIECE.size
                del self._pieces[place:], self._starts[place:]
                return

    def close(self) -> None:
        """Let go; closing twice is harmless."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def _file_key(self, key: BoxKey) -> bytes:
        header = self._file.read(0, _HEADER.size)
        if len(header) < _HEADER.size or not header.startswith(_MAGIC):
            raise SealBrokenError(f"{self._name} does not begin like a sealed recording")
        _magic, key_id, nonce, sealed = _HEADER.unpack(header)
        if key_id != key.id:
            raise KeyUnusableError(
                f"{self._name} was sealed with the key {key_id.hex()}, and the box has {key.id.hex()}"
            )
        return _opened(_cipher(key.secret), sealed, _MAGIC + key_id, nonce, self._name)

    def _find_pieces(self) -> bool:
        """Note where the pieces are; tell whether the file is whole and its last piece agrees."""
        at, whole = _HEADER.size, self._file.size
        self.whole_until = at
        while len(head := self._file.read(at, _PIECE.size)) == _PIECE.size:
            length, salt = _PIECE.unpack(head)
            size, is_final = length & ~_FINAL, bool(length & _FINAL)
            start, at = at + _PIECE.size, at + _PIECE.size + size
            if not _TAG <= size <= LARGEST_PIECE + _TAG or at > whole:
                return False
            if is_final:
                if not self._agrees(start, size, length, salt):
                    return False
                self.whole_until = at
                return bool(at == whole)
            self._pieces.append((start, size, salt))
            self._starts.append(self.size)
            self.size += size - _TAG
            self.whole_until = at
        return False

    def _agrees(self, start: int, size: int, length: int, salt: bytes) -> bool:
        try:
            totals = self._open_at(len(self._pieces), start, size, length, salt)
        except SealBrokenError:
            return False
        return totals == _TOTALS.pack(len(self._pieces), self.size)

    def _open(self, place: int) -> bytes:
        if self._last[0] != place:
            start, size, salt = self._pieces[place]
            self._last = (place, self._open_at(place, start, size, size, salt))
        return self._last[1]

    def _open_at(self, place: int, start: int, size: int, length: int, salt: bytes) -> bytes:
        sealed = self._file.read(start, size)
        nonce = salt + struct.pack("<QQ", 0, place)
        return _opened(self._aead, sealed, struct.pack("<QI", place, length), nonce, self._name)


def _cipher(secret: bytes) -> Aead:
    from nacl.secret import Aead

    return Aead(secret)


def _opened(aead: Aead, sealed: bytes, beside: bytes, nonce: bytes, name: str) -> bytes:
    from nacl.exceptions import CryptoError

    try:
        return bytes(aead.decrypt(sealed, beside, nonce))
    except CryptoError:
        raise SealBrokenError(f"{name} was changed or damaged; restore it from a backup") from None
