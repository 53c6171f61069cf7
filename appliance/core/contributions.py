"""What installed distributions contribute under a group name (entry points), read from their own files.

The standard library's reader is right and costs 2.5 MB in each of a box's dozen processes, for the parsers of mail
headers and archives it brings along. A role needs one line of one text file: the packaging standard "Entry points
specification", section "File format".
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

FILE = "entry_points.txt"
FOLDER = ".dist-info"


def contributed(group: str) -> dict[str, str]:
    """Give what is contributed under a group: name → ``module:attribute``, in order of names.

    The first folder of the import path that names a thing has it, as with imports.
    """
    found: dict[str, str] = {}
    for text in _texts():
        for name, value in _of_group(text, group):
            found.setdefault(name, value)
    return dict(sorted(found.items()))


def load(value: str) -> Any:
    """Import what ``module:attribute`` names.

    Raises:
        ImportError, AttributeError: It is not there.
    """
    module, _, attributes = value.partition(":")
    thing: Any = import_module(module)
    for attribute in filter(None, attributes.split(".")):
        thing = getattr(thing, attribute)
    return thing


def _texts() -> Iterator[str]:
    for folder in dict.fromkeys(sys.path):
        try:
            names = sorted(name for name in os.listdir(folder or ".") if name.endswith(FOLDER))
        except OSError:
            continue  # an archive, or a folder that is not there: nothing is installed in it
        for name in names:
            try:
                yield (Path(folder) / name / FILE).read_text(encoding="utf-8")
            except OSError:
                continue  # it contributes nothing


def _of_group(text: str, group: str) -> Iterator[tuple[str, str]]:
    is_wanted = False
    for line in map(str.strip, text.splitlines()):
        if line.startswith("["):
            is_wanted = line == f"[{group}]"
        elif is_wanted and line and not line.startswith(("#", ";")):
            name, _, value = line.partition("=")
            yield name.strip(), value.partition("[")[0].strip()
