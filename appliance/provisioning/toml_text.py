"""Writing plain values as TOML: only what the configuration holds."""

from __future__ import annotations

from typing import Any


def toml_text(values: dict[str, Any]) -> str:
    """Write sections: tables, lists of tables, and plain values in them."""
    parts: list[str] = []
    for name, section in values.items():
        if isinstance(section, list):
            parts += [_table(f"[[{name}]]", row, name) for row in section]
        else:
            parts.append(_table(f"[{name}]", section, name))
    return "\n".join(parts)


def _table(head: str, row: dict[str, Any], name: str) -> str:
    plain = [f"{key} = {_value(value)}" for key, value in row.items() if not isinstance(value, dict)]
    nested = [
        _table(f"[{name}.{key}]", value, f"{name}.{key}")
        for key, value in row.items()
        if isinstance(value, dict)
    ]
    return "\n".join([head, *plain, *nested]) + "\n"


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, list):
        return f"[{', '.join(_value(one) for one in value)}]"
    return '"' + "".join(_escaped(letter) for letter in str(value)) + '"'


def _escaped(letter: str) -> str:
    if letter in '"\\':
        return f"\\{letter}"
    return f"\\u{ord(letter):04x}" if ord(letter) < 32 or ord(letter) == 127 else letter
