"""The registry of timed jobs: a function with `@job` is all there is to add."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import msgspec

from db import Connection

Work = Callable[[Connection, datetime], str]
"""Does the job at an instant and says in a few words what it did."""


class Job(msgspec.Struct, frozen=True):
    """One timed job."""

    name: str
    every_minutes: int
    work: Work
    purpose: str


JOBS: dict[str, Job] = {}


def job(*, every_minutes: int) -> Callable[[Work], Work]:
    """Register a function as a job that runs every so many minutes; its docstring's first line is its purpose."""

    def register(work: Work) -> Work:
        name = work.__name__
        if name in JOBS:
            raise ValueError(f"there are two jobs named {name}")
        JOBS[name] = Job(name, every_minutes, work, (work.__doc__ or "").partition("\n")[0])
        return work

    return register
