"""What the panel says of the office before everything else knows it: ``office.toml`` in the data folder.

Name and area code stand in the installer's file, which the box never writes; what was typed at the first start goes
before it. A file that cannot be used is passed over.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import msgspec

from appliance.core.config.own_lines import quoted
from appliance.core.config.sections import OfficeSection
from appliance.core.whole_files import write_whole

FILE = "office.toml"
HEADER = (
    "# Written by the panel: goes before [office] of the configuration file. Remove it to go back to that.\n"
)


def office_file(folder: str | Path) -> Path:
    """Give the file of a data folder."""
    return Path(folder) / FILE


def with_own_office(office: OfficeSection, folder: str | Path) -> OfficeSection:
    """Give the office as the panel knows it; never raises."""
    try:
        raw = tomllib.loads(office_file(folder).read_text(encoding="utf-8"))
        own = msgspec.convert({**msgspec.to_builtins(office), **raw}, OfficeSection)
    except (OSError, ValueError, RecursionError):
        return office
    return msgspec.structs.replace(office, name=own.name, area_code=own.area_code)


def write_own_office(folder: str | Path, *, name: str, area_code: str) -> None:
    """Write the file whole or not at all. Raises OSError, `msgspec.ValidationError`."""
    msgspec.convert({"name": name, "area_code": area_code}, OfficeSection)
    path = office_file(folder)
    text = f"{HEADER}name = {quoted(name)}\narea_code = {quoted(area_code)}\n"
    write_whole(path, text.encode(), 0o640)
