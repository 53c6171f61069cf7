"""The box between gateway and agent's telephone: both sides heard apart, and every way such a call ends."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

from callerid.drivers import DriverError
from tests.fakes.sip_gateway import free_port
from tests.fakes.sip_parties import BACKENDS, FROM, NEEDS_SIPP, Line, Party, Told, open_line

pytestmark = NEEDS_SIPP


def bridge(folder: Path, agent_port: int, backend: str, **options: object) -> Line:
    first = free_port() & ~1
    return Line(
        folder,
        mode="bridge",
        backend=backend,
        gateway="127.0.0.1",
        agent_uri=f"sip:200@127.0.0.1:{agent_port}",
        rtp_ports=[min(first, 60000), min(first, 60000) + 60],
        **options,
    )


def strongest_hz(samples: np.ndarray) -> float:
    middle = samples[len(samples) // 4 : -len(samples) // 4]
    return float(np.argmax(np.abs(np.fft.rfft(middle))) * 8000 / len(middle))


def talk(folder: Path, backend: str, **options: object) -> tuple[Told, str, str]:
    """Let the gateway call and the agent answer; give what was told, and what either complained of."""
    agent = Party(folder, "agent", sound_hz=600).start()
    line = bridge(folder, agent.port, backend, **options)
    line.driver.open()
    try:
        gateway = Party(
            folder, "gateway", to=line.port, pause_ms=2000, sound_hz=1000, **{"from": FROM}
        ).start()
        call = line.one_call()
        return call, gateway.result(), agent.result()
    finally:
        line.driver.close()
        agent.stop()


@pytest.mark.parametrize("backend", BACKENDS)
def test_caller_and_office_are_heard_apart_for_the_whole_call(tmp_path: Path, backend: str) -> None:
    call, gateway, agent = talk(tmp_path, backend)
    assert (gateway, agent) == ("", "")
    assert call.kinds == ["ring", "message", "lifted", "over"]
    assert (call.number, call.end) == ("02188776655", "on-hook")
    sound = np.concatenate(call.sound)
    assert sound.shape[1] == 2
    answered, over = call.at[-2], call.at[-1]
    assert len(sound) / 8000 == pytest.approx(over - answered, abs=0.2)
    assert abs(strongest_hz(sound[:, 0]) - 1000) < 10
    assert abs(strongest_hz(sound[:, 1]) - 600) < 10
    assert sound.std(axis=0) == pytest.approx([0.3 / 2**0.5] * 2, rel=0.25)
    assert call.lost == 0


def heard_by_office(folder: Path, backend: str, **options: object) -> np.ndarray:
    """Give what the agent's telephone heard: it sends everything back, so it stands in the office's column."""
    agent = Party(folder, "agent_echo", is_echo=True).start()
    line = bridge(folder, agent.port, backend, **options)
    line.driver.open()
    try:
        gateway = Party(
            folder, "gateway", to=line.port, pause_ms=2000, sound_hz=1000, **{"from": FROM}
        ).start()
        call = line.one_call()
        assert (gateway.result(), agent.result()) == ("", "")
    finally:
        line.driver.close()
        agent.stop()
    return np.concatenate(call.sound)[:, 1]


def tone_in(samples: np.ndarray, hz: float) -> np.ndarray:
    """Give the amplitude of a tone in each 50 ms."""
    blocks = samples[: len(samples) // 400 * 400].reshape(-1, 400)
    wave = np.exp(-2j * np.pi * hz / 8000 * np.arange(400)) * np.hanning(400)
    return np.abs(blocks @ wave) / 100


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_office_hears_a_beep_of_a_fifth_of_a_second_after_the_interval(
    tmp_path: Path, backend: str
) -> None:
    beeps = tone_in(heard_by_office(tmp_path, backend, beep_s=1), 1400) > 0.03
    assert 3 <= beeps.sum() <= 5
    first = np.flatnonzero(beeps)[0] * 0.05
    assert 0.9 <= first <= 1.8


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_announcement_is_heard_before_the_voices(tmp_path: Path, backend: str) -> None:
    path = tmp_path / "words.wav"
    soundfile.write(path, 0.3 * np.sin(2 * np.pi * 440 * np.arange(4000) / 8000), 8000, subtype="PCM_16")
    heard = heard_by_office(tmp_path, backend, announcement=str(path))
    words, voice = tone_in(heard, 440) > 0.1, tone_in(heard, 1000) > 0.1
    assert 8 <= words.sum() <= 12
    assert voice.sum() >= 20
    assert np.flatnonzero(words)[-1] <= np.flatnonzero(voice)[0] + 1


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_busy_agent_is_busy_for_the_caller(tmp_path: Path, backend: str) -> None:
    agent = Party(tmp_path, "agent_busy").start()
    line = bridge(tmp_path, agent.port, backend)
    line.driver.open()
    try:
        gateway = Party(tmp_path, "gateway_refused", to=line.port, **{"from": FROM}).start()
        call = line.one_call()
        assert (gateway.result(), agent.result()) == ("", "")
    finally:
        line.driver.close()
        agent.stop()
    assert (call.kinds, call.end) == (["ring", "message", "over"], "busy-tone")


@pytest.mark.parametrize("backend", BACKENDS)
def test_an_agents_telephone_that_asks_for_a_password_gets_it(tmp_path: Path, backend: str) -> None:
    agent = Party(tmp_path, "agent_asks").start()
    line = bridge(tmp_path, agent.port, backend, user="8801", password="s3cret")
    line.driver.open()
    try:
        gateway = Party(tmp_path, "gateway_refused", to=line.port, **{"from": FROM}).start()
        call = line.one_call()
        assert (gateway.result(), agent.result()) == ("", "")
    finally:
        line.driver.close()
        agent.stop()
    assert call.end == "busy-tone"


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_caller_who_gives_up_stops_the_agents_ringing(tmp_path: Path, backend: str) -> None:
    agent = Party(tmp_path, "agent_cancelled").start()
    line = bridge(tmp_path, agent.port, backend)
    line.driver.open()
    try:
        keys = {"from": FROM, "extra": "X-None: 1", "reason": "X-None: 1"}
        gateway = Party(tmp_path, "observe", to=line.port, **keys).start()
        call = line.one_call()
        assert (gateway.result(), agent.result()) == ("", "")
    finally:
        line.driver.close()
        agent.stop()
    assert (call.kinds, call.end) == (["ring", "message", "over"], "caller-gave-up")


@pytest.mark.parametrize("backend", BACKENDS)
def test_hold_is_passed_on_and_the_call_goes_on_after_it(tmp_path: Path, backend: str) -> None:
    if backend == "pjsua2":
        pytest.skip(
            "pjsua2 answers hold by itself and the agent's telephone does not see it (docs/lines/sip.md)"
        )
    agent = Party(tmp_path, "agent_holds", pause_ms=500).start()
    line = bridge(tmp_path, agent.port, backend)
    line.driver.open()
    try:
        gateway = Party(tmp_path, "gateway_held", to=line.port, **{"from": FROM}).start()
        call = line.one_call()
        assert (gateway.result(), agent.result()) == ("", "")
    finally:
        line.driver.close()
        agent.stop()
    assert (call.kinds, call.end) == (["ring", "message", "lifted", "over"], "on-hook")


def test_a_bridge_takes_no_calls_from_strangers(tmp_path: Path) -> None:
    with open_line(
        tmp_path,
        mode="bridge",
        backend="sippy",
        gateway="127.0.0.2",
        listen="127.0.0.1",
        agent_uri="sip:200@127.0.0.1:9",
    ) as line:
        stranger = Party(tmp_path, "gateway_refused", to=line.port, **{"from": FROM}).start()
        assert line.follow(lambda _calls: False, timeout_s=0.5) == {}
        assert "403" in stranger.result(2.0)


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_signalling_process_that_dies_is_one_error_and_the_next_call_is_served(
    tmp_path: Path, backend: str
) -> None:
    with open_line(tmp_path, gateway="127.0.0.1", backend=backend) as line:
        process = line.driver._process
        assert process is not None
        os.kill(process.pid, signal.SIGKILL)
        with pytest.raises(DriverError, match="signal 9"):
            line.follow(lambda _calls: False, timeout_s=3)
        line.driver.open()
        keys = {"from": FROM, "extra": "X-None: 1", "reason": "X-None: 1"}
        caller = Party(tmp_path, "observe", to=line.port, pause_ms=50, **keys).start()
        assert line.one_call().number == "02188776655"
        assert caller.result() == ""


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_call_cut_by_a_dead_signalling_process_is_over_when_the_line_is_back(
    tmp_path: Path, backend: str
) -> None:
    agent = Party(tmp_path, "agent", sound_hz=600).start()
    line = bridge(tmp_path, agent.port, backend)
    line.driver.open()
    gateway = Party(tmp_path, "gateway", to=line.port, pause_ms=9000, sound_hz=1000, **{"from": FROM}).start()
    try:
        (call,) = line.follow(lambda calls: any(len(call.sound) > 10 for call in calls.values())).values()
        process = line.driver._process
        assert process is not None
        os.kill(process.pid, signal.SIGKILL)
        with pytest.raises(DriverError, match="signal 9"):
            line.follow(lambda _calls: False, timeout_s=3)
        line.driver.close()
        line.driver.open()
        assert line.one_call(2).end == "line-lost"
        assert list(line.calls.values()) == [call]
    finally:
        line.driver.close()
        gateway.stop()
        agent.stop()


def test_the_signalling_process_ends_when_the_driver_is_gone(tmp_path: Path) -> None:
    with open_line(tmp_path, gateway="127.0.0.1", backend="sippy") as line:
        process = line.driver._process
        assert process is not None
        # What the kernel does when the line's process is killed: the connection closes, nobody waits.
        process._socket.close()
        end = time.monotonic() + 3
        while process._process.poll() is None and time.monotonic() < end:
            time.sleep(0.02)
        assert process._process.poll() == 0


def test_two_lines_cannot_have_one_port_and_are_told_so(tmp_path: Path) -> None:
    with open_line(tmp_path, gateway="127.0.0.1", backend="sippy") as line:
        second = Line(tmp_path, gateway="127.0.0.1", backend="sippy", port=line.port)
        with pytest.raises(DriverError, match=f"port {line.port}"):
            second.driver.open()
