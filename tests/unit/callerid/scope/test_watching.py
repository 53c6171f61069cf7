"""Watching a line through its socket: frames while one looks, nothing while nobody does."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from appliance.core.scope import ScopeError, watch
from callerid.scope.commands import picture, summary
from callerid.scope.meter import ScopeMeter
from callerid.scope.server import ScopeServer
from callerid.synth import tones


def test_a_watcher_gets_frames_and_the_server_forgets_one_who_left(tmp_path: Path) -> None:
    server, meter = ScopeServer(tmp_path, 1), ScopeMeter(1, 8000)
    assert not server.is_watched()
    got = []

    def look() -> None:
        for frame in watch(tmp_path, 1):
            got.append(frame)
            if len(got) == 3:
                return

    watcher = threading.Thread(target=look)
    watcher.start()
    end = time.monotonic() + 5
    while watcher.is_alive() and time.monotonic() < end:
        if server.is_watched():
            frame = meter.feed(tones.noise(0.1, -60, 1), ring=False, off_hook=False)
            assert frame is not None
            server.send(frame)
        time.sleep(0.01)
    watcher.join(1)
    assert len(got) == 3
    for _ in range(50):
        server.send(got[0])
    assert not server.is_watched()
    server.close()


def test_a_line_without_a_daemon_cannot_be_watched(tmp_path: Path) -> None:
    with pytest.raises(ScopeError, match="is its daemon running"):
        next(watch(tmp_path, 3))


def test_a_frame_has_a_picture_and_a_line_of_text() -> None:
    frame = ScopeMeter(1, 8000).feed(tones.noise(0.1, -60, 1), ring=True, off_hook=False)
    assert frame is not None
    assert "level=-6" in summary(frame)
    assert "ring" in summary(frame)
    assert picture(frame).count("\n") == 3
