"""The bus of Unix datagrams: everybody hears, the dead are removed, nobody is waited for."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.core.bus import UnixBus
from appliance.core.events import JobFailed, LineUp


def line_up(place: int = 1) -> LineUp:
    return LineUp(id=f"e{place}", at="2026-11-22T08:30:00.000Z", line=place, driver="sim")


@pytest.fixture
def bus(tmp_path: Path) -> Iterator[UnixBus]:
    bus = UnixBus(tmp_path)
    yield bus
    bus.close()


def test_a_listener_hears_what_is_published(bus: UnixBus) -> None:
    listener = bus.subscribe("panel")
    assert bus.publish(line_up()) == 1
    assert listener.receive(1.0) == line_up()
    assert listener.receive(0.0) is None
    listener.close()


def test_two_listeners_both_hear_everything_in_order(bus: UnixBus) -> None:
    listeners = [bus.subscribe("panel"), bus.subscribe("sms")]
    for place in range(5):
        assert bus.publish(line_up(place)) == 2
    for listener in listeners:
        assert [listener.receive(1.0) for _ in range(5)] == [line_up(place) for place in range(5)]
        listener.close()


def test_one_process_hears_another_ones_bus(bus: UnixBus, tmp_path: Path) -> None:
    other = UnixBus(tmp_path)
    listener = bus.subscribe("panel")
    assert other.publish(line_up()) == 1
    assert listener.receive(1.0) == line_up()
    listener.close()
    other.close()


def test_nobody_listens_and_nothing_is_wrong(bus: UnixBus) -> None:
    assert bus.publish(line_up()) == 0


def test_the_socket_of_a_listener_that_died_is_removed(bus: UnixBus, tmp_path: Path) -> None:
    died = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    died.bind(str(tmp_path / "bus" / "died.sock"))
    died.close()
    listener = bus.subscribe("panel")
    assert bus.publish(line_up()) == 1
    assert [path.name for path in (tmp_path / "bus").iterdir()] == ["panel.sock"]
    listener.close()


def test_a_listener_that_comes_back_takes_its_old_name(bus: UnixBus) -> None:
    first = bus.subscribe("panel")
    second = bus.subscribe("panel")
    assert not first.is_listed()
    assert bus.publish(line_up()) == 1
    assert second.receive(1.0) == line_up()
    first.close()
    assert second.is_listed()
    second.close()


def test_closing_takes_the_name_away(bus: UnixBus, tmp_path: Path) -> None:
    bus.subscribe("panel").close()
    assert list((tmp_path / "bus").iterdir()) == []


def test_a_listener_that_does_not_read_loses_events_and_holds_nobody_up(bus: UnixBus) -> None:
    lazy, keen = bus.subscribe("lazy"), bus.subscribe("keen")
    told = []
    for place in range(3000):
        told.append(bus.publish(line_up(place)))
        assert keen.receive(1.0) == line_up(place)
    assert told[0] == 2
    assert told[-1] == 1
    heard = 0
    while lazy.receive(0.0) is not None:
        heard += 1
    assert 0 < heard < 3000
    lazy.close()
    keen.close()


def test_an_event_too_big_for_a_datagram_is_lost_and_raises_nothing(bus: UnixBus) -> None:
    listener = bus.subscribe("panel")
    bus.publish(JobFailed(id="e", at="a", job="backup", problem="x" * 1_000_000))
    bus.publish(line_up())
    heard = [listener.receive(0.0), listener.receive(0.0)]
    assert [event for event in heard if event is not None] == [line_up()]
    listener.close()


@pytest.mark.parametrize(
    "junk",
    [b"", b"ring!", b"\xff\xff", b'{"name":"\xff"}', b'{"name":"line.up","x":' + b"[" * 50_000],
    ids=["empty", "text", "bytes", "not-utf8", "deep"],
)
def test_junk_is_passed_over(bus: UnixBus, tmp_path: Path, junk: bytes) -> None:
    listener = bus.subscribe("panel")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as stranger:
        stranger.sendto(junk, str(tmp_path / "bus" / "panel.sock"))
    bus.publish(line_up())
    assert listener.receive(1.0) is None
    assert listener.receive(1.0) == line_up()
    listener.close()


def test_a_folder_that_was_cleared_away_is_made_anew(bus: UnixBus, tmp_path: Path) -> None:
    listener = bus.subscribe("panel")
    shutil.rmtree(tmp_path / "bus")
    assert not listener.is_listed()
    assert bus.publish(line_up()) == 0
    again = bus.subscribe("panel")
    assert bus.publish(line_up()) == 1
    again.close()
    listener.close()


def test_other_files_in_the_folder_are_left_alone(bus: UnixBus, tmp_path: Path) -> None:
    (tmp_path / "bus" / "note.txt").touch()
    assert bus.publish(line_up()) == 0
    assert (tmp_path / "bus" / "note.txt").exists()


def test_a_path_too_long_for_a_socket_is_said_to_be(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 100)
    bus = UnixBus(deep)
    with pytest.raises(ValueError, match="shorter runtime folder"):
        bus.subscribe("panel")
    bus.close()


def test_a_dead_name_is_not_taken_for_a_full_one(bus: UnixBus, tmp_path: Path) -> None:
    listener = bus.subscribe("panel")
    os.unlink(tmp_path / "bus" / "panel.sock")
    assert bus.publish(line_up()) == 0
    assert not listener.is_listed()
    listener.close()
