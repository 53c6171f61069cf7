"""The sound of bridged calls: packets of one side go to the other, and a copy of each to the driver.

One thread serves all calls. A side's packets are taken from the address its description names (any port of it:
gateways behind address translation send from another one) or from where its signalling comes from. Sequence numbers
and timestamps keep the distances they came with, so what was lost stays visible to the receiver.
"""

from __future__ import annotations

import array
import logging
import math
import random
import selectors
import socket
import threading
import time
from collections.abc import Callable, Sequence

from callerid.drivers.sip import g711, rtp
from callerid.drivers.sip.messages import LegName, Sound
from callerid.drivers.sip.sdp import STATIC, Stream

log = logging.getLogger("line")

BEEP_HZ = 1400.0
BEEP_S = 0.2
"""A short tone of 1400 Hz is the customary sign of a recording."""
BEEP_PEAK = 3300
"""About 20 dB below full scale."""
PACKET_S = rtp.PACKET_SAMPLES / rtp.RATE_HZ
LONGEST_DATAGRAM = 2048
WAIT_S = 0.1
CODEC_OF = {number: codec for codec, number in STATIC.items()}


def beep_samples() -> array.array[int]:
    """Give one beep as 16-bit samples at 8 kHz, without clicks at its ends."""
    count = round(BEEP_S * rtp.RATE_HZ)
    edge = rtp.RATE_HZ // 200
    return array.array(
        "h",
        (
            round(
                BEEP_PEAK
                * min(1.0, n / edge, (count - 1 - n) / edge)
                * math.sin(2 * math.pi * BEEP_HZ * n / rtp.RATE_HZ)
            )
            for n in range(count)
        ),
    )


class NoPortError(OSError):
    """Every port for sound is taken."""


class _Leg:
    """One side of one call."""

    def __init__(self, name: LegName, connection: socket.socket) -> None:
        self.name = name
        self.socket = connection
        self.port: int = connection.getsockname()[1]
        self.hosts: set[str] = set()
        self.target: tuple[str, int] | None = None
        self.codec = "PCMA"
        self.tones: tuple[int, ...] = ()
        # What is sent to this side.
        self.source = random.getrandbits(32)
        self.sequence = random.getrandbits(15)
        self.timestamp = random.getrandbits(31)
        self.came_from: int | None = None
        self.sequence_offset = 0
        self.timestamp_offset = 0
        self.received = 0
        self.refused = 0


class Session:
    """The two sides of one bridged call; made by `Relay.session`."""

    def __init__(
        self, call: str, caller: socket.socket, office: socket.socket, announcement: array.array[int]
    ) -> None:
        self.call = call
        self.legs: dict[LegName, _Leg] = {"caller": _Leg("caller", caller), "office": _Leg("office", office)}
        self.announcement = announcement
        self.announced = 0
        self.next_announcement: float | None = None
        self.next_beep: float | None = None
        self.is_through = False
        self.beep_left: dict[LegName, int] = {"caller": 0, "office": 0}

    def port(self, leg: LegName) -> int:
        """Give the port at which a side's sound is received."""
        return self.legs[leg].port

    def other(self, leg: _Leg) -> _Leg:
        """Give the side opposite."""
        return self.legs["office" if leg.name == "caller" else "caller"]

    @property
    def is_announcing(self) -> bool:
        """Tell whether the announcement is playing, so nobody hears the other yet."""
        return self.next_announcement is not None


class Relay:
    """The thread and the ports."""

    def __init__(
        self,
        *,
        host: str,
        ports: tuple[int, int],
        tell: Callable[[Sound], None],
        beep_s: int = 0,
        announcement: bytes = b"",
    ) -> None:
        self._host = host
        self._first, self._last = ports
        self._next = self._first + self._first % 2
        self._tell = tell
        self._beep_s = beep_s
        self._beep = beep_samples()
        self._announcement = array.array("h", announcement)
        self._sessions: dict[str, Session] = {}
        self._selector = selectors.DefaultSelector()
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sound", daemon=True)
        self._thread.start()

    def session(self, call: str) -> Session:
        """Open the ports of a call. Raises `NoPortError`."""
        caller = self._bind()
        try:
            office = self._bind()
        except NoPortError:
            caller.close()
            raise
        session = Session(call, caller, office, self._announcement)
        with self._lock:
            self._sessions[call] = session
            for leg in session.legs.values():
                self._selector.register(leg.socket, selectors.EVENT_READ, (session, leg))
        return session

    def aim(self, session: Session, leg: LegName, stream: Stream, signalling_host: str) -> None:
        """Say where a side wants its sound, as its description told."""
        with self._lock:
            side = session.legs[leg]
            side.hosts = {host for host in (stream.host, signalling_host) if host}
            is_held = not stream.host
            if is_held:
                side.target = None
            elif side.target is None or side.target[0] != stream.host or not side.received:
                side.target = (stream.host, stream.port)
            side.codec = stream.codecs[0]
            side.tones = stream.tones

    def put_through(self, session: Session, at: float) -> None:
        """Both sides answered: play the announcement, then let them hear each other."""
        with self._lock:
            if session.is_through:
                return
            session.is_through = True
            if session.announcement:
                session.next_announcement = at
            if self._beep_s:
                session.next_beep = at + self._beep_s

    def end(self, call: str) -> tuple[int, int]:
        """Close a call's ports; give how many packets came of it and how many from strangers."""
        with self._lock:
            session = self._sessions.pop(call, None)
            if session is None:
                return 0, 0
            for leg in session.legs.values():
                self._selector.unregister(leg.socket)
                leg.socket.close()
            legs = session.legs.values()
            return sum(leg.received for leg in legs), sum(leg.refused for leg in legs)

    def close(self) -> None:
        """End the thread and all calls."""
        self._stop.set()
        self._thread.join()
        for call in list(self._sessions):
            self.end(call)
        self._selector.close()

    def _bind(self) -> socket.socket:
        """Take the next free even port (RFC 3550, clause 11); the odd one above it stays unused."""
        for _attempt in range(self._first, self._last + 1, 2):
            port, self._next = self._next, self._next + 2
            if port > self._last:
                port, self._next = self._first + self._first % 2, self._first + self._first % 2 + 2
            connection = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            try:
                connection.bind((self._host, port))
            except OSError:
                connection.close()
                continue
            connection.setblocking(False)
            return connection
        raise NoPortError(f"no free UDP port for sound between {self._first} and {self._last}")

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._turn()
            except Exception:  # the outermost loop: one broken packet must not silence every call
                log.exception("happening=sip-sound-fault")

    def _turn(self) -> None:
        is_speaking = any(session.is_announcing for session in list(self._sessions.values()))
        ready = self._selector.select(PACKET_S / 4 if is_speaking else WAIT_S)
        at = time.monotonic()
        for key, _events in ready:
            session, leg = key.data
            with self._lock:
                self._receive(session, leg, at)
        if is_speaking:
            with self._lock:
                for session in self._sessions.values():
                    self._announce(session, at)

    def _receive(self, session: Session, leg: _Leg, at: float) -> None:
        for _packet in range(32):
            try:
                data, address = leg.socket.recvfrom(LONGEST_DATAGRAM)
            except (BlockingIOError, InterruptedError):
                return
            except OSError:
                return
            packet = rtp.unpack(data)
            if address[0] not in leg.hosts or packet is None:
                leg.refused += 1
                continue
            leg.received += 1
            if leg.target is not None:
                leg.target = (
                    (leg.target[0], address[1]) if leg.target[0] == address[0] else (address[0], address[1])
                )
            self._pass_on(session, leg, packet, at)

    def _pass_on(self, session: Session, leg: _Leg, packet: rtp.Packet, at: float) -> None:
        codec = CODEC_OF.get(packet.payload_type)
        if codec is not None and session.is_through:
            self._tell(
                Sound(
                    call=session.call,
                    leg=leg.name,
                    at=at,
                    codec="PCMU" if codec == "PCMU" else "PCMA",
                    source=packet.source,
                    sequence=packet.sequence,
                    timestamp=packet.timestamp,
                    payload=packet.payload,
                )
            )
        if session.is_announcing or (codec is None and packet.payload_type not in leg.tones):
            return
        receiver = session.other(leg)
        payload = packet.payload
        if codec is not None:
            payload = self._with_beep(session, receiver, codec, payload, at)
        if packet.source != receiver.came_from:
            receiver.came_from = packet.source
            receiver.sequence_offset = receiver.sequence + 1 - packet.sequence
            receiver.timestamp_offset = receiver.timestamp + rtp.PACKET_SAMPLES - packet.timestamp
        sequence = (packet.sequence + receiver.sequence_offset) & 0xFFFF
        timestamp = (packet.timestamp + receiver.timestamp_offset) & 0xFFFFFFFF
        if rtp.ahead(sequence, receiver.sequence, 16) > 0:
            receiver.sequence, receiver.timestamp = sequence, timestamp
        self._send(receiver, packet.payload_type, sequence, timestamp, payload, packet.has_marker)

    def _with_beep(self, session: Session, receiver: _Leg, codec: str, payload: bytes, at: float) -> bytes:
        if session.next_beep is not None and at >= session.next_beep:
            session.next_beep = at + self._beep_s
            session.beep_left = {"caller": len(self._beep), "office": len(self._beep)}
        left = session.beep_left[receiver.name]
        if not left:
            return payload
        start = len(self._beep) - left
        session.beep_left[receiver.name] = max(0, left - len(payload))
        return g711.mix(codec, payload, self._beep[start : start + len(payload)])

    def _announce(self, session: Session, at: float) -> None:
        while session.next_announcement is not None and at >= session.next_announcement:
            samples = session.announcement[session.announced : session.announced + rtp.PACKET_SAMPLES]
            if not samples:
                session.next_announcement = None
                return
            is_first = session.announced == 0
            session.announced += len(samples)
            session.next_announcement += PACKET_S
            for leg in session.legs.values():
                self._say(leg, samples, is_first)

    def _say(self, leg: _Leg, samples: Sequence[int], is_first: bool) -> None:
        leg.sequence = (leg.sequence + 1) & 0xFFFF
        leg.timestamp = (leg.timestamp + rtp.PACKET_SAMPLES) & 0xFFFFFFFF
        leg.came_from = None
        payload = g711.encode(leg.codec, samples)
        self._send(leg, STATIC[leg.codec], leg.sequence, leg.timestamp, payload, is_first)

    def _send(
        self, leg: _Leg, payload_type: int, sequence: int, timestamp: int, payload: bytes, marker: bool
    ) -> None:
        if leg.target is None:
            return
        data = rtp.pack(rtp.Packet(payload_type, sequence, timestamp, leg.source, payload, marker))
        try:
            leg.socket.sendto(data, leg.target)
        except OSError:
            leg.refused += 1
