"""An update's file: a signed list, then the partitions it speaks of.

Form: eight bytes of mark and form number; the list's length (4 bytes, little-endian); the list (JSON); an Ed25519
signature (RFC 8032, 64 bytes) over all of that; then each part's packed bytes (zlib, RFC 1950) in the list's order.
Nothing behind the signature is believed before its SHA-256 is the list's.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, BinaryIO, Literal

import msgspec
from msgspec import Meta

from appliance.updating.signatures import SIGNATURE_BYTES, is_signed, sign

MAGIC = b"AMBXUP\x00\x01"
LONGEST_LIST = 1 << 16
BLOCK = 1 << 20
PRODUCT = "aminbox"
Digest = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]
Reason = Literal[
    "foreign-file", "unsigned", "foreign-product", "older", "truncated", "damaged", "too-large", "no-keys"
]


class RefusedBundleError(ValueError):
    """The file is no update for this box; `reason` says why."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One partition."""

    name: Literal["kernel", "system"]
    size: Annotated[int, Meta(gt=0, le=1 << 34)]
    """Bytes as they stand in the partition."""
    packed_size: Annotated[int, Meta(gt=0, le=1 << 34)]
    """Bytes in the file."""
    sha256: Digest
    """Of the bytes as they stand in the partition."""


class UpdateList(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the signature is given for."""

    product: str
    model: str
    version: str
    """For people."""
    number: Annotated[int, Meta(ge=0)]
    """Grows with every release (seconds of its commit); an update never goes back."""
    parts: Annotated[list[Part], Meta(min_length=1, max_length=4)]


def write_bundle(target: Path, listed: UpdateList, sources: Sequence[Path], private_key: bytes) -> UpdateList:
    """Write an update's file; the parts' sizes and sums are filled in. Raises OSError."""
    packed = [target.with_name(f"{target.name}.{count}.part") for count in range(len(sources))]
    try:
        parts = [
            _pack(part.name, source, place)
            for part, source, place in zip(listed.parts, sources, packed, strict=True)
        ]
        whole = msgspec.structs.replace(listed, parts=parts)
        head = _head(msgspec.json.encode(whole))
        with target.open("wb") as file:
            file.write(head + sign(head, private_key))
            for place in packed:
                file.write(place.read_bytes())
    finally:
        for place in packed:
            place.unlink(missing_ok=True)
    return whole


def read_list(file: BinaryIO, keys: Sequence[bytes], *, model: str, number: int) -> UpdateList:
    """Read and believe the list; the file then stands at the first part. Raises `RefusedBundleError`.

    `keys` are the public keys this box trusts; `model` and `number` are what it is and has.
    """
    if not keys:
        raise RefusedBundleError("no-keys", "this box has no key of a maker")
    head = file.read(len(MAGIC) + 4)
    if head[: len(MAGIC)] != MAGIC:
        raise RefusedBundleError("foreign-file", "no update's mark at the beginning")
    if len(head) < len(MAGIC) + 4:
        raise RefusedBundleError("truncated")
    (length,) = struct.unpack_from("<I", head, len(MAGIC))
    if not 0 < length <= LONGEST_LIST:
        raise RefusedBundleError("damaged", "the list's length")
    body = file.read(length)
    signature = file.read(SIGNATURE_BYTES)
    if len(body) < length or len(signature) < SIGNATURE_BYTES:
        raise RefusedBundleError("truncated")
    if not any(is_signed(head + body, signature, key) for key in keys):
        raise RefusedBundleError("unsigned", "no key of this box made the signature")
    try:
        listed = msgspec.json.decode(body, type=UpdateList)
    except msgspec.DecodeError as error:
        raise RefusedBundleError("damaged", str(error)) from None
    if (listed.product, listed.model) != (PRODUCT, model):
        raise RefusedBundleError("foreign-product", f"{listed.product} for {listed.model}")
    if listed.number <= number:
        raise RefusedBundleError("older", f"{listed.version} is not newer than what runs")
    return listed


def unpacked(file: BinaryIO, part: Part) -> Iterator[bytes]:
    """Give a part's bytes in blocks, never more than it may have, and compare its sum at the end.

    Raises `RefusedBundleError`; what was given until then must not be used.
    """
    unpacker = zlib.decompressobj()
    left, given, digest = part.packed_size, 0, hashlib.sha256()
    while left:
        block = file.read(min(BLOCK, left))
        if not block:
            raise RefusedBundleError("truncated", part.name)
        left -= len(block)
        while block:
            try:
                data = unpacker.decompress(block, BLOCK)
            except zlib.error as error:
                raise RefusedBundleError("damaged", f"{part.name}: {error}") from None
            block = unpacker.unconsumed_tail
            given += len(data)
            if given > part.size:
                raise RefusedBundleError("damaged", f"{part.name} is longer than the list says")
            digest.update(data)
            if data:
                yield data
    if given != part.size or digest.hexdigest() != part.sha256:
        raise RefusedBundleError("damaged", f"{part.name} is not what the list says")


def _pack(name: Literal["kernel", "system"], source: Path, target: Path) -> Part:
    packer = zlib.compressobj(6)
    digest = hashlib.sha256()
    with source.open("rb") as reader, target.open("wb") as writer:
        while block := reader.read(BLOCK):
            digest.update(block)
            writer.write(packer.compress(block))
        writer.write(packer.flush())
    return Part(name, source.stat().st_size, target.stat().st_size, digest.hexdigest())


def _head(body: bytes) -> bytes:
    if len(body) > LONGEST_LIST:
        raise ValueError(f"the list has {len(body)} bytes, {LONGEST_LIST} at most")
    return MAGIC + struct.pack("<I", len(body)) + body
