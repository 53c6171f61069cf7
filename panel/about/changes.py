"""The changelog as the page shows it: headings, entries and nothing else of Markdown."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import msgspec

PLACES = (Path(__file__).parents[2] / "CHANGELOG.md", Path("/usr/share/doc/aminbox/CHANGELOG.md"))


class Release(msgspec.Struct, frozen=True):
    """One version and what is new in it, by heading."""

    title: str
    entries: dict[str, list[str]]


@cache
def read_changes() -> list[Release]:
    """Give the versions, newest first; empty where the changelog was not delivered."""
    path = next((place for place in PLACES if place.is_file()), None)
    return parse_changes(path.read_text(encoding="utf-8")) if path else []


def parse_changes(text: str) -> list[Release]:
    """Read a changelog's headings (``##`` a version, ``###`` a kind) and its list entries."""
    releases: list[Release] = []
    heading = ""
    for line in text.splitlines():
        if line.startswith("## "):
            releases.append(Release(line[3:].strip(), {}))
            heading = ""
        elif line.startswith("### "):
            heading = line[4:].strip()
        elif releases and line.startswith("- "):
            releases[-1].entries.setdefault(heading, []).append(line[2:].strip())
        elif releases and line.startswith("  ") and line.strip():
            entries = releases[-1].entries.get(heading)
            if entries:
                entries[-1] += f" {line.strip()}"
    return releases
