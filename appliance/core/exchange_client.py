"""Asking the simulated exchange to ring: one JSON line each way over its Unix socket (demo and training)."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any

SOCKET_NAME = "exchange.sock"
TIMEOUT_S = 3.0
LONGEST_ANSWER = 65_536


class ExchangeError(RuntimeError):
    """The simulated exchange is not running, or refused; the message says which."""


def ring(runtime: Path, **request: Any) -> dict[str, Any]:
    """Make a simulated line ring; give the exchange's answer. Raises `ExchangeError`."""
    return ask(runtime, do="ring", **request)


def ask(runtime: Path, **request: Any) -> dict[str, Any]:
    """Send one request to the simulated exchange; give its answer. Raises `ExchangeError`."""
    path = runtime / SOCKET_NAME
    line = json.dumps(request, ensure_ascii=False).encode() + b"\n"
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(TIMEOUT_S)
            connection.connect(str(path))
            connection.sendall(line)
            answer = _read_line(connection)
    except OSError as error:
        raise ExchangeError(
            f"the simulated exchange at {path} does not answer ({error}): start it with 'aminbox run --demo'"
        ) from error
    try:
        parsed = json.loads(answer)
    except ValueError as error:
        raise ExchangeError(
            f"the simulated exchange answered with something else than JSON: {error}"
        ) from error
    if not isinstance(parsed, dict) or not parsed.get("ok"):
        problem = parsed.get("problem") if isinstance(parsed, dict) else parsed
        raise ExchangeError(f"the simulated exchange refused: {problem}")
    return parsed


def _read_line(connection: socket.socket) -> bytes:
    data = b""
    while not data.endswith(b"\n") and len(data) < LONGEST_ANSWER:
        part = connection.recv(4096)
        if not part:
            break
        data += part
    return data
