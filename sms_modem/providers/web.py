"""One HTTP client for all web services, which tells what is certain from what is not.

A connection is made for each request, so that a failure to connect or to agree on TLS is known to have sent
nothing. From the request's first byte on, only a readable answer is certain: a time-out, a cut, a 5xx or a body that
cannot be read leaves the outcome unknown. `http.client` of the standard library does all of that; the providers'
own packages have neither time-outs nor an idea of an unknown outcome. Redirects are not followed: a secret goes to
one host only. Nothing of a request is ever logged or put into an error.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

import msgspec

from sms_modem.routes import Arm, Outcome, Parcel, Refused, RouteError, Unknown

CONNECT_S = 10.0
ANSWER_S = 30.0
LARGEST_ANSWER = 4 << 20
SERVER_FAULT = 500
"""From here on HTTP says that the server, not the request, is at fault."""
Shape = TypeVar("Shape")


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """One call of a web service."""

    method: str = "POST"
    path: str
    query: Mapping[str, str] = {}
    form: Mapping[str, str] | None = None
    """Sent as ``application/x-www-form-urlencoded``."""
    body: Any = None
    """Sent as JSON."""
    raw: bytes | None = None
    """Sent as it is, with its content type among the headers."""
    headers: Mapping[str, str] = {}


class Answer(msgspec.Struct, frozen=True):
    """What came back."""

    status: int
    body: bytes


class LostError(OSError):
    """The request left and no readable answer came; `code` says how."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


class Web:
    """One web service's host."""

    def __init__(self, base: str, answer_s: float = ANSWER_S) -> None:
        parts = urlsplit(base)
        if parts.scheme not in ("https", "http") or not parts.hostname:
            raise ValueError(f"the address must begin with https:// and name a host, got {parts.scheme}://")
        if parts.scheme == "http" and not _is_near(parts.hostname):
            raise ValueError(
                "http without TLS is for this machine and the office's network only: use https://"
            )
        self._parts = parts
        self._answer_s = answer_s

    def connect(self) -> http.client.HTTPConnection:
        """Connect. Raises `RouteError`: nothing has been sent."""
        host, port = self._parts.hostname or "", self._parts.port
        connection: http.client.HTTPConnection
        if self._parts.scheme == "https":
            connection = http.client.HTTPSConnection(
                host, port, timeout=CONNECT_S, context=ssl.create_default_context()
            )
        else:
            connection = http.client.HTTPConnection(host, port, timeout=CONNECT_S)
        try:
            connection.connect()
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise RouteError(f"{host} cannot be reached: {error}", code="no-network") from error
        assert isinstance(connection.sock, socket.socket)
        connection.sock.settimeout(self._answer_s)
        return connection

    def exchange(self, connection: http.client.HTTPConnection, request: Request) -> Answer:
        """Send a request and read its answer. Raises `LostError` when none that can be read came."""
        target = self._parts.path.rstrip("/") + request.path
        if request.query:
            target += ("&" if "?" in target else "?") + urlencode(request.query)
        headers = {"Accept": "application/json", "User-Agent": "AminBox", **request.headers}
        body = request.raw
        if request.form is not None:
            body = urlencode(request.form).encode()
            headers["Content-Type"] = "application/x-www-form-urlencoded; charset=utf-8"
        elif request.body is not None:
            body = msgspec.json.encode(request.body)
            headers["Content-Type"] = "application/json; charset=utf-8"
        try:
            connection.request(request.method, target, body, headers)
            response = connection.getresponse()
            data = response.read(LARGEST_ANSWER + 1)
        except TimeoutError as error:
            raise LostError("no answer in time", "timeout") from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise LostError(f"the connection was cut: {type(error).__name__}", "cut-off") from error
        if len(data) > LARGEST_ANSWER:
            raise LostError("the answer is larger than 4 MiB", "unreadable")
        return Answer(response.status, data)

    def ask(self, request: Request) -> Answer:
        """Ask for something that changes nothing. Raises `RouteError`."""
        connection = self.connect()
        try:
            answer = self.exchange(connection, request)
        except LostError as error:
            raise RouteError(str(error), code=error.code) from error
        finally:
            connection.close()
        if answer.status >= SERVER_FAULT:
            raise RouteError(f"the server answered {answer.status}", code="server-error")
        return answer

    def hand_over(
        self, request: Request, parcels: Sequence[Parcel], arm: Arm, read: Callable[[Answer], list[Outcome]]
    ) -> list[Outcome]:
        """Send parcels with one request in the order a route must keep; `read` makes outcomes of the answer.

        `read` raises ValueError (as `decode` does) for an answer that is not what the service promises: unknown.
        """
        count = len(parcels)
        try:
            connection = self.connect()
        except RouteError as error:
            return [Refused(is_permanent=False, code=error.code, detail=str(error), is_route=True)] * count
        try:
            if not arm(parcels):
                return [Refused(is_permanent=False, code="withdrawn")] * count
            answer = self.exchange(connection, request)
        except LostError as error:
            return [Unknown(code=error.code, detail=str(error))] * count
        finally:
            connection.close()
        try:
            outcomes = read(answer)
        except ValueError as error:
            code = "server-error" if answer.status >= SERVER_FAULT else "unreadable"
            return [Unknown(code=code, detail=f"{answer.status}: {str(error)[:120]}")] * count
        if len(outcomes) != count:
            return [Unknown(code="unreadable", detail=f"{len(outcomes)} results for {count}")] * count
        return outcomes


def decode(answer: Answer, shape: type[Shape]) -> Shape:
    """Read an answer's JSON. Raises ValueError for anything of another shape, without showing its content."""
    try:
        return msgspec.json.decode(answer.body, type=shape, strict=False)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        problem = str(error) if isinstance(error, msgspec.ValidationError) else "not JSON"
        raise ValueError(problem) from error


def read_answer(answer: Answer, shape: type[Shape]) -> Shape:
    """Read the answer of a question. Raises `RouteError`."""
    try:
        return decode(answer, shape)
    except ValueError as error:
        raise RouteError(f"the answer cannot be read: {error}", code="unreadable") from error


def read_part(raw: msgspec.Raw, shape: type[Shape]) -> Shape:
    """Read a part of an answer that was left as it was. Raises `RouteError`."""
    try:
        return msgspec.json.decode(raw, type=shape, strict=False)
    except msgspec.DecodeError as error:
        raise RouteError("the answer cannot be read: another shape", code="unreadable") from error


def _is_near(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or address.is_private
