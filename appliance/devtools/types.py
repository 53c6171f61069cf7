"""A type in words, for people who write configuration files and read events."""

from __future__ import annotations

import types
import typing

import msgspec

_PLAIN: dict[object, str] = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "`true` or `false`",
    typing.Any: "anything",
    type(None): "null",
}


def type_in_words(kind: object) -> str:
    """Give a field's type in words, with the limits its `msgspec.Meta` sets."""
    origin, inside = typing.get_origin(kind), typing.get_args(kind)
    if origin is typing.Annotated:
        return _limited(
            type_in_words(inside[0]), [one for one in inside[1:] if isinstance(one, msgspec.Meta)]
        )
    if origin is typing.Literal:
        return " \\| ".join(f"`{one}`" for one in inside)
    if origin in (typing.Union, types.UnionType):
        return " or ".join(type_in_words(one) for one in inside)
    if origin is list:
        return f"list of {type_in_words(inside[0])}"
    if origin is dict:
        return "table"
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return f"[{kind.__name__}](#{kind.__name__.lower()})"
    return _PLAIN[kind]


def _limited(words: str, limits: list[msgspec.Meta]) -> str:
    for meta in limits:
        if meta.ge is not None or meta.le is not None:
            words += f", {meta.ge}–{meta.le}"
        if meta.max_length is not None:
            words += f", {meta.min_length or 0}–{meta.max_length} characters"
        if meta.pattern is not None:
            pattern = meta.pattern.replace("|", "\\|")
            words += f", as `{pattern}`"
    return words
