"""The network's settings as files of systemd-networkd, wpa_supplicant and timesyncd."""

from __future__ import annotations

from appliance.provisioning.sections import NetworkSection, TimeSection, WifiSection

_HEAD = "# Written at each start from the installer's file.\n"
_COMMON = "MulticastDNS=yes\nLinkLocalAddressing=yes\n"


def wired(section: NetworkSection) -> str:
    """Give the .network file of the cable."""
    rows = [f"{_HEAD}[Match]\nType=ether\n\n[Network]\n{_COMMON}"]
    if section.method == "dhcp":
        rows.append("DHCP=yes\n")
    else:
        rows.append(f"Address={section.address}\nGateway={section.gateway}\n")
    rows += [f"DNS={server}\n" for server in section.dns if server]
    rows.append("\n[DHCPv4]\nUseHostname=no\n\n[Link]\nRequiredForOnline=no\n")
    return "".join(rows)


def wireless(section: WifiSection) -> str:
    """Give the .network file of wireless, which takes second place behind a cable."""
    return (
        f"{_HEAD}[Match]\nType=wlan\n\n[Network]\nDHCP=yes\n{_COMMON}IgnoreCarrierLoss=10s\n\n"
        f"[DHCPv4]\nUseHostname=no\nRouteMetric=2048\n\n[Link]\nRequiredForOnline=no\n"
    )


def supplicant(section: WifiSection) -> str:
    """Give wpa_supplicant's file; names and passwords in hexadecimal or quoted so that no letter ends the text."""
    ssid = section.ssid.encode().hex()
    key = f'psk="{section.password}"' if section.password else "key_mgmt=NONE"
    return f"country={section.country}\nnetwork={{\n\tssid={ssid}\n\tscan_ssid=1\n\t{key}\n}}\n"


def times(section: TimeSection) -> str:
    """Give timesyncd's file."""
    return f"{_HEAD}[Time]\nNTP={' '.join(section.servers)}\n" if section.servers else _HEAD
