"""A gateway that only says that it lives: it answers OPTIONS, as any SIP device does, while it has power."""

from __future__ import annotations

import socket
import threading


class QuietGateway:
    """Answers every request with 200 from a thread of its own."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._socket: socket.socket | None = None
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]

    def plug(self) -> None:
        """Give it power."""
        self._stop = threading.Event()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", self.port))
        self._socket.settimeout(0.05)
        self._thread = threading.Thread(target=self._run, args=(self._socket, self._stop))
        self._thread.start()

    def unplug(self) -> None:
        """Take its power; twice is harmless."""
        self._stop.set()
        if self._thread is not None and self._socket is not None:
            self._thread.join()
            self._socket.close()
            self._thread = self._socket = None

    def send(self, data: bytes, port: int) -> None:
        """Send a datagram from the gateway's own port."""
        assert self._socket is not None
        self._socket.sendto(data, ("127.0.0.1", port))

    @staticmethod
    def _run(connection: socket.socket, stop: threading.Event) -> None:
        while not stop.is_set():
            try:
                data, address = connection.recvfrom(4096)
            except TimeoutError:
                continue
            head = data.decode().partition("\r\n\r\n")[0].split("\r\n")
            if head[0].startswith("SIP/2.0"):
                continue
            kept = [
                line for line in head[1:] if line.startswith(("Via:", "From:", "To:", "Call-ID:", "CSeq:"))
            ]
            answer = ["SIP/2.0 200 OK", *kept, "Content-Length: 0", "", ""]
            connection.sendto("\r\n".join(answer).encode(), address)


def free_port() -> int:
    """Give a UDP port that is free on the loopback interface now."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
