"""Which signalling libraries this machine has, and which one a line uses."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Literal

Library = Literal["sippy", "pjsua2"]
LIBRARIES: tuple[Library, ...] = ("pjsua2", "sippy")
"""In the order in which ``auto`` takes them."""


def importable() -> list[Library]:
    """Give the libraries that can be imported, the preferred one first; none is loaded."""
    return [library for library in LIBRARIES if find_spec(library) is not None]


def choose(wanted: str) -> Library:
    """Give the library to use. Raises `LookupError` that says what is missing."""
    found = importable()
    if wanted == "auto":
        if found:
            return found[0]
        raise LookupError("no signalling library: install sippy ('make venv' does) or pjsua2")
    for library in found:
        if library == wanted:
            return library
    raise LookupError(
        f"backend {wanted!r} cannot be imported; found: {', '.join(found) or 'none'}. docs/lines/sip.md tells how to "
        'install it; backend = "auto" takes what there is'
    )
