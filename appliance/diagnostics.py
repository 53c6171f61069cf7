"""What is wrong, and what helps: the checks and reports every folder contributes.

A folder contributes an object with ``check(config) -> list[Problem]`` and ``report(config) -> list[Finding]``
through the entry-point group ``aminbox.diagnostics``.
"""

from __future__ import annotations

from typing import Protocol

import msgspec

from appliance.core.command import EXIT_CONFIG
from appliance.core.config import Config
from appliance.core.contributions import contributed, load

GROUP = "aminbox.diagnostics"


class Problem(msgspec.Struct, frozen=True):
    """Something that keeps the box from working."""

    what: str
    remedy: str
    exit_code: int = EXIT_CONFIG

    def __str__(self) -> str:
        return f"{self.what}: {self.remedy}"


class Finding(msgspec.Struct, frozen=True):
    """One line of the doctor's report."""

    subject: str
    state: str
    is_fine: bool = True


class Diagnostics(Protocol):
    """What a folder contributes."""

    def check(self, config: Config) -> list[Problem]:
        """Give what must be mended before the roles can start."""
        ...

    def report(self, config: Config) -> list[Finding]:
        """Give what is found, for a person who looks for a fault."""
        ...


def check_all(config: Config) -> list[Problem]:
    """Give every problem of every folder."""
    return [problem for one in _contributed() for problem in one.check(config)]


def report_all(config: Config) -> list[Finding]:
    """Give every folder's findings."""
    return [finding for one in _contributed() for finding in one.report(config)]


def _contributed() -> list[Diagnostics]:
    return [load(value) for value in contributed(GROUP).values()]
