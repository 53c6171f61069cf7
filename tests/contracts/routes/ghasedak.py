"""The `ghasedak` route and its service's stand-in."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

from tests.contracts.routes import Bench, on_web
from tests.fakes.providers.ghasedak import Ghasedak


def on_bench(tmp_path: Path) -> AbstractContextManager[Bench]:
    """Give the route beside its service."""
    return on_web(
        "ghasedak",
        Ghasedak(),
        lambda base: {"base": base, "line": "3000"},
        "api_key",
        tmp_path,
        lambda one: one.credit_rial,
    )
