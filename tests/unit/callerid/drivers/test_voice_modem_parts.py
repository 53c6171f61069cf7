"""The small parts of the voice modem: bytes to lines and codes, voice data, a caller's fields, options, ports."""

from __future__ import annotations

import itertools
import wave
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callerid.drivers import DriverError
from callerid.drivers.voicemodem.caller import CallerFields, field_of
from callerid.drivers.voicemodem.dle import Unshielder, shield
from callerid.drivers.voicemodem.following import ModemLine
from callerid.drivers.voicemodem.options import Options, read_options
from callerid.drivers.voicemodem.ports import VENDORS, device_of_usb, find_modems
from callerid.drivers.voicemodem.results import Code, Line, take_item
from callerid.drivers.voicemodem.sound import from_samples, read_announcement, to_samples
from callerid.dsp.message import CallerMessage
from tests.unit.callerid.drivers.voice_modem_bench import STABLE

ROOT = Path(__file__).parents[4]

PIECES = st.sampled_from([
    b"\r\n", b"RING", b"NMBR = ", b"NMBR=", b"0912", b"DATE = 0805", b"TIME=1805", b"OK", b"ERROR", b"CONNECT",
    b"\x10", b"\x03", b"\x10R", b"P", b"\xff\x00", b"AT+VCID=1\r\r\n",
])  # fmt: skip
STREAMS = st.lists(PIECES | st.binary(max_size=8), max_size=40).map(b"".join)


def items(blocks: list[bytes]) -> list[Line | Code]:
    buffer, taken = bytearray(), list[Line | Code]()
    for block in blocks:
        buffer += block
        while (item := take_item(buffer)) is not None:
            taken.append(item)
    return taken


def cut(stream: bytes, places: list[int]) -> list[bytes]:
    edges = [0, *sorted(min(place, len(stream)) for place in places), len(stream)]
    return [stream[a:b] for a, b in itertools.pairwise(edges)]


CUTS = st.lists(st.integers(0, 400), max_size=10)


@given(STREAMS, CUTS)
def test_lines_and_codes_do_not_depend_on_how_the_stream_was_cut(stream: bytes, places: list[int]) -> None:
    assert items(cut(stream, places)) == items([stream])


@given(st.binary(min_size=600, max_size=1400), CUTS)
def test_noise_without_line_ends_is_dropped_alike_however_it_is_cut(stream: bytes, places: list[int]) -> None:
    assert items(cut(stream, places)) == items([stream])


@given(STREAMS, CUTS)
def test_no_bytes_make_an_open_line_fail(stream: bytes, places: list[int]) -> None:
    line = ModemLine(Options(port=STABLE), b"", 0.0)
    at = 0.0
    for answer in (b"OK", b"OK", b"OK", b"56000\r\n\r\nOK", b"OK", b"OK"):
        line.feed(b"\r\n" + answer + b"\r\n", at)
    assert line.is_ready
    for block in cut(stream, places):
        at += 0.1
        line.feed(block, at)
        line.tick(at)
    kinds = {fact.kind for fact in line.facts}
    assert kinds <= {"ring", "message", "lifted", "over"}


def test_lines_are_found_among_noise_echoes_and_halves() -> None:
    said = b"\xfe\x80AT\r\r\n\r\nRING\r\n\x00\xffNMBR = 0912\r\nNM"
    assert items([said, b"BR=1\r\n"]) == [Line("AT"), Line("RING"), Line("NMBR = 0912"), Line("NMBR=1")]


@given(st.binary(max_size=300), CUTS)
def test_voice_data_comes_back_whole_however_it_is_cut(data: bytes, places: list[int]) -> None:
    unshielder, back = Unshielder(), b""
    stream = shield(data) + b"\x10\x03"
    used = 0
    for block in cut(stream, places):
        piece, codes, end = unshielder.feed(block)
        assert codes == ""
        back += piece
        used += len(block) if end is None else end
        if end is not None:
            break
    assert (back, used) == (data, len(stream))


def test_codes_in_voice_data_are_told_apart_and_the_end_is_exact() -> None:
    data, codes, end = Unshielder().feed(b"ab\x10bcd\x10\x10e\x10\x1af\x10\x03\r\nOK\r\n")
    assert (data, codes, end) == (b"abcd\x10e\x10\x10f", "b", 14)


def told(*lines: str) -> CallerMessage | None:
    caller = CallerFields()
    for line in lines:
        field = field_of(line)
        if field is not None:
            assert caller.add(*field, 1.0) is None
    assert caller.tick(1.2) is None
    return caller.tick(1.3)


@pytest.mark.parametrize(
    ("lines", "number", "name", "date", "reason"),
    [
        (("DATE = 0805", "TIME = 1805", "NMBR = 0912", "NAME = A B"), "0912", "A B", "08051805", None),
        (("DATE=0805", "TIME=1805", "NMBR=0912", "NAME=A"), "0912", "A", "08051805", None),
        (("NMBR = 02112345678",), "02112345678", None, None, None),
        (("NMBR = +98 21 1234-5678",), "+982112345678", None, None, None),
        (("NAME = A", "NMBR = 5", "TIME = 1805"), "5", "A", None, None),
        (("NMBR = P",), None, None, None, "P"),
        (("NMBR = PRIVATE", "NAME = PRIVATE"), None, None, None, "P"),
        (("NMBR = O",), None, None, None, "O"),
        (("NMBR = Out of Area", "NAME = O"), None, None, None, "O"),
        (("NMBR =",), None, None, None, "O"),
        (("DATE = 0805", "TIME = 1805"), None, None, "08051805", "O"),
        (("DATE = 0805", "TIME = 1805", "NAME = P"), None, None, "08051805", "P"),
        (("DATE = 9999", "TIME = 2561", "NMBR = 1"), "1", None, None, None),
        (("\xffx NMBR = 0912",), "0912", None, None, None),
    ],
)
def test_fields_become_a_message(
    lines: tuple[str, ...], number: str | None, name: str | None, date: str | None, reason: str | None
) -> None:
    message = told(*lines)
    assert message is not None
    assert (message.number, message.name, message.date, message.reason) == (number, name, date, reason)


@pytest.mark.parametrize(
    "lines", [("NMBR = 09x%",), ("TIME = 1805",), ("MESG = 0B01FF",), ("NMBR = " + "1" * 31,)]
)
def test_noise_and_other_messages_are_no_caller(lines: tuple[str, ...]) -> None:
    assert told(*lines) is None


def test_a_field_that_comes_again_begins_another_message() -> None:
    caller = CallerFields()
    assert caller.add("NMBR", "1", 1.0) is None
    first = caller.add("NMBR", "2", 1.1)
    assert first is not None
    assert first.number == "1"
    second = caller.take()
    assert second is not None
    assert second.number == "2"


def test_eight_bits_come_back_as_they_were() -> None:
    data = bytes(range(256))
    assert from_samples(to_samples(data)) == data
    assert from_samples(np.array([-9.0, 9.0], np.float32)) == b"\x00\xff"


def write_wav(path: Path, samples: np.ndarray, rate: int) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((samples * 32767).astype("<i2").tobytes())
    return path


@pytest.mark.parametrize("rate", [8000, 16_000, 44_100])
def test_an_announcement_of_any_usual_rate_is_played_at_the_modems(tmp_path: Path, rate: int) -> None:
    tone = 0.5 * np.sin(2 * np.pi * 440 * np.arange(rate) / rate)
    data = read_announcement(write_wav(tmp_path / "a.wav", tone, rate))
    assert len(data) == pytest.approx(8000, abs=40)
    spectrum = np.abs(np.fft.rfft(to_samples(data)[:7200]))
    assert np.argmax(spectrum) * 8000 / 7200 == pytest.approx(440, abs=2)


def test_an_announcement_that_cannot_be_played_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "no.wav").write_bytes(b"RIFF")
    empty = write_wav(tmp_path / "empty.wav", np.zeros(0), 8000)
    for path in (tmp_path / "gone.wav", tmp_path / "no.wav", empty):
        with pytest.raises(ValueError, match=path.name):
            read_announcement(path)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "port"),
        ({"port": STABLE, "usb": "0572:1340"}, "either"),
        ({"port": "/dev/ttyACM0"}, "by-id"),
        ({"usb": "modem"}, "usb"),
        ({"port": STABLE, "answer_after_rings": 1}, "2 to 10"),
        ({"port": STABLE, "answer_after_rings": 11}, "answer_after_rings"),
        ({"port": STABLE, "announcement": "a.wav"}, "answer_after_rings"),
        ({"port": 3}, "port"),
    ],
)
def test_wrong_options_say_what_is_expected(options: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read_options(options)


class Port:
    def __init__(self, device: str, vid: int | None, pid: int | None, serial: str | None = None) -> None:
        self.device, self.vid, self.pid, self.serial_number = device, vid, pid, serial
        self.description = "a port"


PORTS = [
    Port("/dev/ttyS0", None, None),
    Port("/dev/ttyACM1", 0x0572, 0x1340, "24680246"),
    Port("/dev/ttyACM2", 0x0572, 0x1340, "13571357"),
    Port("/dev/ttyACM0", 0x0BAF, 0x0303),
    Port("/dev/ttyUSB0", 0x1A86, 0x7523),
]


def test_a_modem_is_found_by_its_usb_identity_wherever_it_is() -> None:
    assert device_of_usb("0baf:0303", lambda: PORTS) == "/dev/ttyACM0"
    assert device_of_usb("0572:1340:13571357", lambda: PORTS) == "/dev/ttyACM2"
    with pytest.raises(DriverError, match="ttyACM1, /dev/ttyACM2"):
        device_of_usb("0572:1340", lambda: PORTS)
    with pytest.raises(DriverError, match="aminbox doctor"):
        device_of_usb("0572:9999", lambda: PORTS)


def test_modems_are_listed_with_the_name_that_stays_theirs(tmp_path: Path) -> None:
    device = tmp_path / "ttyACM1"
    device.touch()
    by_id = tmp_path / "by-id"
    by_id.mkdir()
    (by_id / "usb-Conexant-if00").symlink_to(device)
    ports = [Port(str(device), 0x0572, 0x1340, "24680246"), *PORTS[3:]]
    found = find_modems(lambda: ports, by_id)
    assert [(modem.is_known, modem.option) for modem in found] == [
        (True, 'usb = "0baf:0303"'),
        (True, f'port = "{by_id}/usb-Conexant-if00"'),
        (False, 'usb = "1a86:7523"'),
    ]
    assert find_modems(lambda: [], tmp_path / "none") == []


def test_every_vendor_known_as_a_modems_is_let_in_by_the_udev_rule() -> None:
    rules = (ROOT / "firmware_config/udev/60-aminbox-voice-modem.rules").read_text(encoding="utf-8")
    for vendor in VENDORS:
        assert f'ATTRS{{idVendor}}=="{vendor:04x}", GROUP="dialout"' in rules


def test_every_option_stands_on_the_page_with_its_default() -> None:
    page = (ROOT / "docs/lines/voice-modem.md").read_text(encoding="utf-8")
    for field in msgspec.structs.fields(Options):
        default = str(field.default).lower()
        assert any(line.startswith(f"| `{field.name}` | {default}") for line in page.splitlines()), (
            f"{field.name} with default {default!r} is missing"
        )
