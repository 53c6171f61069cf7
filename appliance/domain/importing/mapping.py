"""Telling which profile a file is of, and which column is what."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from appliance.domain.importing.profiles import PROFILES, Profile, header_key
from appliance.domain.importing.targets import TARGETS
from appliance.domain.importing.values import Cell

MOST_LEAD_ROWS = 20
"""Rows a title and a date may take above the headers."""
SURE = 0.6
"""Share of a profile's headers above which it is taken for sure."""
LEAST = 2
"""Known headers below which a row is no row of headers."""


class Header(msgspec.Struct, frozen=True):
    """Where a table's headers stand."""

    row: int
    """Row of the file, from 1."""
    titles: list[str]


class Guess(msgspec.Struct, frozen=True):
    """What a file looks like."""

    profile: str
    """Empty: like nothing we know."""
    share: float
    """How many of the profile's headers it has, 0 to 1."""


class Mapping(msgspec.Struct, frozen=True, kw_only=True):
    """What the columns of a kind of file are; kept for each insurer and profile."""

    columns: dict[str, str] = {}
    """Target by normalised header."""
    lines: dict[str, str] = {}
    """Line of business by the folded text of a cell."""


_KEYS = {key: {header_key(title) for title in profile.headers} for key, profile in PROFILES.items()}
_ALL = set().union(*_KEYS.values())


def find_header(rows: Sequence[Sequence[Cell]]) -> Header | None:
    """Give the row with most known headers among the first ones; without any, the first row of several texts."""
    best: tuple[int, Header] | None = None
    for place, row in enumerate(rows[:MOST_LEAD_ROWS]):
        known = sum(header_key(cell) in _ALL for cell in row if isinstance(cell, str))
        if known >= LEAST and (best is None or known > best[0]):
            best = (known, Header(place + 1, [_title(cell) for cell in row]))
    if best is not None:
        return best[1]
    for place, row in enumerate(rows[:MOST_LEAD_ROWS]):
        if sum(isinstance(cell, str) for cell in row) >= LEAST:
            return Header(place + 1, [_title(cell) for cell in row])
    return None


def guess_profile(titles: Sequence[str]) -> Guess:
    """Give the profile whose headers a file shares most of, judged from both sides."""
    keys = {header_key(title) for title in titles if title.strip()}
    if not keys:
        return Guess("", 0.0)
    found = []
    for key, own in _KEYS.items():
        both = len(keys & own)
        if both:
            found.append((both / len(own | keys), both / len(own), key))
    found.sort(reverse=True)
    for _alike, share, key in found:
        mapping = suggest(PROFILES[key], titles)
        if not missing_targets(PROFILES[key], mapping):
            return Guess(key, round(share, 2))
    return Guess("", 0.0)


def suggest(profile: Profile, titles: Sequence[str], saved: Mapping | None = None) -> Mapping:
    """Give the mapping of a file's columns: what was saved for the insurer goes before what the profile knows."""
    known = {header_key(title): target for title, target in profile.headers.items()}
    chosen: dict[str, str] = {}
    taken: set[str] = set()
    for title in titles:
        key = header_key(title)
        if not key or key in chosen:
            continue
        target = saved.columns[key] if saved and key in saved.columns else known.get(key, "")
        if target in taken or (target and target not in TARGETS):
            target = ""
        chosen[key] = target
        if target:
            taken.add(target)
    return Mapping(columns=chosen, lines=dict(saved.lines) if saved else {})


def missing_targets(profile: Profile, mapping: Mapping) -> list[str]:
    """Give what the profile needs and no column has."""
    has = {target for target in mapping.columns.values() if target}
    return [one for one in profile.required if not has & set(one.split("|"))]


def places_of(mapping: Mapping, titles: Sequence[str]) -> dict[str, int]:
    """Give the place of each target's column."""
    found: dict[str, int] = {}
    for place, title in enumerate(titles):
        target = mapping.columns.get(header_key(title), "")
        if target and target not in found:
            found[target] = place
    return found


def _title(cell: Cell) -> str:
    return " ".join(str(cell).replace("_x000D_", " ").split()) if cell is not None else ""
