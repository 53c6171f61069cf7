"""A connection one thread reads while others write: whole in both directions, closed without anybody waiting."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from appliance.certificates.keeping import ensure, files_of
from panel.tlssocket import TlsSocket

RECORDS = 40
RECORD = 60_000
"""More than one record of TLS, and than a socket takes at once."""


@pytest.fixture(scope="module")
def contexts(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Give the panel's context and a browser's that trusts it."""
    files = files_of(tmp_path_factory.mktemp("tls"))
    ensure(files, ["aminbox.local"], datetime.now(UTC))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(files.panel)
    return server, ssl.create_default_context(cafile=str(files.public))


@pytest.fixture
def pair(contexts: tuple[ssl.SSLContext, ssl.SSLContext]) -> Iterator[tuple[TlsSocket, ssl.SSLSocket]]:
    """Give both ends of a connection after the handshake."""
    server, browser = contexts
    ours, theirs = socket.socketpair()
    here = TlsSocket(ours, server)
    made: list[ssl.SSLSocket] = []

    def connect() -> None:
        made.append(browser.wrap_socket(theirs, server_hostname="aminbox.local"))

    thread = threading.Thread(target=connect)
    thread.start()
    here.shake_hands()
    thread.join(5)
    yield here, made[0]
    here.close()
    made[0].close()


def read(end: TlsSocket | ssl.SSLSocket, count: int) -> bytes:
    data = b""
    while len(data) < count and (more := end.recv(4096)):
        data += more
    return data


def test_reading_and_writing_at_once_mix_nothing_up(pair: tuple[TlsSocket, ssl.SSLSocket]) -> None:
    here, there = pair
    heard: list[bytes] = []
    whole = RECORDS * RECORD

    def write(letter: bytes) -> None:
        for _ in range(RECORDS // 2):
            here.sendall(letter * RECORD)

    threads = [
        threading.Thread(target=lambda: heard.append(read(here, whole))),
        threading.Thread(target=write, args=(b"a",)),
        threading.Thread(target=write, args=(b"b",)),
        threading.Thread(target=lambda: [there.sendall(b"c" * RECORD) for _ in range(RECORDS)]),
    ]
    for one in threads:
        one.start()
    got = read(there, whole)
    for one in threads:
        one.join(10)
    assert heard == [b"c" * whole]
    assert len(got) == whole
    assert got.count(b"a") == got.count(b"b") == whole // 2
    runs = {len(run) for letter in (b"a", b"b") for run in got.split(b"b" if letter == b"a" else b"a") if run}
    assert all(length % RECORD == 0 for length in runs), "records of two writers were cut into each other"


def test_a_reader_that_waits_ends_when_the_connection_is_closed(
    pair: tuple[TlsSocket, ssl.SSLSocket],
) -> None:
    here, _there = pair
    ended = threading.Event()

    def wait() -> None:
        with contextlib.suppress(OSError):
            here.recv(10)
        ended.set()

    threading.Thread(target=wait, daemon=True).start()
    time.sleep(0.1)
    here.close()
    assert ended.wait(5)


def test_waiting_keeps_to_its_time(pair: tuple[TlsSocket, ssl.SSLSocket]) -> None:
    here, there = pair
    here.settimeout(0.05)
    with pytest.raises(TimeoutError):
        here.recv(10)
    here.setblocking(False)
    with pytest.raises(BlockingIOError):
        here.recv(10)
    here.setblocking(True)
    there.sendall(b"late")
    assert here.recv(10) == b"late"
    there.close()
    assert here.recv(10) == b""


def test_a_client_that_never_speaks_is_let_go(contexts: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    ours, theirs = socket.socketpair()
    here = TlsSocket(ours, contexts[0])
    with pytest.raises(TimeoutError):
        here.shake_hands(0.05)
    here.close()
    theirs.close()
