"""The panel's worker: one port speaks TLS to browsers that begin it, and plain HTTP to the others.

The box answers on one port, so `http://` typed by hand arrives where `https://` does, and is led there.
"""

from __future__ import annotations

import logging
import socket
from typing import Any

from gunicorn.workers.gthread import _DEFER, DEFAULT_WORKER_DATA_TIMEOUT, ThreadWorker

from panel.tlssocket import TlsSocket

HANDSHAKE_RECORD = 0x16
"""First byte of a TLS connection (RFC 8446 §5.1); no HTTP method begins with it."""
log = logging.getLogger("panel")


class PanelWorker(ThreadWorker):
    """gunicorn's threads, with TLS for the connections that ask for it."""

    def handle(self, conn: Any) -> Any:
        """Serve a connection's next request; a new connection is looked at first."""
        if self.app.tls is not None and not conn.initialized and not isinstance(conn.sock, TlsSocket):
            if not conn.data_ready and not conn.wait_for_data(DEFAULT_WORKER_DATA_TIMEOUT):
                return _DEFER
            try:
                first = conn.sock.recv(1, socket.MSG_PEEK)
                if first and first[0] == HANDSHAKE_RECORD:
                    conn.sock = secured = TlsSocket(conn.sock, self.app.tls.context)
                    secured.shake_hands()
                    # A browser often opens connections ahead of need; those wait without a thread.
                    conn.data_ready = False
            except OSError as error:
                log.debug("no handshake problem=%s", error)
                return False
        return super().handle(conn)  # type: ignore[no-untyped-call]

    def handle_request(self, req: Any, conn: Any) -> Any:
        """Serve a request; the application learns whether it came over TLS."""
        if isinstance(conn.sock, TlsSocket):
            req.scheme = "https"
        return super().handle_request(req, conn)  # type: ignore[no-untyped-call]
