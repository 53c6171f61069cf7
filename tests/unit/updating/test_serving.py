"""The service's side: what the panel asks for is done once, judged after a start, and believed only when signed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from appliance.updating.bundle import Part, UpdateList, write_bundle
from appliance.updating.progress import (
    OFFERED,
    UpdateState,
    ask,
    read_state,
    state_at_start,
    take_request,
    write_state,
)
from appliance.updating.release import Release
from appliance.updating.serving import Box, serve
from appliance.updating.signatures import make_pair
from appliance.updating.slots import Choice, Running, read_choice

PRIVATE, PUBLIC = make_pair()
READY = UpdateState(phase="ready", version="2.0", slot="b", percent=100)


def offer(folder: Path, work: Path, *, number: int = 200, key: bytes = PRIVATE) -> None:
    folder.mkdir(exist_ok=True)
    for name, data in (("kernel", b"kernel" * 5000), ("system", bytes(range(256)) * 9000)):
        (work / name).write_bytes(data)
    blank = [Part("kernel", 1, 1, "0" * 64), Part("system", 1, 1, "0" * 64)]
    listed = UpdateList(product="aminbox", model="pi-arm64", version="2.0", number=number, parts=blank)
    write_bundle(folder / OFFERED, listed, [work / "kernel", work / "system"], key)


@pytest.fixture
def make_box(tmp_path: Path) -> Callable[..., Box]:
    front = tmp_path / "front"
    front.mkdir()
    (front / "slot.env").write_bytes(Choice("a").encode())
    for number in (2, 3, 5, 6):
        (tmp_path / f"card{number}").write_bytes(b"\0" * (4 << 20))

    def make(**changes: Any) -> Box:
        words: dict[str, Any] = {
            "release": Release("pi-arm64", 100),
            "now": Running("a", False),
            "keys": [PUBLIC],
            "card": str(tmp_path / "card"),
            "front": front,
            "folder": tmp_path / "update",
            "is_busy": lambda: False,
            "restart": lambda: pytest.fail("no restart was asked for"),
            "state": tmp_path / "state.json",
        }
        return Box(**words | changes)

    return make


def test_what_is_asked_for_is_written_once_and_waits_for_a_restart(
    make_box: Callable[..., Box], tmp_path: Path
) -> None:
    box = make_box()
    offer(box.folder, tmp_path)
    ask(box.folder, "install")
    assert serve(box) == READY
    assert read_state(box.state) == READY
    assert read_choice(box.front) == Choice("a", "b")
    assert not (box.folder / OFFERED).exists()
    assert take_request(box.folder) is None
    assert serve(box) == READY, "looking again changes nothing"


@pytest.mark.parametrize(
    ("words", "changes", "reason"),
    [
        ({"key": make_pair()[0]}, {}, "unsigned"),
        ({"number": 100}, {}, "older"),
        ({}, {"release": Release("pi5", 1)}, "foreign-product"),
        ({}, {"is_busy": lambda: True}, "busy"),
        ({}, {"now": Running("b", True)}, "busy"),
    ],
)
def test_what_is_refused_says_why_and_leaves_the_choice(
    make_box: Callable[..., Box],
    tmp_path: Path,
    words: dict[str, Any],
    changes: dict[str, Any],
    reason: str,
) -> None:
    box = make_box(**changes)
    offer(box.folder, tmp_path, **words)
    ask(box.folder, "install")
    state = serve(box)
    assert (state.phase, state.reason) == ("refused", reason)
    assert read_choice(box.front) == Choice("a")


def test_a_request_without_a_file_and_one_of_noise_do_no_harm(make_box: Callable[..., Box]) -> None:
    box = make_box()
    ask(box.folder, "install")
    assert serve(box).phase == "failed"
    (box.folder / "request").write_bytes(b"\xff rm -rf /")
    assert serve(box).phase == "failed"
    assert not (box.folder / "request").exists()


def test_a_restart_waits_for_the_end_of_a_call(make_box: Callable[..., Box]) -> None:
    restarts: list[str] = []
    busy = make_box(is_busy=lambda: True)
    (busy.front / "slot.env").write_bytes(Choice("a", "b").encode())
    write_state(READY, busy.state)
    ask(busy.folder, "restart")
    assert serve(busy).reason == "busy"
    ask(busy.folder, "restart")
    assert serve(make_box(restart=lambda: restarts.append("now"))).reason == ""
    assert restarts == ["now"]


def test_nothing_restarts_where_no_update_waits(make_box: Callable[..., Box]) -> None:
    box = make_box()
    ask(box.folder, "restart")
    assert serve(box).phase == "none"


@pytest.mark.parametrize(
    ("before", "now", "choice", "phase"),
    [
        (READY, Running("a", False), Choice("a", "b"), "ready"),
        (READY, Running("b", True), Choice("a"), "trial"),
        (READY, Running("a", False), Choice("a"), "fell-back"),
        (UpdateState(phase="trial", slot="b"), Running("b", False), Choice("b"), "good"),
        (UpdateState(phase="trial", slot="b"), Running("a", False), Choice("a"), "fell-back"),
        (UpdateState(phase="writing", slot="b"), Running("a", False), Choice("a"), "failed"),
        (UpdateState(phase="good", slot="b"), Running("a", False), Choice("a"), "good"),
        (READY, Running("a", False), None, "fell-back"),
    ],
)
def test_what_became_of_an_update_is_judged_after_a_start(
    before: UpdateState, now: Running, choice: Choice | None, phase: str
) -> None:
    assert state_at_start(before, now, choice).phase == phase
