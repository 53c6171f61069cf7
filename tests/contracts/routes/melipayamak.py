"""The `melipayamak` route and its service's stand-in."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

from tests.contracts.routes import Bench, on_web
from tests.fakes.providers.melipayamak import Melipayamak


def on_bench(tmp_path: Path) -> AbstractContextManager[Bench]:
    """Give the route beside its service."""
    return on_web(
        "melipayamak",
        Melipayamak(),
        lambda base: {"base": base, "username": "u", "line": "3000"},
        "password",
        tmp_path,
        lambda one: one.credit_rial / 1_000,
    )
