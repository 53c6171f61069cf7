"""`aminbox detect`: what is found, what of a line is refused, and the way the panel asks."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from appliance.core.config import Config, DataSection, LineSection
from appliance.core.line_setup import Detected, DetectError, Detection, Tried
from callerid.detecting import detect, held_ports, try_line
from callerid.drivers.pins.boards import Board
from callerid.drivers.voicemodem.ports import FoundModem

PI = Board("Raspberry Pi 4 Model B", ("/dev/gpiochip0",), ("gpiod",), ("rpi: not installed",))
MODEM = FoundModem(
    device="/dev/nothing-here",
    stable_path="/dev/serial/by-id/usb-Conexant-if00",
    usb="0572:1340:1234",
    description="USB Modem",
    is_known=True,
)


def usb_card(root: Path, number: int, product: str, channels: int) -> None:
    port = root / f"sys/devices/usb1/1-1.{number}"
    sound = port / f"sound/card{number}"
    sound.mkdir(parents=True)
    (port / "idVendor").write_text("0d8c\n")
    (port / "idProduct").write_text(f"{product}\n")
    (sound / "id").write_text("Device\n")
    listed = root / "sys/class/sound"
    listed.mkdir(parents=True, exist_ok=True)
    (listed / f"card{number}").symlink_to(sound)
    (sound / "device").symlink_to(port)
    (listed / f"pcmC{number}D0c").symlink_to(sound)
    stream = root / f"proc/asound/card{number}/stream0"
    stream.parent.mkdir(parents=True)
    stream.write_text(f"Playback:\n\nCapture:\n    Channels: {channels}\n    Rates: 44100, 48000\n")


def find(root: Path, **more: Any) -> Detected:
    return detect(root=root, **{"modems": lambda: [MODEM], "load": lambda: None, "board": PI, **more})


def test_cards_ports_and_pins_are_listed_with_what_an_option_takes(tmp_path: Path) -> None:
    usb_card(tmp_path, 1, "0014", 2)
    found = find(tmp_path)
    assert [(card.selector, card.channels) for card in found.cards] == [("usb:0d8c:0014", 2)]
    assert found.ports[0].port == MODEM.stable_path
    assert not found.ports[0].problem
    assert (found.board, found.pin_libraries) == (PI.model, ["gpiod"])
    assert {"alsa", "sim", "sip", "voice-modem"} <= set(found.drivers)
    assert found.has_sound_library
    assert found.gateway is None


def test_a_missing_sound_library_is_said(tmp_path: Path) -> None:
    def load() -> None:
        raise ImportError("no alsaaudio")

    assert not find(tmp_path, load=load).has_sound_library


def test_a_modem_that_cannot_be_opened_says_why_and_one_of_a_line_is_not_asked(tmp_path: Path) -> None:
    assert "cannot be opened" in find(tmp_path, probe=True).ports[0].problem
    for held in (MODEM.stable_path, "0572:1340", MODEM.usb):
        assert not find(tmp_path, probe=True, held=[held]).ports[0].problem


@pytest.fixture
def gateway() -> Iterator[str]:
    """A gateway that refuses everything, as they do: that is an answer."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(5)

        def serve() -> None:
            request, address = server.recvfrom(4096)
            kept = [
                row
                for row in request.split(b"\r\n")
                if row.split(b":")[0] in (b"Via", b"From", b"To", b"Call-ID", b"CSeq")
            ]
            rows = [b"SIP/2.0 403 Forbidden", *kept, b"Server: HT813 1.0", b"Content-Length: 0", b"", b""]
            server.sendto(b"\r\n".join(rows), address)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"127.0.0.1:{server.getsockname()[1]}"
        thread.join(5)


def test_a_gateway_that_answers_is_named(tmp_path: Path, gateway: str) -> None:
    found = find(tmp_path, gateway=gateway).gateway
    assert found is not None
    assert found.answers
    assert found.agent == "HT813 1.0"


def test_a_gateway_that_is_none_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("callerid.detecting.GATEWAY_S", 0.05)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        mute = find(tmp_path, gateway=f"127.0.0.1:{silent.getsockname()[1]}").gateway
    assert mute is not None
    assert not mute.answers
    assert "did not answer" in mute.problem
    odd = find(tmp_path, gateway="not an address").gateway
    assert odd is not None
    assert "expected host" in odd.problem


def line(number: int, driver: str, **options: Any) -> LineSection:
    return LineSection(number=number, driver=driver, options=options)


def office(tmp_path: Path, *lines: LineSection) -> Config:
    return Config(data=DataSection(folder=str(tmp_path), runtime=str(tmp_path / "run")), lines=list(lines))


CARD = "usb:0d8c:0014"


@pytest.mark.parametrize(
    ("wanted", "option"),
    [
        (line(1, "alsa", card="hw:1"), "card"),
        (line(1, "alsa"), "card"),
        (line(1, "alsa", card=CARD, ring_pin=17, hook_pin=17), "ring_pin"),
        (line(1, "alsa", card=CARD, rate="fast"), "rate"),
        (line(1, "voice-modem", port="/dev/ttyACM0"), "port"),
        (line(1, "voice-modem", port="/dev/serial/by-id/x", answer_after_rings=1), "answer_after_rings"),
        (line(1, "sip"), "gateway"),
        (line(1, "sip", gateway="1.2.3.4", mode="bridge"), "agent_uri"),
        (line(1, "sip", mode="register", registrar="1.2.3.4"), "user"),
        (line(1, "no-such"), ""),
    ],
)
def test_a_wrong_option_is_refused_by_its_name(tmp_path: Path, wanted: LineSection, option: str) -> None:
    tried = try_line(office(tmp_path), wanted)
    assert not tried.ok
    assert tried.problem
    assert tried.option == option


def test_lines_that_disturb_each_other_are_refused(tmp_path: Path) -> None:
    pairs = [
        (line(1, "alsa", card=CARD), line(2, "alsa", card=CARD, channel=1), "channel"),
        (
            line(1, "alsa", card=CARD, channel=0, ring_pin=4),
            line(2, "alsa", card=CARD, channel=1, ring_pin=4),
            "ring_pin",
        ),
        (line(1, "voice-modem", usb="0572:1340"), line(2, "voice-modem", usb="0572:1340"), "usb"),
        (line(1, "sip", gateway="1.2.3.4"), line(2, "sip", gateway="1.2.3.5"), "port"),
    ]
    for first, second, option in pairs:
        tried = try_line(office(tmp_path, first), second)
        assert (tried.ok, tried.option) == (False, option)
        assert try_line(office(tmp_path, first), msgspec.structs.replace(first, title="خودش")).ok


def test_lines_apart_are_fine(tmp_path: Path) -> None:
    lines = [
        line(1, "alsa", card=CARD, channel=0, ring_pin=4, hook_pin=17),
        line(2, "voice-modem", usb="0572:1340"),
        line(3, "sip", gateway="1.2.3.4"),
    ]
    config = office(tmp_path, *lines)
    assert try_line(config, line(4, "alsa", card=CARD, channel=1)).ok
    assert try_line(config, line(4, "sip", gateway="1.2.3.5", port=5070)).ok
    assert held_ports(config) == ["0572:1340"]


def test_the_panels_question_goes_through_the_command(tmp_path: Path) -> None:
    config = tmp_path / "box.toml"
    config.write_text(f'[data]\nfolder = "{tmp_path}"\n[[lines]]\nnumber = 1\n')
    asked = Detection([sys.executable, "-m", "appliance.cli", "detect", "--json", "--config", str(config)])
    assert "sim" in asked.find().drivers
    assert asked.try_line(line(2, "sim")).ok
    refused = asked.try_line(line(2, "sim", card=1))
    assert (refused.ok, "no options" in refused.problem) == (False, True)


def test_a_detection_that_fails_says_so() -> None:
    for words, reason in (
        ("import sys; sys.exit('broken')", "broken"),
        ("import time; time.sleep(9)", "no answer"),
        ("print('{}')", "ok"),
    ):
        with pytest.raises(DetectError, match=reason):
            Detection([sys.executable, "-c", words], timeout_s=0.5 if "sleep" in words else 20).try_line(
                line(1, "sim")
            )
    with pytest.raises(DetectError, match="cannot be started"):
        Detection(["/nonexistent"]).find()
    assert msgspec.json.decode(b'{"ok": true}', type=Tried).ok
