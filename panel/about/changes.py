"""The changelog as the page shows it: headings, entries and nothing else of Markdown."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

import msgspec

PLACES = (Path(__file__).parents[2] / "CHANGELOG.fa.md", Path("/usr/share/doc/aminbox/CHANGELOG.fa.md"))
"""The changelog in the words of those who use the panel; `CHANGELOG.md` has the same versions in English."""


class Release(msgspec.Struct, frozen=True):
    """One version and what is new in it, by heading."""

    version: str
    day: str | None
    """ISO date, where the heading has one."""
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
            version, _, day = line[3:].partition("—")
            releases.append(Release(version.strip(), _iso_day(day.strip()), {}))
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


def _iso_day(text: str) -> str | None:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return None
