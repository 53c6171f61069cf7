"""Two lines on one stereo card: the process that has the card hands the other channel on.

A capture device opens once, and each line is a process of its own. So whichever line comes first takes a lock,
opens the card and serves the other channel on a Unix socket; the other line reads that. When the first one dies
the lock falls free and the second takes the card over. There is no third process to start, watch and restart.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import socket
import struct
import time
import zlib
from pathlib import Path
from typing import NamedTuple

import numpy as np

from callerid.drivers import DriverError
from callerid.drivers.alsa_capture import Sound

FOLDER = "cards"
HELLO = struct.Struct("<4sBH")
"""Magic, channel wanted, line number."""
HEADER = struct.Struct("<4sIdI")
"""Magic, rate, end, lost; the samples follow. A refusal is its magic and a text."""
HELLO_MAGIC, SOUND_MAGIC, REFUSAL_MAGIC = b"ABs1", b"ABs2", b"ABs3"
PACKET_BYTES = 32768
"""A period of 20 ms at 192 kHz is half of this."""
CALLERS = 4
HELLO_S = 1.0
"""Who connects and does not say at once what it wants is let go."""
TRIES = 20
TRY_AGAIN_S = 0.1
"""The first line may be just opening the card, or just letting go of it: two seconds."""


class OwnerLeftError(DriverError):
    """The process that had the card ended or lost it; whoever reads may take the card over."""


class Place(NamedTuple):
    """Where the lines of one card meet."""

    lock: Path
    socket: Path


def place_of(runtime: Path, device: str) -> Place:
    """Give the meeting place of a device, by the ALSA name both lines resolve it to."""
    mark = f"{zlib.crc32(device.encode()):08x}"
    return Place(runtime / FOLDER / f"{mark}.lock", runtime / FOLDER / f"{mark}.sock")


class CardLock:
    """The right to open the card; the kernel takes it back when the process ends."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    def take(self) -> bool:
        """Take the lock when nobody has it."""
        self._path.parent.mkdir(mode=0o770, parents=True, exist_ok=True)
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o660)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(descriptor)
            return False
        self._descriptor = descriptor
        return True

    def release(self) -> None:
        """Give it back."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


class ChannelServer:
    """Hands the channels of a card on; a sink of the thread that reads it."""

    def __init__(self, path: Path, channel: int, line: int) -> None:
        """`channel` and `line`: what the process itself uses."""
        self._taken = {channel: line}
        self._waiting: list[tuple[socket.socket, float]] = []
        self._readers: list[_Reader] = []
        path.unlink(missing_ok=True)
        self._path = path
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            self._socket.bind(str(path))
            self._socket.listen(CALLERS)
        except OSError as error:
            self._socket.close()
            raise DriverError(
                f"the card's other line cannot be served at {path} ({error.strerror})"
            ) from error
        self._socket.setblocking(False)
        self._inode = path.stat().st_ino

    def put(self, sound: Sound) -> None:
        """Send a period to whoever reads."""
        self._welcome()
        for reader in list(self._readers):
            if not reader.send(sound):
                self._readers.remove(reader)
                del self._taken[reader.channel]

    def close(self) -> None:
        """Let everybody go."""
        for reader in self._readers:
            reader.connection.close()
        for connection, _since in self._waiting:
            connection.close()
        self._readers, self._waiting = [], []
        self._socket.close()
        with contextlib.suppress(FileNotFoundError):
            if self._path.stat().st_ino == self._inode:  # else it is the socket of who came after us
                self._path.unlink()

    def _welcome(self) -> None:
        with contextlib.suppress(OSError):
            connection, _address = self._socket.accept()
            connection.setblocking(False)
            self._waiting.append((connection, time.monotonic()))
        for entry in list(self._waiting):
            connection, since = entry
            try:
                hello = connection.recv(HELLO.size)
            except BlockingIOError:
                if time.monotonic() - since < HELLO_S:
                    continue
                hello = b""
            except OSError:
                hello = b""
            self._waiting.remove(entry)
            self._admit(connection, hello)

    def _admit(self, connection: socket.socket, hello: bytes) -> None:
        if len(hello) != HELLO.size or hello[:4] != HELLO_MAGIC:
            connection.close()
            return
        _magic, channel, line = HELLO.unpack(hello)
        if channel in self._taken:
            refusal = f"line {self._taken[channel]} reads channel {channel} of this card already"
            with contextlib.suppress(OSError):
                connection.send(REFUSAL_MAGIC + refusal.encode())
            connection.close()
            return
        self._taken[channel] = line
        self._readers.append(_Reader(connection, channel))


class _Reader:
    """One process that reads the other channel."""

    def __init__(self, connection: socket.socket, channel: int) -> None:
        self.connection = connection
        self.channel = channel
        self._dropped = 0

    def send(self, sound: Sound) -> bool:
        """Send without waiting; what does not fit is counted as lost. False: it went away."""
        column = min(self.channel, sound.samples.shape[1] - 1)
        samples = np.ascontiguousarray(sound.samples[:, column])
        head = HEADER.pack(SOUND_MAGIC, sound.rate_hz, sound.end_monotonic, sound.lost + self._dropped)
        try:
            self.connection.send(head + samples.tobytes())
        except BlockingIOError:
            self._dropped += sound.lost + len(samples)
        except OSError:
            self.connection.close()
            return False
        else:
            self._dropped = 0
        return True


class SharedSource:
    """Reads a channel from the process that has the card."""

    def __init__(self, path: Path, channel: int, line: int) -> None:
        """Connect. Raises `OwnerLeftError` when nobody serves (yet)."""
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            self._socket.connect(str(path))
            self._socket.send(HELLO.pack(HELLO_MAGIC, channel, line))
        except OSError as error:
            self._socket.close()
            raise OwnerLeftError(
                f"another line's process holds this sound card and does not answer ({error.strerror}); "
                "'aminbox doctor' shows the lines"
            ) from error

    def read(self, timeout_s: float) -> Sound | None:
        """Give the next period."""
        self._socket.settimeout(timeout_s)
        try:
            packet = self._socket.recv(PACKET_BYTES)
        except TimeoutError:
            return None
        except OSError as error:
            raise OwnerLeftError(f"the line that reads the card went away ({error.strerror})") from error
        if packet[:4] == REFUSAL_MAGIC:
            raise DriverError(
                f"{packet[4:].decode(errors='replace')}; correct the option channel of one of the two lines"
            )
        if len(packet) < HEADER.size or packet[:4] != SOUND_MAGIC:
            raise OwnerLeftError("the line that reads the card went away")
        _magic, rate_hz, end_monotonic, lost = HEADER.unpack_from(packet)
        samples = np.frombuffer(packet, np.int16, offset=HEADER.size).reshape(-1, 1)
        return Sound(samples, rate_hz, end_monotonic, lost)

    def close(self) -> None:
        """Leave."""
        self._socket.close()
