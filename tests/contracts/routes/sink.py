"""The `sink` route and its file."""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

from tests.contracts.routes import Bench, build, void
from tests.fakes.clock import FakeClock


@contextlib.contextmanager
def on_bench(tmp_path: Path) -> Iterator[Bench]:
    """Give the route beside its file."""
    folder = tmp_path / "office"
    folder.mkdir()
    path = folder / "messages-sent.jsonl"
    clock = FakeClock()
    yield Bench(
        route=build("sink", {}, {}, folder, clock),
        clock=clock,
        set_fates=void,
        air=lambda: [
            (line["number"], line["body"])
            for line in map(
                json.loads, path.read_text(encoding="utf-8").splitlines() if path.exists() else []
            )
        ],
        stop=lambda: shutil.rmtree(folder),
    )
