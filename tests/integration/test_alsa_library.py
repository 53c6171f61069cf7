"""What the driver asks pyalsaaudio for, asked of the real library on a PCM that is no card."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from appliance.core.config import LineSection
from callerid.drivers import DriverError
from callerid.drivers.alsa import AlsaDriver
from callerid.drivers.alsa_pcm import AlsaPcm, Wanted
from callerid.exchange.plans import IncomingPlan
from callerid.listening import Heard, Listener
from tests.contracts.devices.alsa import CARD_HZ, HOW_TO_GET_IT, FifoCard


@pytest.mark.parametrize("is_stereo", [False, True])
def test_a_pcm_is_asked_as_a_card_is(tmp_path: Path, is_stereo: bool) -> None:
    pytest.importorskip("alsaaudio", reason=HOW_TO_GET_IT)
    with FifoCard(tmp_path) as card:
        card.plug()
        pcm = AlsaPcm(Wanted(name="line", is_stereo=is_stereo))
        assert (pcm.rate_hz, pcm.channels) == (48000, 2 if is_stereo else 1)
        data = pcm.read()
        assert data is not None
        assert len(data) == 960 * pcm.channels * 2
        assert 0 <= time.monotonic() - pcm.newest() < 1.0
        pcm.wait(0.01)
        pcm.close()
        pcm.close()
        with pytest.raises(DriverError, match="closed"):
            pcm.read()


def test_a_number_is_read_from_a_card_at_48_khz(tmp_path: Path) -> None:
    pytest.importorskip("alsaaudio", reason=HOW_TO_GET_IT)
    options = {"pcm": "line", "rate": CARD_HZ, "channel": 1}
    driver = AlsaDriver(LineSection(number=1, driver="alsa", options=options), tmp_path)
    listener, heard = Listener(driver.rate_hz), list[Heard]()
    with FifoCard(tmp_path) as card:
        card.plug()
        driver.open()
        card.start(IncomingPlan(number="09121234567", rings=1))
        end = time.monotonic() + 20
        while time.monotonic() < end and not any(one.change.kind == "identified" for one in heard):
            frame = driver.read(0.2)
            if frame is not None:
                heard += listener.feed(frame)
        driver.close()
    assert [one.change.kind for one in heard] == ["ringing", "identified"]
    assert heard[-1].change.call.number_raw == "09121234567"


def test_a_name_alsa_does_not_know_is_a_driver_error(tmp_path: Path) -> None:
    pytest.importorskip("alsaaudio", reason=HOW_TO_GET_IT)
    with FifoCard(tmp_path), pytest.raises(DriverError, match="cannot open hw:CARD=None,DEV=0"):
        AlsaPcm(Wanted(name="hw:CARD=None,DEV=0"))
