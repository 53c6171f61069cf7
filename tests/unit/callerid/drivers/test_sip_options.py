"""What a technician may write for a SIP line, and what is said when it is wrong."""

from __future__ import annotations

import wave
from pathlib import Path
from typing import Any

import pytest

from callerid.drivers.sip.backends import choose, importable
from callerid.drivers.sip.options import Peer, read_options, settings_of

GATEWAY: dict[str, Any] = {"gateway": "192.0.2.9:5062"}
BRIDGE = {**GATEWAY, "mode": "bridge", "agent_uri": "sip:200@192.0.2.30"}


def test_a_gateways_address_is_enough_to_observe() -> None:
    settings = settings_of(read_options(GATEWAY), "sippy")
    assert (settings.gateway, settings.bridge, settings.port) == (Peer("192.0.2.9", 5062), False, 5060)
    assert settings.accounts == ("FXO",)


def test_a_bridge_knows_where_to_ring() -> None:
    settings = settings_of(read_options({**BRIDGE, "user": "8801"}), "sippy")
    assert (settings.agent, settings.agent_user) == (Peer("192.0.2.30", 5060), "200")
    assert settings.accounts == ("FXO", "8801")


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({}, "gateway"),
        ({**GATEWAY, "mode": "answer"}, "mode"),
        ({**GATEWAY, "backend": "baresip"}, "backend"),
        ({**GATEWAY, "port": 0}, "port"),
        ({**GATEWAY, "port": "5060"}, "port"),
        ({"gateway": "192.0.2.9:x"}, "gateway"),
        ({"gateway": "sip:192.0.2.9"}, "gateway"),
        ({**GATEWAY, "mode": "register"}, "registrar"),
        ({**GATEWAY, "registrar": "192.0.2.1"}, "user"),
        ({**GATEWAY, "mode": "bridge"}, "agent_uri"),
        ({**BRIDGE, "agent_uri": "200"}, "agent_uri"),
        ({**BRIDGE, "agent_uri": "sip:200@[2001:db8::1]"}, "agent_uri"),
        ({**GATEWAY, "beep_s": 15}, "bridge"),
        ({**BRIDGE, "announcement": "/no/such.wav"}, "announcement"),
        ({**BRIDGE, "codecs": []}, "codecs"),
        ({**BRIDGE, "codecs": ["G729"]}, "codecs"),
        ({**BRIDGE, "rtp_ports": [16384, 16385]}, "rtp_ports"),
        ({**GATEWAY, "trusted_peers": ["office"]}, "trusted_peers"),
        ({**GATEWAY, "listen": "0.0.0.0"}, "listen"),
        ({**GATEWAY, "listen": "eth0"}, "listen"),
        ({**GATEWAY, "password": "a", "password_file": "b"}, "password"),
        ({**GATEWAY, "watch_s": -1}, "watch_s"),
    ],
)
def test_what_is_wrong_is_named(options: dict[str, Any], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        read_options(options)


def test_a_password_is_read_from_its_file_and_an_empty_one_refused(tmp_path: Path) -> None:
    path = tmp_path / "password"
    path.write_text("s3cret\n")
    given = {"mode": "register", "registrar": "192.0.2.1", "user": "box", "password_file": str(path)}
    assert settings_of(read_options(given), "sippy").password == "s3cret"
    path.write_text("\n")
    with pytest.raises(ValueError, match="empty"):
        settings_of(read_options(given), "sippy")
    path.unlink()
    with pytest.raises(ValueError, match="password_file"):
        settings_of(read_options(given), "sippy")


def test_an_announcement_of_another_rate_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "hello.wav"
    for rate, is_right in ((8000, True), (16000, False)):
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(rate)
            file.writeframes(b"\0\0" * 800)
        if is_right:
            read_options({**BRIDGE, "announcement": str(path)})
        else:
            with pytest.raises(ValueError, match="8000"):
                read_options({**BRIDGE, "announcement": str(path)})


def test_a_library_that_is_not_there_is_named_with_what_is() -> None:
    found = importable()
    assert choose("auto") == found[0]
    with pytest.raises(LookupError, match="'baresip'.*" + found[0]):
        choose("baresip")
