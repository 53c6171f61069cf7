"""A screen is a folder: `panel/<subject>/` exports one `Feature`, and everything else learns of it from there."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from flask import Blueprint, Flask

from appliance.domain.access import Permission
from panel.context import Office

Section = Literal["customers", "money", "books", "office"]
SECTION_TITLES: dict[Section, str] = {
    "customers": "ارتباط با مشتریان",
    "money": "امور مالی",
    "books": "حسابداری",
    "office": "مدیریت دفتر",
}
"""The product's three parts, and what keeps the office and the box going; a part without screens is not shown."""


@dataclass(frozen=True)
class MenuItem:
    """One line of the menu."""

    title: str
    """Persian title."""
    endpoint: str
    icon: str
    """Name of a symbol in the icon sprite."""
    permission: Permission | None = None
    """Who sees it; None: everybody signed in."""
    place: int = 100
    """Order in the menu, lowest first."""
    section: Section = "customers"
    key: str = ""
    """Letter that opens it after ``g``; empty: none."""
    count: Callable[[], int] | None = None
    """How many things wait there for the signed-in user, shown beside the title; 0 is not shown."""
    count_words: str = "خوانده‌نشده"
    """What is counted, for those who hear the page."""
    late: Callable[[], int] | None = None
    """How many of them should be done already; with any, the count is shown as a warning."""


def _always(_office: Office) -> bool:
    return True


def _nothing(_app: Flask) -> None:
    return None


@dataclass(frozen=True)
class Feature:
    """One screen or subject of the panel."""

    blueprint: Blueprint
    menu: tuple[MenuItem, ...] = ()
    permissions: tuple[Permission, ...] = ()
    """Every permission its routes ask for."""
    is_enabled: Callable[[Office], bool] = _always
    install: Callable[[Flask], None] = _nothing
    """What it adds to the application beside its routes, such as live messages; called when all else stands."""


def discover(office: Office) -> list[Feature]:
    """Give the features of all folders of the panel that export one and are enabled here, by name."""
    import panel

    found = []
    for module in sorted(pkgutil.iter_modules(panel.__path__), key=lambda entry: entry.name):
        if not module.ispkg:
            continue
        feature = getattr(importlib.import_module(f"panel.{module.name}"), "feature", None)
        if isinstance(feature, Feature) and feature.is_enabled(office):
            found.append(feature)
    return found
