"""Who sends us calls, and which of our addresses they reach us at."""

from __future__ import annotations

import ipaddress
import socket

from callerid.drivers.sip.options import Peer, Settings


class Peers:
    """The gateway, the registrar and whom else the line's options name, as addresses."""

    def __init__(self, settings: Settings) -> None:
        """Look up names. Raises OSError with a clear text."""
        named = [peer for peer in (settings.gateway, settings.registrar) if peer is not None]
        hosts = {address for peer in named for address in _addresses(peer)}
        self._networks = [ipaddress.ip_network(f"{host}/32") for host in hosts]
        self._networks += [ipaddress.ip_network(network, strict=False) for network in settings.trusted]
        self.own = settings.listen or own_address(settings.watched)
        """The box's own address, as gateway or registrar sees it."""

    def is_known(self, host: str) -> bool:
        """Tell whether a message from this address is believed."""
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            return False
        return any(address in network for network in self._networks)


def take_port(host: str, port: int) -> None:
    """Try whether nobody else has a UDP port. Raises OSError with a clear text."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((host, port))
        except OSError as error:
            raise OSError(
                f"UDP port {port} of {host} cannot be taken ({error.strerror}): each line and each SIP program of "
                "this box needs a port of its own; set 'port' in the line's options"
            ) from error


def _addresses(peer: Peer) -> list[str]:
    try:
        found = socket.getaddrinfo(peer.host, peer.port, socket.AF_INET, socket.SOCK_DGRAM)
    except OSError as error:
        raise OSError(
            f"the name {peer.host!r} is not known ({error.strerror}); give its IPv4 address"
        ) from error
    return [str(address[0]) for *_rest, address in found]


def own_address(peer: Peer) -> str:
    """Give the box's address as a peer sees it; nothing is sent. Raises OSError with a clear text."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((peer.host, peer.port))
        except OSError as error:
            raise OSError(
                f"there is no way to {peer} ({error.strerror}); is the network cable in?"
            ) from error
        return str(probe.getsockname()[0])
