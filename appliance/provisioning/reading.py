"""Reading the installer's file so that one mistake costs one section: the last good one stays in force."""

from __future__ import annotations

import ipaddress
import tomllib
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from appliance.provisioning.sections import InstallerFile, NetworkSection
from appliance.provisioning.words import persian

LARGEST_BYTES = 1 << 18


class Problem(msgspec.Struct, frozen=True):
    """What is wrong, for the panel and for the box's own screen."""

    place: str
    """Section and key, such as ``network.address``; empty: the whole file."""
    words: str
    """In Persian, with what helps."""
    technical: str
    """In English; the screen's letters are Latin."""


class Reading(msgspec.Struct, frozen=True):
    """What the file gave."""

    values: dict[str, Any]
    """Sections in force, as plain values: of the file, else the last good ones; absent ones have their defaults."""
    file: InstallerFile
    problems: list[Problem]


def read_installer_file(data: bytes | None, last_good: dict[str, Any]) -> Reading:
    """Read the file's bytes; None: it is missing. Never raises."""
    if data is None:
        return _fallback(last_good, "the file aminbox.toml is missing on the first partition", "missing")
    if len(data) > LARGEST_BYTES:
        return _fallback(last_good, f"larger than {LARGEST_BYTES >> 10} KiB", "large")
    try:
        raw = tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        return _fallback(last_good, f"byte {error.start} is not UTF-8", "utf-8")
    except (ValueError, RecursionError) as error:
        return _fallback(last_good, f"not valid TOML: {error}", "toml")
    return _read_sections(raw, last_good)


def _read_sections(raw: dict[str, Any], last_good: dict[str, Any]) -> Reading:
    problems: list[Problem] = []
    values: dict[str, Any] = {}
    kinds = {field.name: field.type for field in msgspec.structs.fields(InstallerFile)}
    for name in raw.keys() - kinds.keys():
        problems.append(Problem(name, persian("unknown section", name), f"[{name}] is no section"))
    for name, kind in kinds.items():
        if name not in raw:
            continue
        try:
            # Defaults of the file's own (the panel serves the office's network) hold for keys not given.
            section = _with_defaults(name, raw[name])
            _check(name, msgspec.convert(section, kind))
            values[name] = section
        except (msgspec.ValidationError, ValueError) as error:
            key = _key_of(str(error))
            place = f"{name}.{key}" if key else name
            problems.append(Problem(place, persian(str(error), place), f"[{name}] {error}"))
            if name in last_good:
                values[name] = last_good[name]
    try:
        return Reading(values, msgspec.convert(values, InstallerFile), problems)
    except msgspec.ValidationError as error:
        # The last good section is of an older version that knew other keys.
        kept = {
            name: value for name, value in values.items() if name in raw and value is not last_good.get(name)
        }
        problems.append(Problem("", persian(str(error), ""), str(error)))
        return Reading(kept, msgspec.convert(kept, InstallerFile), problems)


def _with_defaults(name: str, section: Any) -> Any:
    default = getattr(InstallerFile(), name)
    if isinstance(section, dict) and name in ("panel", "recording"):
        return {key: value for key, value in msgspec.to_builtins(default).items() if value} | section
    return section


def _check(name: str, section: Any) -> None:
    """Refuse what the kinds alone do not tell. Raises `ValueError` in msgspec's form, with the key at its end."""
    if isinstance(section, NetworkSection):
        for key in ("address", "gateway"):
            text = getattr(section, key)
            if text:
                try:
                    ipaddress.ip_interface(text)
                except ValueError:
                    raise ValueError(f"no such address - at `$.{key}`") from None
        if section.method == "fixed" and not (section.address and section.gateway):
            key = "gateway" if section.address else "address"
            raise ValueError(f"Object missing required field `{key}`")
    elif name == "office":
        try:
            ZoneInfo(section.time_zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError("unknown time zone - at `$.time_zone`") from None
    elif name == "owner" and 0 < len(section.password) < 12:
        raise ValueError("Expected `str` of length >= 12 - at `$.password`")
    elif name == "lines" and len({line.number for line in section}) < len(section):
        raise ValueError("a line is given twice - at `$[...].number`")


def _key_of(message: str) -> str:
    """Give the key a message of msgspec is about; empty: the section itself."""
    if "field `" in message:
        return message.partition("field `")[2].partition("`")[0]
    place = message.rpartition("at `$")[2].rstrip("`") if "at `$" in message else ""
    return place.rpartition(".")[2].strip("[]. ")


def _fallback(last_good: dict[str, Any], technical: str, kind: str) -> Reading:
    problem = Problem("", persian(kind, ""), technical)
    try:
        return Reading(dict(last_good), msgspec.convert(last_good, InstallerFile), [problem])
    except msgspec.ValidationError:
        return Reading({}, InstallerFile(), [problem])
