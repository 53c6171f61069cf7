"""Asking a gateway once whether it speaks SIP: for who sets a line up, before there is a line."""

from __future__ import annotations

import secrets
import socket
import time

from callerid.drivers.sip.headers import LONGEST_MESSAGE, Head, read_head
from callerid.drivers.sip.options import Peer, peer_of
from callerid.drivers.sip.peers import own_address

ASK_EVERY_S = 0.5
"""RFC 3261, clause 17.1.2.1: the first repetition over UDP."""


def ask_gateway(gateway: str, timeout_s: float) -> Head:
    """Send OPTIONS to ``host`` or ``host:port`` until something answers; any answer will do, a refusal too.

    Raises ValueError for an address that is none, OSError when nothing answers in time.
    """
    peer = peer_of(gateway, "gateway")
    own = own_address(peer)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as connection:
        connection.bind((own, 0))
        request = options_request(peer, f"{own}:{connection.getsockname()[1]}")
        end = time.monotonic() + timeout_s
        while time.monotonic() < end:
            connection.sendto(request, (peer.host, peer.port))
            head = _answer(connection, min(end, time.monotonic() + ASK_EVERY_S))
            if head is not None:
                return head
    raise TimeoutError(f"{peer} did not answer within {timeout_s:.0f} s")


def _answer(connection: socket.socket, end: float) -> Head | None:
    while (left := end - time.monotonic()) > 0:
        connection.settimeout(left)
        try:
            data = connection.recv(LONGEST_MESSAGE)
        except TimeoutError:
            return None
        except ConnectionError:  # the machine is there, its SIP port is closed
            time.sleep(max(0.0, end - time.monotonic()))
            return None
        head = read_head(data)
        if head is not None and head.status:
            return head
    return None


def options_request(peer: Peer, own: str) -> bytes:
    """Give an OPTIONS request (RFC 3261, clause 11) from our ``host:port``."""
    lines = [
        f"OPTIONS sip:{peer} SIP/2.0",
        f"Via: SIP/2.0/UDP {own};rport;branch=z9hG4bK{secrets.token_hex(8)}",
        f"From: <sip:aminbox@{own}>;tag={secrets.token_hex(6)}",
        f"To: <sip:{peer}>",
        f"Call-ID: {secrets.token_hex(12)}@{own.partition(':')[0]}",
        "CSeq: 1 OPTIONS",
        f"Contact: <sip:aminbox@{own}>",
        "Max-Forwards: 70",
        "User-Agent: AminBox",
        "Content-Length: 0",
        "",
        "",
    ]
    return "\r\n".join(lines).encode()
