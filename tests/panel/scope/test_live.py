"""The live picture on its way: from the line's socket through one thread to every page that asked."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask_socketio import SocketIOTestClient

from appliance.core.scope import ScopeError, ScopeFrame
from panel.scope.sockets import read_line, watching_of
from panel.scope.watching import MOST_LINES, Watching
from tests.fakes.clock import FakeClock
from tests.panel.scope.line import LineDouble, frame, wait_until
from tests.panel.world import World

MakeLine = Callable[..., LineDouble]


class Page:
    """An open scope page: what its connection received."""

    def __init__(self, world: World, username: str = "nassab") -> None:
        self.socket: SocketIOTestClient = world.person(username).listen()
        self.frames: list[dict[str, Any]] = []
        self.states: list[str] = []

    def watch(self, line: object = 1) -> Page:
        self.socket.emit("scope.watch", {"line": line})
        return self

    def look(self) -> Page:
        for message in self.socket.get_received():
            if message["name"] == "scope.frame":
                self.frames.append(message["args"][0])
            elif message["name"] == "scope.state":
                self.states.append(message["args"][0]["state"])
        return self

    def waits_for(self, is_so: Callable[[Page], object], what: str) -> None:
        wait_until(lambda: is_so(self.look()), what)


@pytest.fixture
def runtime(data_folder: Path) -> Path:
    return data_folder / "run"


@pytest.fixture
def make_line(runtime: Path) -> Iterator[MakeLine]:
    lines: list[LineDouble] = []

    def make(line: int = 1) -> LineDouble:
        lines.append(LineDouble(runtime, line))
        return lines[-1]

    yield make
    for line in lines:
        line.close()


@pytest.fixture(autouse=True)
def _no_thread_stays(world: World) -> Iterator[None]:
    yield
    for browser in world.live.browsers.all():
        world.live.disconnect(browser)
    wait_until(lambda: watching_of(world.app).watched() == {}, "the lines are let go")
    wait_until(lambda: not watchers(), "the watchers end")


def watchers() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("scope-")]


def test_a_page_receives_the_frames_of_the_line_it_asked_for(world: World, make_line: MakeLine) -> None:
    make_line(1)
    make_line(2).change(level_dbm0=-12.5)
    page = Page(world).watch(2)
    page.waits_for(lambda page: len(page.frames) > 2, "frames")
    assert {picture["line"] for picture in page.frames} == {2}
    assert page.frames[0]["level_dbm0"] == -12.5
    assert len(page.frames[0]["wave"]) == 200
    assert len(page.frames[0]["spectrum"]) == 64


def test_what_the_decoder_heard_comes_in_persian_with_its_time(world: World, make_line: MakeLine) -> None:
    line = make_line()
    page = Page(world).watch()
    page.waits_for(lambda page: page.frames, "frames")
    line.hear("ring-on", "fsk-v23 call 09121234567 confidence 0.93")
    page.waits_for(lambda page: page.frames[-1]["ring"], "the ring")
    (told,) = [picture for picture in page.frames if picture["heard"]]
    assert [one["title"] for one in told["heard"]] == ["زنگ آغاز شد", "شمارهٔ تماس‌گیرنده"]
    assert told["heard"][1]["number"] == "09121234567"
    assert told["heard"][1]["confidence"] == 0.93
    assert told["at"] == "۱۲:۰۰:۰۰"
    line.hear("ring-off")
    page.waits_for(lambda page: not page.frames[-1]["ring"], "the end of the ring")


def test_many_pages_share_one_watcher_and_the_last_one_ends_it(world: World, make_line: MakeLine) -> None:
    line = make_line()
    first, second = Page(world).watch(), Page(world, "modir").watch()
    for page in (first, second):
        page.waits_for(lambda page: page.frames, "frames")
    assert watchers() == ["scope-1"]
    assert watching_of(world.app).watched() == {1: 2}
    first.socket.disconnect()
    wait_until(lambda: watching_of(world.app).watched() == {1: 1}, "the first one is forgotten")
    second.socket.emit("scope.stop", {})
    wait_until(lambda: not watchers(), "the watcher ends")
    wait_until(lambda: not line.is_watched, "the line rests")
    second.look().frames.clear()
    assert second.look().frames == []


def test_a_page_that_asks_for_another_line_leaves_the_first(world: World, make_line: MakeLine) -> None:
    make_line(1)
    make_line(2)
    page = Page(world).watch(1)
    page.waits_for(lambda page: page.frames, "frames")
    page.watch(2)
    page.waits_for(lambda page: page.frames[-1]["line"] == 2, "the other line")
    wait_until(lambda: watching_of(world.app).watched() == {2: 1}, "one line")


def test_a_line_without_a_daemon_is_away_until_it_comes(world: World, make_line: MakeLine) -> None:
    page = Page(world).watch()
    page.waits_for(lambda page: page.states[-1:] == ["away"], "the message")
    late = Page(world, "modir").watch()
    late.waits_for(lambda page: page.states == ["away"], "the message for who comes later")
    make_line()
    page.waits_for(lambda page: page.frames and page.states[-1] == "live", "the line")


def test_a_daemon_that_restarts_is_found_again(world: World, make_line: MakeLine) -> None:
    line = make_line()
    page = Page(world).watch()
    page.waits_for(lambda page: page.frames, "frames")
    line.close()
    page.waits_for(lambda page: page.states[-1] == "away", "the message")
    make_line()
    page.frames.clear()
    page.waits_for(lambda page: page.frames and page.states[-1] == "live", "the line")
    assert watchers() == ["scope-1"]


@pytest.mark.parametrize(("username", "line"), [("bazaryab", 1), ("hesabdar", 1), ("nassab", 7)])
def test_who_may_not_look_is_told_so(world: World, make_line: MakeLine, username: str, line: int) -> None:
    make_line()
    page = Page(world, username).watch(line).look()
    assert page.states == ["forbidden"]
    assert watchers() == []


@pytest.mark.parametrize("data", [None, [], "1", {}, {"line": "1"}, {"line": True}, {"line": 1.5}])
def test_a_malformed_request_asks_for_nothing(data: object) -> None:
    assert read_line(data) is None


def test_a_browser_whose_session_ended_gets_no_more_frames(world: World, make_line: MakeLine) -> None:
    make_line()
    page = Page(world).watch()
    page.waits_for(lambda page: page.frames, "frames")
    world.conn.execute("DELETE FROM sessions")
    world.live.sweep()
    wait_until(lambda: not watchers(), "the watcher ends")


class Rehearsal:
    """Watched lines whose frames the test gives."""

    def __init__(self) -> None:
        self.here = {"a", "b", "c", "d", "e"}
        self.told: list[tuple[str, dict[str, Any], str]] = []
        self.go = threading.Event()
        self.problem: Exception | None = None
        self.watching = Watching(
            runtime=Path("/nowhere"),
            emit=lambda name, payload, *, to: self.told.append((name, payload, to)),
            is_here=lambda sid: sid in self.here,
            clock=FakeClock(),
            time_words=lambda: "",
            source=self._frames,
        )

    def _frames(self, _runtime: Path, line: int, _timeout_s: float) -> Iterator[ScopeFrame]:
        if self.problem:
            raise self.problem
        while True:
            self.go.wait(0.01)
            yield frame(line)

    def end(self) -> None:
        self.here.clear()
        wait_until(lambda: self.watching.watched() == {}, "the lines are let go")


def test_only_so_many_lines_are_watched_at_once() -> None:
    rehearsal = Rehearsal()
    states = [rehearsal.watching.join(line, sid) for line, sid in enumerate("abcde", start=1)]
    assert states.count("full") == 1
    assert len(rehearsal.watching.watched()) == MOST_LINES
    assert rehearsal.watching.join(1, "e") != "full"
    rehearsal.watching.leave("b")
    assert rehearsal.watching.join(5, "e") != "full"
    rehearsal.end()


def test_a_broken_watcher_leaves_room_for_another(caplog: pytest.LogCaptureFixture) -> None:
    rehearsal = Rehearsal()
    rehearsal.problem = RuntimeError("no memory")
    rehearsal.watching.join(1, "a")
    wait_until(lambda: rehearsal.watching.watched() == {}, "the line is let go")
    assert "not watched any more" in caplog.text
    rehearsal.problem = None
    rehearsal.watching.join(1, "a")
    wait_until(lambda: rehearsal.told, "frames")
    rehearsal.end()


def test_a_line_that_stays_away_is_told_once() -> None:
    rehearsal = Rehearsal()
    rehearsal.problem = ScopeError("gone")
    rehearsal.watching.join(1, "a")
    wait_until(lambda: rehearsal.told, "the message")
    rehearsal.end()
    assert rehearsal.told == [("scope.state", {"line": 1, "state": "away"}, "scope-1")]
