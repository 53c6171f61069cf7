"""The sound card's driver on cards whose faults we choose: rates, overruns, unplugging, stalls, level."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from appliance.core.config import LineSection
from callerid.drivers import DriverError, Frame
from callerid.drivers.alsa import AlsaDriver
from tests.fakes.alsa import S16, S24, FakeAlsa, FakeCard
from tests.fakes.clock import FakeClock
from tests.fakes.pins import FakePins
from tests.unit.callerid.drivers.test_alsa_cards import plug_usb

NAME = "hw:CARD=Device,DEV=0"
NOTE_HZ = 1000.0


def note(seconds: float, rate: int, height: float = 0.5) -> npt.NDArray[np.int16]:
    at = np.arange(round(seconds * rate)) / rate
    return np.round(height * 32767 * np.sin(2 * np.pi * NOTE_HZ * at)).astype(np.int16)[:, None]


def driver_of(tmp_path: Path, card: FakeCard, clock: FakeClock, **options: object) -> AlsaDriver:
    if not (tmp_path / "sys").exists():
        plug_usb(tmp_path, 1)
    section = LineSection(number=1, driver="alsa", options={"card": "usb:0d8c:0014", **options})
    alsa = FakeAlsa(clock, {NAME: card})
    return AlsaDriver(
        section, tmp_path, root=tmp_path, load=lambda: alsa, monotonic=clock.monotonic,
        open_pins=lambda read: FakePins(read.pins, 17, 27, clock.monotonic), sleep=clock.advance,
    )  # fmt: skip


def read_all(driver: AlsaDriver, count: int) -> list[Frame]:
    """Read until so many periods came."""
    frames = []
    for _ in range(count):
        frame = driver.read(1.0)
        if frame is not None:
            frames.append(frame)
    return frames


@pytest.mark.parametrize("rate", [8000, 11025, 16000, 22050, 32000, 44100, 48000])
def test_every_rate_of_a_card_becomes_the_same_frames(tmp_path: Path, rate: int) -> None:
    clock, card = FakeClock(), FakeCard(rates=rate)
    card.play(note(0.8, rate), rate // 50)
    periods = len(card.script)
    driver = driver_of(tmp_path, card, clock)
    driver.open()
    frames = read_all(driver, periods)
    driver.close()
    heard = np.concatenate([frame.samples for frame in frames])
    assert len(heard) == pytest.approx(0.8 * 8000, abs=20)
    assert card.settings["rate"] == rate
    assert card.settings["periodsize"] == rate // 50
    spectrum = np.abs(np.fft.rfft(heard[800:4800]))
    assert spectrum.argmax() * 2 == NOTE_HZ
    assert np.abs(heard[800:4800]).max() == pytest.approx(0.5, abs=0.01)


def test_a_frame_ends_when_its_last_sample_was_taken(tmp_path: Path) -> None:
    clock, card = FakeClock(), FakeCard(rates=48000)
    sound = np.zeros((48000, 1), np.int16)
    sound[24000] = 30000
    card.play(sound[:38400], 960)
    driver = driver_of(tmp_path, card, clock)
    began = clock.monotonic()
    driver.open()
    frames = read_all(driver, 40)
    driver.close()
    heard = np.concatenate([frame.samples for frame in frames])
    ends = [frame.end_monotonic for frame in frames]
    assert ends == sorted(ends)
    first = ends[-1] - len(heard) / 8000
    assert first + (heard.argmax() + 1) / 8000 == pytest.approx(began + 0.5, abs=0.0005)


def test_the_cards_own_best_rate_is_taken(tmp_path: Path) -> None:
    clock = FakeClock()
    for rates, expected in [((8000, 192000), 48000), ([44100, 32000], 32000), (44100, 44100), ([8000], 8000)]:
        card = FakeCard(rates=rates)
        driver = driver_of(tmp_path, card, clock)
        driver.open()
        driver.close()
        assert card.settings["rate"] == expected


def test_an_option_chooses_the_rate(tmp_path: Path) -> None:
    card = FakeCard(rates=[16000, 48000])
    driver = driver_of(tmp_path, card, FakeClock(), rate=16000)
    driver.open()
    driver.close()
    assert card.settings["rate"] == 16000


def test_a_card_with_longer_samples_is_read_through_the_plug_layer(tmp_path: Path) -> None:
    for formats, device in [((S16,), NAME), ((S24,), f"plug{NAME}")]:
        card = FakeCard(formats=formats)
        driver = driver_of(tmp_path, card, FakeClock())
        driver.open()
        driver.close()
        assert card.settings["device"] == device


def test_an_overrun_is_survived_and_what_it_cost_is_counted(tmp_path: Path) -> None:
    clock, card = FakeClock(), FakeCard(rates=48000)
    card.play(note(0.1, 48000), 960)
    card.script.append(("xrun", 0.25))
    card.play(note(0.1, 48000), 960)
    driver = driver_of(tmp_path, card, clock)
    driver.open()
    frames = read_all(driver, 10)
    driver.close()
    assert [frame.lost for frame in frames if frame.lost] == [2000]
    assert sum(len(frame.samples) for frame in frames) == pytest.approx(1600, abs=20)


def test_what_a_late_reader_did_not_fetch_is_counted(tmp_path: Path) -> None:
    clock, card = FakeClock(), FakeCard(rates=16000)
    card.play(note(1.6, 16000), 320)
    driver = driver_of(tmp_path, card, clock)
    driver.open()
    assert card.is_read_empty.wait(5)
    frames = read_all(driver, 50)
    driver.close()
    lost = sum(frame.lost for frame in frames)
    assert lost == 30 * 160
    assert lost + sum(len(frame.samples) for frame in frames) == pytest.approx(1.6 * 8000, abs=20)


def test_an_unplugged_card_is_an_error_and_opens_again(tmp_path: Path) -> None:
    clock, card = FakeClock(), FakeCard()
    card.play(note(0.1, 48000), 960)
    card.script.append("gone")
    driver = driver_of(tmp_path, card, clock)
    driver.open()
    with pytest.raises(DriverError, match="went away"):
        read_all(driver, 20)
    driver.close()
    assert not card.is_busy
    card.play(note(0.1, 48000), 960)
    driver.open()
    assert read_all(driver, 5)
    driver.close()


def test_a_stalled_card_is_an_error_after_two_seconds(tmp_path: Path) -> None:
    clock, card = FakeClock(), FakeCard()
    driver = driver_of(tmp_path, card, clock)
    driver.open()
    assert driver.read(0.01) is None
    clock.advance(1.9)
    assert driver.read(0.01) is None
    clock.advance(0.2)
    with pytest.raises(DriverError, match="fell silent"):
        driver.read(0.01)
    driver.close()


def test_a_busy_card_is_an_error_and_nothing_is_kept(tmp_path: Path) -> None:
    card = FakeCard()
    driver = driver_of(tmp_path, card, FakeClock())
    card.is_busy = True
    with pytest.raises(DriverError, match="busy"):
        driver.open()
    card.is_busy = False
    driver.open()
    driver.close()


def test_a_mono_card_has_no_other_channel(tmp_path: Path) -> None:
    card = FakeCard(channels=(1,))
    driver = driver_of(tmp_path, card, FakeClock(), channel=1)
    with pytest.raises(DriverError, match="one channel"):
        driver.open()
    assert not card.is_busy


def test_a_card_too_slow_for_speech_is_an_error(tmp_path: Path) -> None:
    card = FakeCard(rates=5512)
    driver = driver_of(tmp_path, card, FakeClock())
    with pytest.raises(DriverError, match="5512 Hz"):
        driver.open()
    assert not card.is_busy


def test_a_stereo_card_with_one_line_gives_its_left_channel(tmp_path: Path) -> None:
    clock, card = FakeClock(), FakeCard(rates=8000, channels=(2,))
    both = np.empty((160, 2), np.int16)
    both[:, 0], both[:, 1] = 8000, -16000
    card.play(both, 160)
    driver = driver_of(tmp_path, card, clock)
    driver.open()
    (frame,) = read_all(driver, 1)
    driver.close()
    assert frame.samples.mean() * 32768 == pytest.approx(8000, abs=1)


def test_a_stamp_nobody_can_believe_is_replaced_by_now(tmp_path: Path) -> None:
    clock, card = FakeClock(), FakeCard(rates=8000, stamp_error_s=-3600.0)
    card.play(note(0.02, 8000), 160)
    driver = driver_of(tmp_path, card, clock)
    driver.open()
    (frame,) = read_all(driver, 1)
    driver.close()
    assert frame.end_monotonic == pytest.approx(clock.monotonic())


def test_missing_pyalsaaudio_is_an_error_that_says_how_to_get_it(tmp_path: Path) -> None:
    def nothing() -> object:
        raise ImportError("No module named 'alsaaudio'")

    plug_usb(tmp_path, 1)
    section = LineSection(number=1, driver="alsa", options={"card": "usb:0d8c:0014"})
    with pytest.raises(DriverError, match="make venv-hardware"):
        AlsaDriver(section, tmp_path, root=tmp_path, load=nothing).open()


def test_pins_that_go_away_are_an_error(tmp_path: Path) -> None:
    clock, card = FakeClock(), FakeCard(rates=8000)
    pins: list[FakePins] = []
    plug_usb(tmp_path, 1)
    alsa = FakeAlsa(clock, {NAME: card})
    section = LineSection(
        number=1, driver="alsa", options={"card": "usb:0d8c:0014", "ring_pin": 17, "hook_pin": 27}
    )

    def open_pins(read: object) -> FakePins:
        pins.append(FakePins(read.pins, 17, 27, clock.monotonic))  # type: ignore[attr-defined]
        return pins[0]

    driver = AlsaDriver(
        section, tmp_path, root=tmp_path, load=lambda: alsa, monotonic=clock.monotonic, open_pins=open_pins
    )
    driver.open()
    card.play(note(0.02, 8000), 160)
    (frame,) = read_all(driver, 1)
    assert (frame.ring, frame.off_hook) == (False, False)
    pins[0].is_broken = True
    card.play(note(0.02, 8000), 160)
    with pytest.raises(DriverError, match="pins went away"):
        read_all(driver, 1)
    driver.close()


def test_without_pins_ring_and_hook_are_unknown(tmp_path: Path) -> None:
    clock, card = FakeClock(), FakeCard(rates=8000)
    card.play(note(0.02, 8000), 160)
    driver = driver_of(tmp_path, card, clock)
    driver.open()
    (frame,) = read_all(driver, 1)
    driver.close()
    assert (frame.ring, frame.off_hook) == (None, None)


def test_clipping_is_logged_when_it_begins_and_when_it_ends(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    clock, card = FakeClock(), FakeCard(rates=8000)
    driver = driver_of(tmp_path, card, clock)
    driver.open()
    with caplog.at_level(logging.WARNING, "line"):
        for height in [2.0] * 8 + [0.2] * 12:
            sound = np.clip(note(1.0, 8000, 1.0).astype(np.float64) * height, -32768, 32767).astype(np.int16)
            card.play(sound, 160)
            read_all(driver, 50)
    driver.close()
    happenings = [record.getMessage().split()[0] for record in caplog.records]
    assert happenings == ["happening=clipping-began", "happening=clipping-over"]
