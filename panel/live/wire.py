"""How live messages are written: JSON in UTF-8.

Socket.IO's own choice escapes every Persian letter into six characters, which makes a card half as long again, for
the panel to write to each browser and for each browser to read.
"""

from __future__ import annotations

from typing import Any

import msgspec


def dumps(message: Any, **_options: Any) -> str:
    """Write one message; the options of the standard library's `json` say nothing here."""
    return msgspec.json.encode(message).decode()


def loads(text: str | bytes, **_options: Any) -> Any:
    """Read what a browser sent. Raises `ValueError` for what is no JSON."""
    return msgspec.json.decode(text)
