"""How a simulated line's sound travels to the daemon that listens: packets of one block each."""

from __future__ import annotations

import socket
import struct
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

_HEADER = struct.Struct("<IdBB")
"""Block number, monotonic seconds of the block's end, ring sensed, handset lifted."""
PACKET_BYTES = 4096
RATE_HZ = 8000
BLOCK = 160
"""Samples of one block: 20 ms."""


class Packet(NamedTuple):
    """One block as received."""

    sequence: int
    end_monotonic: float
    ring: bool
    off_hook: bool
    samples: npt.NDArray[np.int16]


def pack(
    sequence: int, end_monotonic: float, ring: bool, off_hook: bool, samples: npt.NDArray[np.int16]
) -> bytes:
    """Write one block as a packet."""
    return _HEADER.pack(sequence, end_monotonic, ring, off_hook) + samples.tobytes()


def unpack(data: bytes) -> Packet:
    """Read a packet written by `pack`. Raises ValueError on anything else."""
    if len(data) < _HEADER.size or (len(data) - _HEADER.size) % 2:
        raise ValueError(f"a packet of {len(data)} bytes is no block of sound")
    sequence, end, ring, off_hook = _HEADER.unpack_from(data)
    return Packet(sequence, end, bool(ring), bool(off_hook), np.frombuffer(data, "<i2", offset=_HEADER.size))


def sound_path(runtime: Path, line: int) -> Path:
    """Give the socket on which a line's sound is served."""
    return runtime / "exchange" / f"line-{line}.sock"


def sound_socket(runtime: Path, line: int) -> socket.socket:
    """Open the listening socket of a line's sound, replacing one left behind."""
    path = sound_path(runtime, line)
    path.parent.mkdir(mode=0o770, parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    listener.bind(str(path))
    listener.listen(4)
    listener.setblocking(False)
    return listener
