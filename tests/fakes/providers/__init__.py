"""Message services as local HTTP servers, each answering as its provider's own documents say, with faults on demand.

A server keeps the truth: what it accepted, and so what went out. A fault may hit before or after acceptance; the
client cannot tell which, and that is the point.
"""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal
from urllib.parse import parse_qsl, urlsplit

import msgspec

Fate = Literal[
    "ok", "drop-before", "drop-after", "500-before", "500-after", "garbage-after", "hang-after", "no-credit",
    "wrong-key", "bad-number", "blocked",
]  # fmt: skip
AFTER = ("drop-after", "500-after", "garbage-after", "hang-after")
SECRET = "s3cr3t-k3y-of-the-office"
HANG_S = 5.0


class Sent(msgspec.Struct):
    """One message the service accepted."""

    reference: int
    number: str
    """E.164."""
    text: str
    key: str
    at: float
    state: int


class Received(msgspec.Struct):
    """One message that came to the service's line."""

    id: int
    number: str
    text: str
    at: float
    is_read: bool = False


class Call(msgspec.Struct):
    """One request."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    form: dict[str, str]
    body: Any


class DropError(Exception):
    """The connection is cut without an answer."""


Reply = tuple[int, Any]


class Provider:
    """What all services have in common."""

    cost_rial = 0
    delivered = 0
    """The service's own state for delivered."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.air: list[Sent] = []
        self.inbox: list[Received] = []
        self.fates: list[Fate] = []
        self.calls: list[Call] = []
        self.credit_rial = 1_000_000
        self.now = 0.0
        """Unix seconds; set by the test."""
        self.is_over = threading.Event()
        self.base = ""

    def answer(self, call: Call) -> Reply:
        """Answer a request."""
        raise NotImplementedError

    def next_fate(self) -> Fate:
        """Give what is to become of this send."""
        fate = self.fates.pop(0) if self.fates else "ok"
        if fate == "drop-before":
            raise DropError
        return fate

    def accept(self, number: str, text: str, key: str = "") -> Sent:
        """Take a message: it is on the air."""
        sent = Sent(700_000 + len(self.air), e164(number), text, key, self.now, 0)
        self.air.append(sent)
        self.credit_rial -= self.cost_rial
        return sent

    def deliver_all(self) -> None:
        """Let every message arrive."""
        for sent in self.air:
            sent.state = self.delivered

    def receive(self, number: str, text: str) -> Received:
        """Let a message come in."""
        received = Received(9_000 + len(self.inbox), number, text, self.now)
        self.inbox.append(received)
        return received

    def after(self, fate: Fate, reply: Reply) -> Reply:
        """Spoil the answer of a send that was accepted."""
        if fate == "drop-after":
            raise DropError
        if fate == "hang-after":
            self.is_over.wait(HANG_S)
            raise DropError
        if fate == "500-after":
            return 500, b"internal error"
        if fate == "garbage-after":
            return 200, b"<html>\xff gateway"
        return reply


def e164(number: str) -> str:
    """Give a number as these services take it in E.164."""
    digits = number.lstrip("+0")
    return f"+{digits}" if digits.startswith("98") and len(digits) == 12 else f"+98{digits}"


@contextlib.contextmanager
def served(provider: Provider) -> Iterator[Provider]:
    """Serve a provider on a free port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._do()

        def do_POST(self) -> None:
            self._do()

        def _do(self) -> None:
            split = urlsplit(self.path)
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            kind = self.headers.get("Content-Type", "")
            call = Call(
                method=self.command,
                path=split.path,
                query=dict(parse_qsl(split.query, keep_blank_values=True)),
                headers={name.lower(): value for name, value in self.headers.items()},
                form=dict(parse_qsl(raw.decode(), keep_blank_values=True)) if "urlencoded" in kind else {},
                body=json.loads(raw) if "json" in kind else None,
            )
            provider.calls.append(call)
            try:
                status, body = provider.answer(call)
            except DropError:
                self.close_connection = True
                return
            data = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = False
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    provider.base = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield provider
    finally:
        provider.is_over.set()
        server.shutdown()
        thread.join()
        server.server_close()
