"""Taking the installer's file over at the start of the box: configuration, network, name, first owner, secrets."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from appliance.core.whole_files import write_whole
from appliance.provisioning.blanking import blanked
from appliance.provisioning.network import supplicant, times, wired, wireless
from appliance.provisioning.reading import Problem, Reading, read_installer_file
from appliance.provisioning.sections import CONFIGURATION, InstallerFile, OwnerSection
from appliance.provisioning.toml_text import toml_text

LARGEST_READ = 1 << 20


class Places(msgspec.Struct, frozen=True):
    """Where everything stands; a test gives another `root`."""

    root: Path = Path("/")

    @property
    def installer_file(self) -> Path:
        """On the first partition, mounted for reading only."""
        return self.root / "boot/aminbox/aminbox.toml"

    @property
    def settings(self) -> Path:
        """Folder of what was taken over; it survives updates."""
        return self.root / "etc/aminbox"

    @property
    def report(self) -> Path:
        """What was wrong, for panel and screen."""
        return self.root / "run/aminbox/provisioning.json"

    @property
    def owner(self) -> Path:
        """The first owner, until he is entered."""
        return self.root / "var/lib/aminbox/first-owner.json"


class Report(msgspec.Struct, frozen=True):
    """What the start took over."""

    problems: list[Problem]
    address: str
    """The panel's address by name."""


def provision(places: Places, *, rewrite: Callable[[Path, bytes], None], group: int = -1) -> Report:
    """Take the file over; `rewrite` overwrites it in place. Secrets are stored before they are blanked."""
    data = _read(places.installer_file)
    reading = read_installer_file(data, _last_good(places))
    kept = _with_kept_secrets(reading, _last_good(places))
    places.settings.mkdir(parents=True, exist_ok=True)
    configuration = {name: reading.values[name] for name in CONFIGURATION if name in reading.values}
    defaults = msgspec.to_builtins(InstallerFile())
    for name in ("panel", "recording"):
        configuration.setdefault(name, {key: value for key, value in defaults[name].items() if value})
    write_whole(places.settings / "aminbox.toml", toml_text(configuration).encode(), 0o640, group)
    _write_network(places, msgspec.convert(kept, InstallerFile))
    _hand_over_owner(places, reading.file.owner, group)
    write_whole(places.settings / "last-good.json", _json(_without_owner(kept)), 0o600)
    problems = list(reading.problems)
    if data is not None and (clean := blanked(data)) != data:
        try:
            rewrite(places.installer_file, clean)
        except OSError as error:
            problems.append(
                Problem(
                    "", "رمزها از پروندهٔ کارت پاک نشد؛ کارت را بیرون بیاورید و خودتان پاک کنید.", str(error)
                )
            )
    report = Report(problems, f"http://{reading.file.box.name}.local")
    places.report.parent.mkdir(parents=True, exist_ok=True)
    write_whole(places.report, msgspec.json.encode(report), 0o640, group)
    return report


def _write_network(places: Places, file: InstallerFile) -> None:
    network = places.root / "run/systemd/network"
    network.mkdir(parents=True, exist_ok=True)
    write_whole(network / "10-cable.network", wired(file.network).encode(), 0o644)
    supplicants = places.root / "etc/wpa_supplicant"
    if file.wifi.ssid:
        supplicants.mkdir(parents=True, exist_ok=True)
        write_whole(network / "20-wireless.network", wireless(file.wifi).encode(), 0o644)
        write_whole(supplicants / "wpa_supplicant-wlan0.conf", supplicant(file.wifi).encode(), 0o600)
    timesync = places.root / "run/systemd/timesyncd.conf.d"
    timesync.mkdir(parents=True, exist_ok=True)
    write_whole(timesync / "aminbox.conf", times(file.time).encode(), 0o644)
    write_whole(places.root / "etc/hostname", f"{file.box.name}\n".encode(), 0o644)


def _hand_over_owner(places: Places, owner: OwnerSection, group: int) -> None:
    """Leave the owner's name, and password when one is given, for the command that enters him."""
    if owner.password or not places.owner.exists():
        places.owner.parent.mkdir(parents=True, exist_ok=True)
        write_whole(places.owner, msgspec.json.encode(owner), 0o660, group)


def _with_kept_secrets(reading: Reading, last_good: dict[str, Any]) -> dict[str, Any]:
    """Give the sections with the wireless password of before, where it was blanked since."""
    wifi, before = reading.values.get("wifi", {}), last_good.get("wifi", {})
    if wifi.get("ssid") and wifi.get("ssid") == before.get("ssid") and not wifi.get("password"):
        return reading.values | {"wifi": wifi | {"password": before.get("password", "")}}
    return reading.values


def _without_owner(values: dict[str, Any]) -> dict[str, Any]:
    return {name: section for name, section in values.items() if name != "owner"}


def _last_good(places: Places) -> dict[str, Any]:
    try:
        found = json.loads((places.settings / "last-good.json").read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _read(path: Path) -> bytes | None:
    try:
        with path.open("rb") as file:
            return file.read(LARGEST_READ)
    except OSError:
        return None


def _json(values: dict[str, Any]) -> bytes:
    return json.dumps(values, ensure_ascii=False, sort_keys=True).encode()
