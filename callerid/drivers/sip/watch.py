"""Asking gateway or registrar whether it lives: an OPTIONS request every now and then (RFC 3261, clause 11).

It has a socket of its own, so it is the same for every signalling library. Any answer will do, a refusal too.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable

from callerid.drivers.sip.asking import options_request
from callerid.drivers.sip.headers import LONGEST_MESSAGE, read_head
from callerid.drivers.sip.options import Peer

ASKS = 4
"""Requests within the time after which the peer counts as gone."""


class Watch:
    """A thread that asks one peer."""

    def __init__(
        self,
        peer: Peer,
        listen: str,
        within_s: float,
        on_answer: Callable[[], None],
        on_lost: Callable[[str], None],
    ) -> None:
        """`on_answer` is called at the first answer, `on_lost` once with the reason when answers stay away."""
        self._peer = peer
        self._listen = listen
        self._within_s = within_s
        self._on_answer = on_answer
        self._on_lost = on_lost
        self._heard = time.monotonic()
        self._is_known = False
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Ask no more."""
        self._stop.set()

    def _run(self) -> None:
        try:
            self._ask_on()
        except OSError as error:
            if not self._stop.is_set():
                self._on_lost(f"{self._peer} cannot be reached: {error.strerror or error}")

    def _ask_on(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as connection:
            connection.bind((self._listen, 0))
            self._heard = time.monotonic()
            while not self._stop.is_set():
                # A cable that is out for a moment must not hang up calls: only silence counts.
                with contextlib.suppress(OSError):
                    own = f"{self._listen}:{connection.getsockname()[1]}"
                    connection.sendto(options_request(self._peer, own), (self._peer.host, self._peer.port))
                self._listen_for(connection, self._within_s / ASKS)
                if time.monotonic() - self._heard >= self._within_s and not self._stop.is_set():
                    self._on_lost(
                        f"{self._peer} has not answered for {self._within_s:.0f} s: check its power, its cable and "
                        "that its address in the line's options is right"
                    )
                    return

    def _listen_for(self, connection: socket.socket, wait_s: float) -> None:
        """Take answers until the next request is due."""
        end = time.monotonic() + wait_s
        while not self._stop.is_set() and (left := end - time.monotonic()) > 0:
            connection.settimeout(left)
            try:
                data = connection.recv(LONGEST_MESSAGE)
            except TimeoutError:
                return
            except ConnectionError:  # the peer's machine is there, its SIP port is closed
                continue
            head = read_head(data)
            if head is not None and head.status:
                self._heard = time.monotonic()
                if not self._is_known:
                    self._is_known = True
                    self._on_answer()
