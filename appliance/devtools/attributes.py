"""The text under a field: attribute docstrings, which Python itself throws away, read from the source."""

from __future__ import annotations

import ast
import functools
import inspect
import itertools
import sys


def field_meanings(owner: type) -> dict[str, str]:
    """Give the text under each field of a class, its own and those it inherits."""
    meanings: dict[str, str] = {}
    for one in reversed(owner.__mro__):
        if one.__module__ in sys.modules and one is not object:
            meanings |= _meanings_by_class(one.__module__).get(one.__qualname__, {})
    return meanings


def meaning_of_class(owner: type) -> str:
    """Give a class's own docstring as one paragraph."""
    return paragraph(owner.__doc__ or "")


def paragraph(text: str) -> str:
    """Give a docstring as one line of Markdown: literals in single back-quotes, no line ends."""
    return " ".join(inspect.cleandoc(text).replace("``", "`").split())


@functools.cache
def _meanings_by_class(module: str) -> dict[str, dict[str, str]]:
    try:
        source = inspect.getsource(sys.modules[module])
    except (OSError, TypeError):
        return {}
    return {
        node.name: _meanings(node.body) for node in ast.parse(source).body if isinstance(node, ast.ClassDef)
    }


def _meanings(body: list[ast.stmt]) -> dict[str, str]:
    found = {}
    for field, below in itertools.pairwise(body):
        if (
            isinstance(field, ast.AnnAssign)
            and isinstance(field.target, ast.Name)
            and isinstance(below, ast.Expr)
            and isinstance(below.value, ast.Constant)
            and isinstance(below.value.value, str)
        ):
            found[field.target.id] = paragraph(below.value.value)
    return found
