"""What every telephone front-end must do, run against each registered driver on its simulated device.

Each driver has a module of its name in `tests/contracts/devices`. A rule its quality file calls exempt is not run.
"""

from __future__ import annotations

import importlib
import time
import tomllib
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from types import ModuleType

import pytest

from appliance.core.config import LineSection
from callerid.drivers import DriverError, Frame, LineDriver, driver_names, find_driver
from tests.contracts.devices import Device

RULES = {
    "missing_device_is_one_clear_error",
    "frames_come_in_real_time",
    "lost_sound_is_counted",
    "unplug_raises_within_3_s",
    "reopens_after_unplug",
    "close_twice_is_harmless",
    "wrong_options_are_refused",
    "senses_ring",
    "senses_hook",
    "identified_by_stable_name",
}


def quality(name: str) -> dict[str, str]:
    """Give what a driver says of each rule."""
    return tomllib.loads((files("callerid.drivers") / f"{name}.quality.toml").read_text())


def device_module(name: str) -> ModuleType:
    """Give the module of a driver's simulated device."""
    return importlib.import_module(f"tests.contracts.devices.{name.replace('-', '_')}")


def benches() -> list[tuple[str, str]]:
    """Give each driver with each variant of its device; most devices have but one."""
    return [
        (name, variant)
        for name in driver_names()
        for variant in getattr(device_module(name), "VARIANTS", ("",))
    ]


@pytest.fixture(params=benches(), ids=lambda bench: "-".join(filter(None, bench)))
def device(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Device]:
    name, variant = request.param
    for mark in request.node.iter_markers("rule"):
        for rule in mark.args:
            if quality(name)[rule].startswith("exempt: "):
                pytest.skip(f"{name} is exempt from {rule}: {quality(name)[rule][8:]}")
    with device_module(name).on_bench(tmp_path, *filter(None, [variant])) as device:
        yield device
        device.driver.close()
        device.unplug()


def read_for(driver: LineDriver, seconds: float) -> list[Frame]:
    frames = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        frame = driver.read(0.2)
        if frame is not None:
            frames.append(frame)
    return frames


@pytest.mark.rule("missing_device_is_one_clear_error")
def test_a_missing_device_is_one_clear_error_with_a_remedy(device: Device) -> None:
    with pytest.raises(DriverError, match="aminbox"):
        device.driver.open()


@pytest.mark.rule("frames_come_in_real_time")
def test_frames_come_in_real_time_and_in_order(device: Device) -> None:
    device.plug()
    device.driver.open()
    frames = read_for(device.driver, 1.0)
    heard_s = sum(len(frame.samples) for frame in frames) / device.driver.rate_hz
    assert 0.5 <= heard_s <= 1.3
    ends = [frame.end_monotonic for frame in frames]
    assert ends == sorted(ends)
    assert all(abs(frame.samples).max() <= 1.0 for frame in frames)


@pytest.mark.rule("senses_ring", "senses_hook")
def test_ring_and_hook_are_sensed(device: Device) -> None:
    device.plug()
    device.driver.open()
    device.ring()
    frames = read_for(device.driver, 2.0)
    states = [(frame.ring, frame.off_hook) for frame in frames]
    assert (True, False) in states
    assert (False, True) in states
    assert (True, True) not in states


@pytest.mark.rule("lost_sound_is_counted")
def test_sound_that_was_not_read_in_time_is_counted_as_lost(device: Device) -> None:
    device.plug()
    device.driver.open()
    assert device.driver.read(1.0) is not None
    time.sleep(2.0)  # longer than any device's own buffer
    frames = read_for(device.driver, 1.5)
    assert sum(frame.lost for frame in frames) > 0


@pytest.mark.rule("unplug_raises_within_3_s", "reopens_after_unplug")
def test_an_unplugged_device_is_an_error_within_three_seconds_and_comes_back(device: Device) -> None:
    device.plug()
    device.driver.open()
    assert device.driver.read(1.0) is not None
    device.unplug()
    with pytest.raises(DriverError):
        read_for(device.driver, 3.0)
    device.driver.close()
    device.plug()
    device.driver.open()
    assert read_for(device.driver, 0.4)


def test_closing_twice_is_harmless(device: Device) -> None:
    device.plug()
    device.driver.open()
    device.driver.close()
    device.driver.close()
    with pytest.raises(DriverError):
        device.driver.read(0.1)


def test_wrong_options_are_refused(tmp_path: Path) -> None:
    for name in driver_names():
        with pytest.raises(ValueError, match="no_such_option"):
            find_driver(name)(LineSection(number=1, driver=name, options={"no_such_option": 1}), tmp_path)


def test_every_driver_says_which_rules_it_meets() -> None:
    for name in driver_names():
        assert set(quality(name)) == RULES
        assert all(state == "done" or state.startswith("exempt: ") for state in quality(name).values())


def test_an_unknown_driver_is_refused_with_the_installed_ones() -> None:
    with pytest.raises(DriverError, match="sim"):
        find_driver("no-such-thing")
