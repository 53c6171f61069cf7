"""docs/configuration.md, from `appliance/core/config/sections.py`."""

from __future__ import annotations

import json
import typing

import msgspec

from appliance.core.config import Config, LineSection
from appliance.devtools.attributes import field_meanings, meaning_of_class
from appliance.devtools.types import type_in_words

_INTRODUCTION = """\
One TOML file in UTF-8. A command takes the file named with `--config`, else the one in `$AMINBOX_CONFIG`, else
`/etc/aminbox/aminbox.toml`, else that of the office this user started last with `aminbox run`. A key that is not
listed here is an error, so a misspelt one is never passed over in silence; `aminbox check` prints every problem
with its remedy. Without any key the defaults below hold.
"""


def configuration_page() -> str:
    """Give the page."""
    parts = ["# Configuration\n", _INTRODUCTION]
    parts += [_section(heading, section) for heading, section in sections()]
    parts.append(f"## Example\n\nEvery key with its default, and one line.\n\n```toml\n{example()}```\n")
    return "\n".join(parts)


def sections() -> list[tuple[str, type[msgspec.Struct]]]:
    """Give each section's heading in the file, and its struct."""
    found: list[tuple[str, type[msgspec.Struct]]] = []
    for name, kind in typing.get_type_hints(Config).items():
        is_repeated = typing.get_origin(kind) is list
        section = typing.get_args(kind)[0] if is_repeated else kind
        found.append((f"[[{name}]]" if is_repeated else f"[{name}]", section))
    return found


def example() -> str:
    """Give a whole configuration file that says what holds without one, and one line."""
    parts = []
    for heading, section in sections():
        lines = [f"# {meaning_of_class(section)}", heading]
        for field in msgspec.structs.fields(section):
            value = 1 if section is LineSection and field.name == "number" else _default(field)
            lines.append(f"{field.name} = {_toml(value)}")
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


def _section(heading: str, section: type[msgspec.Struct]) -> str:
    meanings, kinds = field_meanings(section), typing.get_type_hints(section, include_extras=True)
    rows = [
        f"| `{field.name}` | {type_in_words(kinds[field.name])} | {_shown(field)} | {meanings[field.name]} |"
        for field in msgspec.structs.fields(section)
    ]
    repeated = " Repeat the heading for each." if heading.startswith("[[") else ""
    table = "\n".join(["| key | type | default | meaning |", "|---|---|---|---|", *rows, ""])
    return f"## `{heading}`\n\n{meaning_of_class(section)}{repeated}\n\n{table}"


def _shown(field: msgspec.structs.FieldInfo) -> str:
    return "*required*" if field.required else f"`{_toml(_default(field))}`"


def _default(field: msgspec.structs.FieldInfo) -> object:
    if field.default_factory is not msgspec.NODEFAULT:
        return field.default_factory()
    return field.default


def _toml(value: object) -> str:
    # JSON writes texts, numbers, truth and lists as TOML does; an empty table is the same in both.
    return json.dumps(value, ensure_ascii=False)
