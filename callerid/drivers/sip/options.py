"""What a line's ``options`` may say to the `sip` driver, read and checked in one place."""

from __future__ import annotations

import ipaddress
import re
import wave
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from callerid.drivers.sip.headers import read_address
from callerid.drivers.sip.identity import user_of

SIP_PORT = 5060
"""RFC 3261, clause 19.1.2."""
LONGEST_ANNOUNCEMENT_S = 30.0

Backend = Literal["auto", "sippy", "pjsua2"]
Port = Annotated[int, Meta(ge=1, le=65535)]
Codec = Literal["PCMA", "PCMU"]


class Peer(msgspec.Struct, frozen=True):
    """A host and its port for SIP."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The driver's options, as written in ``[lines.options]``."""

    mode: Literal["observe", "bridge", "register"] = "observe"
    """``observe`` rings along and never answers; ``register`` is that at a registrar; ``bridge`` joins the path."""
    backend: Backend = "auto"
    """Which signalling library: ``auto`` takes pjsua2 where it can be imported, else sippy."""
    gateway: str = ""
    """``host`` or ``host:port`` of the gateway or trunk that sends the calls."""
    listen: str = ""
    """Own address; empty: the one the gateway or registrar is reached from."""
    port: Port = SIP_PORT
    """Own UDP port for SIP."""
    rtp_ports: tuple[Port, Port] = (16384, 16483)
    """First and last UDP port for sound; a bridged call takes four."""
    registrar: str = ""
    """``host`` or ``host:port`` to register at; needed by ``register``."""
    user: Annotated[str, Meta(max_length=128)] = ""
    """User name at the registrar or for calls to the agent's telephone."""
    password: Annotated[str, Meta(max_length=128)] = ""
    """Its password; better kept in `password_file`."""
    password_file: str = ""
    """File whose first line is the password."""
    register_s: Annotated[int, Meta(ge=60, le=86400)] = 600
    """Life of a registration that is asked for; it is renewed well before."""
    agent_uri: str = ""
    """Where a bridged call rings: ``sip:200@192.168.1.30:5060``."""
    trusted_peers: tuple[str, ...] = ()
    """Further addresses or networks whose P-Asserted-Identity counts, as that of the gateway and registrar does."""
    account_names: tuple[str, ...] = ("FXO",)
    """User names that are never numbers, as that of a gateway's telephone port; `user` is one without being listed."""
    codecs: Annotated[tuple[Codec, ...], Meta(min_length=1)] = ("PCMA", "PCMU")
    """Codecs a bridged call may use."""
    beep_s: Annotated[int, Meta(ge=0, le=600)] = 0
    """Seconds between the beeps both sides hear in a bridged call; 0: none."""
    announcement: str = ""
    """WAV file (8 kHz, mono, 16 bit, at most 30 s) both sides hear before a bridged call is put through."""
    watch_s: Annotated[float, Meta(ge=0, le=3600)] = 5.0
    """The line is down when gateway or registrar answered nothing for so long; 0: never asked."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The options as the signalling process works with them."""

    backend: Literal["sippy", "pjsua2"]
    bridge: bool
    listen: str
    port: int
    rtp_ports: tuple[int, int]
    gateway: Peer | None
    registrar: Peer | None
    user: str
    password: str
    register_s: int
    agent_user: str
    agent: Peer | None
    trusted: tuple[str, ...]
    accounts: tuple[str, ...]
    codecs: tuple[str, ...]
    beep_s: int
    announcement: str
    watch_s: float

    @property
    def watched(self) -> Peer:
        """Who is asked whether it lives."""
        peer = self.gateway or self.registrar
        assert peer is not None
        return peer


def read_options(given: dict[str, Any]) -> Options:
    """Check a line's options. Raises ValueError that names what is wrong."""
    try:
        options = msgspec.convert(given, Options, str_keys=True)
    except msgspec.ValidationError as error:
        raise ValueError(f"the sip driver's options: {error}") from None
    if not options.gateway and not options.registrar:
        raise ValueError(
            "the sip driver's options: 'gateway' is missing (host or host:port of what sends the calls)"
        )
    if options.mode == "register" and not (options.registrar and options.user):
        raise ValueError("the sip driver's options: mode 'register' needs 'registrar' and 'user'")
    if options.registrar and not options.user:
        raise ValueError("the sip driver's options: 'registrar' needs 'user'")
    for name in ("gateway", "registrar"):
        if getattr(options, name):
            peer_of(getattr(options, name), name)
    _check_bridge(options)
    if options.listen:
        _check_address(options.listen, "listen")
    for network in options.trusted_peers:
        try:
            ipaddress.ip_network(network, strict=False)
        except ValueError:
            raise ValueError(
                f"the sip driver's options: 'trusted_peers' has {network!r}, which is no address or network"
            ) from None
    first, last = options.rtp_ports
    if last - first < 3:
        raise ValueError("the sip driver's options: 'rtp_ports' is [first, last] with at least four ports")
    if options.password and options.password_file:
        raise ValueError("the sip driver's options: give 'password' or 'password_file', not both")
    return options


def settings_of(options: Options, backend: Literal["sippy", "pjsua2"]) -> Settings:
    """Give what the signalling process needs. Raises ValueError when a password file cannot be read."""
    bridge = options.mode == "bridge"
    return Settings(
        backend=backend,
        bridge=bridge,
        listen=options.listen,
        port=options.port,
        rtp_ports=(options.rtp_ports[0], options.rtp_ports[1]),
        gateway=peer_of(options.gateway, "gateway") if options.gateway else None,
        registrar=peer_of(options.registrar, "registrar") if options.registrar else None,
        user=options.user,
        password=_password(options),
        register_s=options.register_s,
        agent_user=user_of(options.agent_uri) if bridge else "",
        agent=_agent_peer(options.agent_uri) if bridge else None,
        trusted=tuple(options.trusted_peers),
        accounts=(*options.account_names, *filter(None, [options.user])),
        codecs=tuple(dict.fromkeys(options.codecs)),
        beep_s=options.beep_s,
        announcement=options.announcement,
        watch_s=options.watch_s,
    )


def peer_of(text: str, what: str) -> Peer:
    """Read ``host`` or ``host:port``. Raises ValueError."""
    host, colon, port = text.partition(":")
    if not re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,253}[A-Za-z0-9])?", host) or (
        colon and not (port.isascii() and port.isdigit() and 1 <= int(port) <= 65535)
    ):
        raise ValueError(
            f"the sip driver's options: {what!r} is {text!r}, expected host or host:port (IPv4 or a name)"
        )
    return Peer(host, int(port) if colon else SIP_PORT)


def read_announcement(path: str) -> bytes:
    """Give an announcement's samples as 16-bit little-endian PCM at 8 kHz. Raises ValueError."""
    try:
        with wave.open(path, "rb") as file:
            form = (file.getframerate(), file.getnchannels(), file.getsampwidth())
            if form != (8000, 1, 2):
                raise ValueError(
                    f"{path} is {form[0]} Hz, {form[1]} channels, {8 * form[2]} bit; needed: 8000, 1, 16"
                )
            if file.getnframes() > LONGEST_ANNOUNCEMENT_S * form[0]:
                raise ValueError(f"{path} is longer than {LONGEST_ANNOUNCEMENT_S:.0f} s")
            return file.readframes(file.getnframes())
    except (OSError, EOFError, wave.Error) as error:
        raise ValueError(f"the announcement cannot be read: {error}") from None


def _check_bridge(options: Options) -> None:
    if options.mode != "bridge":
        for name in ("agent_uri", "beep_s", "announcement"):
            if getattr(options, name):
                raise ValueError(f"the sip driver's options: {name!r} is for mode 'bridge' only")
        return
    if not user_of(options.agent_uri):
        raise ValueError(
            "the sip driver's options: mode 'bridge' needs 'agent_uri', as sip:200@192.168.1.30:5060, "
            f"got {options.agent_uri!r}"
        )
    _agent_peer(options.agent_uri)
    if options.announcement:
        try:
            read_announcement(options.announcement)
        except ValueError as error:
            raise ValueError(f"the sip driver's options: {error}") from None


def _agent_peer(uri: str) -> Peer:
    host = read_address(uri).uri.rpartition("@")[2]
    return peer_of(host, "agent_uri")


def _check_address(text: str, name: str) -> None:
    try:
        address = ipaddress.IPv4Address(text)
    except ValueError:
        raise ValueError(
            f"the sip driver's options: {name!r} is {text!r}, expected an IPv4 address"
        ) from None
    if address.is_unspecified:
        raise ValueError(f"the sip driver's options: {name!r} is one of the box's own addresses, or left out")


def _password(options: Options) -> str:
    if not options.password_file:
        return options.password
    try:
        lines = Path(options.password_file).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"the sip driver's options: 'password_file' cannot be read: {error}") from None
    if not lines or not lines[0].strip():
        raise ValueError(f"the sip driver's options: 'password_file' {options.password_file} is empty")
    return lines[0].strip()
