"""Two lines on one stereo card: who reads it, who follows, and what happens when one of them ends."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from appliance.core.config import LineSection
from callerid.drivers import DriverError, Frame
from callerid.drivers.alsa import AlsaDriver
from callerid.drivers.alsa_capture import Sound
from callerid.drivers.alsa_sharing import ChannelServer, SharedSource, place_of
from tests.fakes.alsa import FakeAlsa, FakeCard
from tests.fakes.clock import FakeClock
from tests.unit.callerid.drivers.test_alsa_cards import plug_usb

NAME = "hw:CARD=Device,DEV=0"
LEFT, RIGHT = 8000, -16000


class Office:
    """Two lines on one card; each driver would be a process of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = FakeClock()
        self.card = FakeCard(rates=8000)
        plug_usb(folder, 1)
        alsa = FakeAlsa(self.clock, {NAME: self.card})
        self.drivers = [
            AlsaDriver(
                LineSection(
                    number=channel + 1, driver="alsa", options={"card": "usb:0d8c:0014", "channel": channel}
                ),
                folder, root=folder, load=lambda: alsa, monotonic=self.clock.monotonic, sleep=lambda _s: None,
            )
            for channel in (0, 1)
        ]  # fmt: skip

    def play(self, seconds: float) -> None:
        sound = np.empty((round(seconds * 8000), 2), np.int16)
        sound[:, 0], sound[:, 1] = LEFT, RIGHT
        self.card.play(sound, 160)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    office = Office(tmp_path)
    yield office
    for driver in office.drivers:
        driver.close()


def heard(driver: AlsaDriver, count: int) -> list[Frame]:
    frames = []
    end = time.monotonic() + 5
    while len(frames) < count and time.monotonic() < end:
        frame = driver.read(0.2)
        if frame is not None:
            frames.append(frame)
    return frames


def height(frames: list[Frame]) -> float:
    return float(np.concatenate([frame.samples for frame in frames]).mean()) * 32768


def admit(office: Office, follower: AlsaDriver) -> list[Frame]:
    """Play until the second line is served."""
    for _ in range(50):
        office.play(0.02)
        frame = follower.read(0.1)
        if frame is not None:
            return [frame]
    raise AssertionError("the second line was never served")


def test_each_line_hears_its_own_channel_of_a_card_opened_once(office: Office) -> None:
    first, second = office.drivers
    first.open()
    second.open()
    admit(office, second)
    office.play(0.2)
    assert height(heard(second, 10)) == pytest.approx(RIGHT, abs=1)
    assert height(heard(first, 10)) == pytest.approx(LEFT, abs=1)
    assert office.card.opened == 1 + 1  # to ask for its rates, and to read it


def test_both_lines_get_the_same_times(office: Office) -> None:
    first, second = office.drivers
    first.open()
    second.open()
    served = admit(office, second)[-1]
    ends = [frame.end_monotonic for frame in heard(first, 1)]
    while ends[-1] < served.end_monotonic:
        ends.append(heard(first, 1)[0].end_monotonic)
    assert ends[-1] == pytest.approx(served.end_monotonic, abs=1e-9)


@pytest.mark.parametrize("first", [0, 1])
def test_when_the_line_that_has_the_card_ends_the_other_takes_it_over(office: Office, first: int) -> None:
    owner, follower = office.drivers[first], office.drivers[1 - first]
    owner.open()
    follower.open()
    admit(office, follower)
    owner.close()
    assert follower.read(0.2) is None  # takes the card over
    office.clock.advance(0.3)
    office.play(0.1)
    frames = heard(follower, 5)
    assert height(frames) == pytest.approx((LEFT, RIGHT)[1 - first], abs=1)
    assert frames[0].lost >= 0.3 * 8000
    owner.open()
    assert height(admit(office, owner)) == pytest.approx((LEFT, RIGHT)[first], abs=1)


def test_an_unplugged_card_is_an_error_for_both_lines(office: Office) -> None:
    first, second = office.drivers
    first.open()
    second.open()
    admit(office, second)
    (office.folder / "sys/class/sound/card1").unlink()
    office.card.script.append("gone")
    with pytest.raises(DriverError, match="went away"):
        heard(first, 100)
    first.close()
    with pytest.raises(DriverError, match="not plugged in"):
        heard(second, 100)


def test_two_lines_on_one_channel_are_refused_by_name(office: Office) -> None:
    first = office.drivers[0]
    first.open()
    place = place_of(office.folder, NAME)
    twin = SharedSource(place.socket, channel=0, line=7)
    office.play(0.1)
    with pytest.raises(DriverError, match="line 1 reads channel 0"):
        twin.read(5)
    twin.close()


def test_a_holder_that_does_not_share_is_an_error(office: Office) -> None:
    first, second = office.drivers
    first.open()
    place_of(office.folder, NAME).socket.unlink()
    with pytest.raises(DriverError, match="does not answer"):
        second.open()


def test_who_reads_too_slowly_loses_sound_and_is_told(tmp_path: Path) -> None:
    server = ChannelServer(tmp_path / "card.sock", channel=0, line=1)
    source = SharedSource(tmp_path / "card.sock", channel=1, line=2)
    sound = Sound(np.zeros((960, 2), np.int16), 48000, 1.0)
    for _ in range(1000):
        server.put(sound)
    got = []
    while (one := source.read(0.05)) is not None:
        got.append(one)
    server.put(sound)
    last = source.read(0.2)
    assert last is not None
    assert sum(one.lost + len(one.samples) for one in [*got, last]) == 1001 * 960
    source.close()
    server.close()


def test_who_says_nothing_or_nonsense_does_not_disturb(tmp_path: Path) -> None:
    server = ChannelServer(tmp_path / "card.sock", channel=0, line=1)
    strangers = []
    for words in (b"", b"GET / HTTP/1.1", b"ABs"):
        stranger = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        stranger.connect(str(tmp_path / "card.sock"))
        if words:
            stranger.send(words)
        strangers.append(stranger)
    source = SharedSource(tmp_path / "card.sock", channel=1, line=2)
    for _ in range(6):
        server.put(Sound(np.zeros((160, 2), np.int16), 8000, 1.0))
    assert source.read(0.2) is not None
    for stranger in strangers:
        stranger.close()
    source.close()
    server.close()


def test_a_late_closing_leaves_its_successors_socket_alone(tmp_path: Path) -> None:
    old = ChannelServer(tmp_path / "card.sock", channel=0, line=1)
    new = ChannelServer(tmp_path / "card.sock", channel=1, line=2)
    old.close()
    assert (tmp_path / "card.sock").exists()
    new.close()
    assert not (tmp_path / "card.sock").exists()
