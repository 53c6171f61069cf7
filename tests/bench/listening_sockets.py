"""Many browsers' sockets in one thread, so that listening costs as little of the measured machine as it can.

Engine.IO 4 and Socket.IO 5 in WebSocket text frames (RFC 6455 section 5.2). A message's moment is the one at which
its last byte was read; what it says is read after the run.
"""

from __future__ import annotations

import json
import os
import selectors
import struct
import time
from multiprocessing.connection import Connection as Pipe

import websocket

CONNECT, PING, PONG = "40", b"2", "3"
IDENTIFIED = b'42["call.identified"'
READ_BYTES = 1 << 16
LONG, LONGER = 126, 127


class Frames:
    """Cuts a server's bytes into frames; a server never masks and Socket.IO never splits a message."""

    def __init__(self, begun: bytes = b"") -> None:
        self._bytes = bytearray(begun)

    def feed(self, chunk: bytes) -> list[bytes]:
        """Take what came; give the bodies of the frames that are whole now."""
        held = self._bytes
        held += chunk
        bodies = []
        while len(held) >= 2:
            length, start = held[1] & 0x7F, 2
            if length == LONG:
                start = 4
                if len(held) < start:
                    break
                (length,) = struct.unpack_from(">H", held, 2)
            elif length == LONGER:
                start = 10
                if len(held) < start:
                    break
                (length,) = struct.unpack_from(">Q", held, 2)
            if len(held) < start + length:
                break
            bodies.append(bytes(held[start : start + length]))
            del held[: start + length]
        return bodies


def be_sockets(url: str, cookie: str, count: int, pipe: Pipe) -> None:
    """Be `count` browsers' sockets until the pipe says stop; send back (event's id, moment) of each identified call."""
    address = url.replace("http", "ws") + "/socket.io/?EIO=4&transport=websocket"
    selector = selectors.DefaultSelector()
    connections = []
    for _ in range(count):
        connection = websocket.create_connection(address, cookie=cookie, timeout=60)
        connection.recv()
        connection.send(CONNECT)
        connection.recv()
        connections.append(connection)
        selector.register(connection.sock, selectors.EVENT_READ, (connection, Frames()))
    selector.register(pipe.fileno(), selectors.EVENT_READ, None)
    pipe.send("connected")
    heard = _listen(selector)
    pipe.recv()
    pipe.send([(json.loads(body[2:])[1]["event_id"], at) for body, at in heard])
    for connection in connections:
        connection.close()


def _listen(selector: selectors.BaseSelector) -> list[tuple[bytes, float]]:
    heard: list[tuple[bytes, float]] = []
    while True:
        for key, _mask in selector.select():
            if key.data is None:
                return heard
            connection, frames = key.data
            chunk = os.read(key.fd, READ_BYTES)
            at = time.monotonic()
            if not chunk:
                selector.unregister(key.fileobj)
            for body in frames.feed(chunk):
                if body.startswith(IDENTIFIED):
                    heard.append((body, at))
                elif body == PING:
                    connection.send(PONG)
