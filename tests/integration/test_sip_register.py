"""Registering: the digest is right, the registration is renewed, a wrong password is said and not tried on and on."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from callerid.drivers import DriverError
from callerid.drivers.sip.driver import registered_for_s
from tests.fakes.sip_gateway import QuietGateway, free_port
from tests.fakes.sip_parties import BACKENDS, FROM, NEEDS_SIPP, Line, Party

pytestmark = NEEDS_SIPP


def line_at(folder: Path, port: int, backend: str, password: str = "s3cret") -> Line:
    return Line(
        folder,
        mode="register",
        backend=backend,
        registrar=f"127.0.0.1:{port}",
        user="8801",
        password=password,
    )


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_line_registers_with_digest_and_takes_calls(tmp_path: Path, backend: str) -> None:
    registrar = Party(tmp_path, "registrar", expires="300").start()
    line = line_at(tmp_path, registrar.port, backend)
    try:
        line.driver.open()
        line.follow(lambda _calls: registered_for_s(tmp_path, 1) is not None, timeout_s=2)
        assert registrar.result() == ""
        left = registered_for_s(tmp_path, 1)
        assert left is not None
        assert 290 < left <= 300
        caller = Party(
            tmp_path,
            "observe",
            to=line.port,
            pause_ms=50,
            **{"from": FROM, "extra": "X-None: 1", "reason": "X-None: 1"},
        ).start()
        assert line.one_call().number == "02188776655"
        assert caller.result() == ""
    finally:
        line.driver.close()
        registrar.stop()
    assert registered_for_s(tmp_path, 1) is None, "a closed line is registered nowhere"


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_wrong_password_is_said_and_the_registrar_left_alone(tmp_path: Path, backend: str) -> None:
    registrar = Party(tmp_path, "registrar", expires="300").start()
    line = line_at(tmp_path, registrar.port, backend, password="wrong")
    try:
        with pytest.raises(DriverError, match=r"refused user '8801' \(403"):
            line.driver.open()
        assert registrar.result() == ""
        began = time.monotonic()
        with pytest.raises(DriverError, match="tried again in"):
            line.driver.open()
        assert time.monotonic() - began < 0.1, "nothing was sent"
    finally:
        line.driver.close()
        registrar.stop()


def test_the_password_is_in_no_argument_and_no_message(tmp_path: Path) -> None:
    gateway = QuietGateway()
    gateway.plug()
    line = Line(
        tmp_path, gateway=f"127.0.0.1:{gateway.port}", user="8801", password="s3cret", backend="sippy"
    )
    try:
        line.driver.open()
        process = line.driver._process
        assert process is not None
        for name in ("cmdline", "environ"):
            assert b"s3cret" not in Path(f"/proc/{process.pid}/{name}").read_bytes()
    finally:
        line.driver.close()
        gateway.unplug()


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_registration_is_renewed_before_it_ends(tmp_path: Path, backend: str) -> None:
    registrar = Party(tmp_path, "registrar_brief").start()
    line = line_at(tmp_path, registrar.port, backend)
    try:
        line.driver.open()
        line.follow(lambda _calls: (registered_for_s(tmp_path, 1) or 0) > 200, timeout_s=6)
        assert registrar.result() == ""
        assert (registered_for_s(tmp_path, 1) or 0) > 290
    finally:
        line.driver.close()
        registrar.stop()


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_registrar_that_does_not_answer_is_said_with_its_address(tmp_path: Path, backend: str) -> None:
    port = free_port()
    line = line_at(tmp_path, port, backend)
    began = time.monotonic()
    with pytest.raises(DriverError, match=f"127.0.0.1:{port}"):
        line.driver.open()
    assert time.monotonic() - began < 8
    line.driver.close()
