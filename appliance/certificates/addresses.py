"""What the box is called in the office's network: its name there and its addresses."""

from __future__ import annotations

import fcntl
import ipaddress
import os
import socket
import struct
from collections.abc import Iterable
from pathlib import Path

SIOCGIFADDR = 0x8915
"""Asks for an interface's IPv4 address (netdevice(7)); no netlink, which the panel's sandbox has not."""
INTERFACES = Path("/sys/class/net")


def own_names(allowed_hosts: Iterable[str] = ()) -> list[str]:
    """Give the names the panel's certificate should have: NAME.local first, then configured ones and addresses."""
    host = socket.gethostname().split(".")[0].lower() or "aminbox"
    names = [f"{host}.local", *(one.lower() for one in allowed_hosts), "localhost", "127.0.0.1"]
    return list(dict.fromkeys([*names, *own_addresses()]))


def own_addresses() -> list[str]:
    """Give the private IPv4 addresses of this machine, without loopback, in the order of the interfaces' names."""
    found = []
    try:
        interfaces = sorted(os.listdir(INTERFACES))
    except OSError:
        return []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        for name in interfaces:
            request = struct.pack("256s", name.encode()[:15])
            try:
                answer = fcntl.ioctl(asking.fileno(), SIOCGIFADDR, request)
            except OSError:
                continue
            address = ipaddress.IPv4Address(answer[20:24])
            if address.is_private and not address.is_loopback:
                found.append(str(address))
    return found
