"""What the installer's file may say: the configuration's own sections, and what only a box has."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from appliance.core.config import (
    LineSection,
    OfficeSection,
    PanelSection,
    RecordingSection,
    SmsSection,
)

HostName = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9-]{0,30}$")]
Address = Annotated[str, Meta(pattern=r"^(|(\d{1,3}\.){3}\d{1,3})$")]
Network = Annotated[str, Meta(pattern=r"^(|(\d{1,3}\.){3}\d{1,3}/([89]|[12]\d|30))$")]
Server = Annotated[str, Meta(pattern=r"^[A-Za-z0-9.:-]{1,253}$")]


class BoxSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The box in the office network."""

    name: HostName = "aminbox"
    """Its name there: the panel answers at ``http://NAME.local``."""


class NetworkSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The cable."""

    method: Literal["dhcp", "fixed"] = "dhcp"
    """``dhcp`` asks the office's router; ``fixed`` uses the address below."""
    address: Network = ""
    """Own address with the network's size, such as 192.168.1.20/24."""
    gateway: Address = ""
    """The router's address."""
    dns: Annotated[list[Address], Meta(max_length=3)] = msgspec.field(default_factory=list)
    """Name servers; empty: the router's."""


class WifiSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Wireless, for an office without a cable where the box stands."""

    ssid: Annotated[str, Meta(max_length=32)] = ""
    """The network's name; empty: wireless stays off."""
    password: Annotated[str, Meta(pattern=r"^(|[\x20-\x7e]{8,63})$")] = ""
    """Its password, 8 to 63 Latin characters (IEEE 802.11, passphrase); taken over and blanked in the file."""
    country: Annotated[str, Meta(pattern=r"^[A-Z]{2}$")] = "IR"
    """Whose radio rules hold."""


class TimeSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where the box learns the time."""

    servers: Annotated[list[Server], Meta(max_length=4)] = msgspec.field(default_factory=list)
    """Time servers; empty: those of the network, else Debian's."""


class OwnerSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The first user of a new box; passed over when there is one already."""

    username: Annotated[str, Meta(pattern=r"^[^\s]{1,64}$")] = "modir"
    """The name to sign in with."""
    name: Annotated[str, Meta(min_length=1, max_length=80)] = "مدیر دفتر"
    """The name the panel shows."""
    password: Annotated[str, Meta(max_length=256)] = ""
    """At least 12 characters, changed at the first sign-in; empty: a code on the box's screen. Blanked in the file."""


class InstallerFile(msgspec.Struct, frozen=True, kw_only=True):
    """The whole file."""

    office: OfficeSection = OfficeSection()
    panel: PanelSection = PanelSection(host="0.0.0.0", https=True)
    lines: list[LineSection] = msgspec.field(default_factory=list)
    sms: SmsSection = SmsSection()
    recording: RecordingSection = RecordingSection(key_file="/var/lib/aminbox-key/recordings.key")
    box: BoxSection = BoxSection()
    network: NetworkSection = NetworkSection()
    wifi: WifiSection = WifiSection()
    time: TimeSection = TimeSection()
    owner: OwnerSection = OwnerSection()


CONFIGURATION = ("office", "panel", "lines", "sms", "recording")
"""Sections that become the product's configuration file; the others are the box's own."""
SECRETS = (("wifi", "password"), ("owner", "password"))
"""Taken over once and then blanked in the installer's file."""
