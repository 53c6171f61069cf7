"""What a request must satisfy before anything looks at it, and what every answer carries.

Host: only names this box is reached by (a foreign name that points here is DNS rebinding). Origin: a change comes
from our own pages. Both stand beside the CSRF token, because a plain-HTTP office network sends no
``Sec-Fetch-Site``. Policy: everything from this box, no inline script or style.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from urllib.parse import urlsplit

from flask import Flask, Response, abort, request
from werkzeug.exceptions import HTTPException

MAX_BODY_BYTES = 256 * 1024
MAX_FORM_PARTS = 100
_SAFE = {"GET", "HEAD", "OPTIONS"}
_POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}


class MisdirectedRequest(HTTPException):
    """The request was meant for a host this box is not."""

    code = 421
    description = "This host name is not served here."


def host_name(host: str) -> str:
    """Give the name of a ``Host`` header without its port, in lower case; empty when it is malformed."""
    try:
        return (urlsplit(f"//{host}").hostname or "").rstrip(".").lower()
    except ValueError:
        return ""


def is_allowed_host(host: str, allowed: Iterable[str]) -> bool:
    """Tell whether a ``Host`` header names this box: an address, localhost, *.local, or a configured name."""
    name = host_name(host)
    if not name:
        return False
    if name == "localhost" or name.endswith((".localhost", ".local")):
        return True
    if name in {entry.lower() for entry in allowed}:
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def is_own_origin(origin: str | None, fetch_site: str | None, host: str) -> bool:
    """Tell whether a changing request comes from our own pages, as far as the browser says."""
    if fetch_site and fetch_site not in ("same-origin", "none"):
        return False
    if origin is None:
        return True
    return urlsplit(origin).netloc.lower() == host.lower() != ""


def install(app: Flask, allowed_hosts: Iterable[str]) -> None:
    """Put the checks before, and the headers after, every request."""
    allowed = tuple(allowed_hosts)

    def check_host() -> None:
        if not is_allowed_host(request.headers.get("Host", ""), allowed):
            raise MisdirectedRequest

    def check_origin() -> None:
        if request.method in _SAFE:
            return
        headers = request.headers
        if not is_own_origin(headers.get("Origin"), headers.get("Sec-Fetch-Site"), headers.get("Host", "")):
            abort(403)

    def add_headers(answer: Response) -> Response:
        for name, value in HEADERS.items():
            answer.headers.setdefault(name, value)
        answer.headers.setdefault("Cache-Control", "no-store")
        return answer

    app.before_request(check_host)
    app.before_request(check_origin)
    app.after_request(add_headers)
