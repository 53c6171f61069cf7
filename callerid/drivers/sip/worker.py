"""The signalling process: ``python -m callerid.drivers.sip.worker FD``.

It is given a connection to the driver as an open file; the settings are the first packet on it. When the driver
goes, so does this process.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import sys
import threading

import msgspec

from callerid.drivers.sip.desk import Backend, Desk
from callerid.drivers.sip.messages import LONGEST_PACKET, Failed, Reporter
from callerid.drivers.sip.options import Settings, read_announcement
from callerid.drivers.sip.peers import Peers
from callerid.drivers.sip.watch import Watch

FLUSH_S = 0.2
LAST_S = 1.0
"""Hanging up may take so long; then the process ends as it is."""


def main(descriptor: int) -> None:
    """Serve the driver at the other end of the connection until it goes."""
    connection = socket.socket(fileno=descriptor)
    settings = msgspec.msgpack.decode(connection.recv(LONGEST_PACKET), type=Settings)
    reporter = Reporter(connection)
    try:
        desk = Desk(settings, Peers(settings), reporter.tell)
        announcement = read_announcement(settings.announcement) if settings.announcement else b""
        backend = _backend(desk, reporter, announcement)
    except (OSError, ValueError, ImportError) as error:
        reporter.tell(Failed(str(error)))
        return
    threading.Thread(target=_follow_driver, args=(connection, reporter, backend), daemon=True).start()
    watch = _watch(desk) if settings.watch_s else None
    backend.run()
    if watch is not None:
        watch.close()


def _backend(desk: Desk, reporter: Reporter, announcement: bytes) -> Backend:
    if desk.settings.backend == "pjsua2":
        from callerid.drivers.sip.pjsua2_backend import Pjsua2Backend

        return Pjsua2Backend(desk, reporter.tell, announcement)
    from callerid.drivers.sip.sippy_backend import SippyBackend

    return SippyBackend(desk, reporter.tell, announcement)


def _watch(desk: Desk) -> Watch:
    return Watch(
        desk.settings.watched,
        desk.peers.own,
        desk.settings.watch_s,
        on_answer=lambda: desk.is_ready("peer"),
        on_lost=desk.failed,
    )


def _follow_driver(connection: socket.socket, reporter: Reporter, backend: Backend) -> None:
    """Wait for the driver's end of the connection to close; send what waits meanwhile."""
    with contextlib.suppress(OSError):  # closed with messages still unread
        while not reporter.is_over.is_set():
            ready, _, _ = select.select([connection], [], [], FLUSH_S)
            if ready and not connection.recv(LONGEST_PACKET):
                break
            reporter.flush()
    last = threading.Timer(LAST_S, os._exit, [0])
    last.daemon = True
    last.start()
    backend.stop()


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the driver's to handle
    main(int(sys.argv[1]))
