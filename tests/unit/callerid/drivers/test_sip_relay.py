"""The relay of a bridged call: what one side sends the other hears, with beep and announcement, and nobody else."""

from __future__ import annotations

import array
import socket
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from callerid.drivers.sip import g711, rtp
from callerid.drivers.sip.messages import LegName, Sound
from callerid.drivers.sip.relay import NoPortError, Relay, Session
from callerid.drivers.sip.sdp import Stream
from tests.fakes.sip_gateway import free_port

QUIET = b"\xd5"
"""A-law's code of the smallest value."""


class Telephone:
    """One side: a socket that speaks and listens by RTP."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((host, 0))
        self.socket.settimeout(0.5)

    @property
    def stream(self) -> Stream:
        host, port = self.socket.getsockname()
        return Stream(host, port, ("PCMA",), (101,))

    def say(
        self, port: int, sequence: int, payload: bytes = QUIET * 160, kind: int = 8, source: int = 7
    ) -> None:
        packet = rtp.Packet(kind, sequence & 0xFFFF, sequence * 160 & 0xFFFFFFFF, source, payload)
        self.socket.sendto(rtp.pack(packet), ("127.0.0.1", port))

    def hear(self) -> rtp.Packet | None:
        try:
            return rtp.unpack(self.socket.recv(2048))
        except TimeoutError:
            return None


class Bench:
    """A relay with one call and a telephone at each side."""

    def __init__(self, **how: object) -> None:
        self.told: list[Sound] = []
        first = free_port() & ~1
        self.relay = Relay(host="127.0.0.1", ports=(first, first + 20), tell=self.told.append, **how)  # type: ignore[arg-type]
        self.sides: dict[LegName, Telephone] = {"caller": Telephone(), "office": Telephone()}
        self.session: Session = self.relay.session("call")
        for leg, telephone in self.sides.items():
            self.relay.aim(self.session, leg, telephone.stream, "127.0.0.1")

    def through(self) -> None:
        self.relay.put_through(self.session, time.monotonic())

    def exchange(self, sequence: int, payload: bytes = QUIET * 160, source: int = 7) -> rtp.Packet | None:
        """The caller says something; give what the office hears."""
        self.sides["caller"].say(self.session.port("caller"), sequence, payload, source=source)
        return self.sides["office"].hear()

    def close(self) -> None:
        self.relay.close()
        for telephone in self.sides.values():
            telephone.socket.close()


@pytest.fixture
def bench() -> Iterator[Callable[..., Bench]]:
    made: list[Bench] = []

    def make(**how: object) -> Bench:
        made.append(Bench(**how))
        return made[-1]

    yield make
    for one in made:
        one.close()


def test_each_side_hears_the_other_and_the_driver_gets_a_copy(bench: Callable[..., Bench]) -> None:
    call = bench()
    call.through()
    heard = call.exchange(1, b"\x01" * 160)
    assert heard is not None
    assert (heard.payload_type, heard.payload) == (8, b"\x01" * 160)
    call.sides["office"].say(call.session.port("office"), 1, b"\x02" * 160)
    answer = call.sides["caller"].hear()
    assert answer is not None
    assert answer.payload == b"\x02" * 160
    assert [(sound.leg, sound.payload[:1]) for sound in call.told] == [
        ("caller", b"\x01"),
        ("office", b"\x02"),
    ]


def test_gaps_and_order_are_passed_on_as_they_came(bench: Callable[..., Bench]) -> None:
    call = bench()
    call.through()
    heard = [call.exchange(sequence) for sequence in (65534, 65535, 65536 + 2, 65536 + 1, 65536 + 3)]
    assert all(heard)
    sequences = [packet.sequence for packet in heard if packet]
    stamps = [packet.timestamp for packet in heard if packet]
    assert [rtp.ahead(number, sequences[0], 16) for number in sequences] == [0, 1, 4, 3, 5]
    assert [rtp.ahead(stamp, stamps[0], 32) for stamp in stamps] == [0, 160, 640, 480, 800]


def test_a_new_source_goes_on_in_the_count_the_receiver_knows(bench: Callable[..., Bench]) -> None:
    call = bench()
    call.through()
    first, second = call.exchange(500), call.exchange(9, source=8)
    assert first is not None
    assert second is not None
    assert (second.source, second.sequence) == (first.source, (first.sequence + 1) & 0xFFFF)


def test_keypad_tones_are_passed_on_and_other_payloads_are_not(bench: Callable[..., Bench]) -> None:
    call = bench()
    call.through()
    caller = call.sides["caller"]
    caller.say(call.session.port("caller"), 1, b"\x05\x00\x00\xa0", kind=101)
    caller.say(call.session.port("caller"), 2, b"video", kind=96)
    caller.say(call.session.port("caller"), 3)
    heard = [call.sides["office"].hear(), call.sides["office"].hear()]
    assert [packet.payload_type for packet in heard if packet] == [101, 8]


def test_a_stranger_is_neither_heard_nor_recorded(bench: Callable[..., Bench]) -> None:
    call = bench()
    call.through()
    stranger = Telephone("127.0.0.2")
    stranger.say(call.session.port("caller"), 1, b"\x01" * 160)
    stranger.socket.close()
    heard = call.exchange(2, b"\x02" * 160)
    assert heard is not None
    assert heard.payload == b"\x02" * 160
    assert call.relay.end("call") == (1, 1)


def test_a_side_that_sends_from_another_port_is_answered_there(bench: Callable[..., Bench]) -> None:
    call = bench()
    call.through()
    moved = Telephone()
    moved.say(call.session.port("caller"), 1)
    assert call.sides["office"].hear() is not None
    call.sides["office"].say(call.session.port("office"), 1, b"\x09" * 160)
    heard = moved.hear()
    moved.socket.close()
    assert heard is not None
    assert heard.payload == b"\x09" * 160


def test_nothing_is_recorded_before_the_call_is_answered(bench: Callable[..., Bench]) -> None:
    call = bench()
    assert call.exchange(1) is not None, "ringing tone and announcements of the other side pass"
    assert call.told == []


def test_both_hear_the_beep_and_the_copy_has_none(bench: Callable[..., Bench]) -> None:
    call = bench(beep_s=600)
    call.through()
    assert call.session.next_beep is not None
    call.session.next_beep = time.monotonic()
    heard = [call.exchange(sequence) for sequence in range(1, 13)]
    samples = np.array([value for packet in heard if packet for value in g711.decode("PCMA", packet.payload)])
    spectrum = np.abs(np.fft.rfft(samples[:1600]))
    assert np.argmax(spectrum) * 5 == 1400
    assert np.abs(samples[1600:]).max() <= 8, "after 0.2 s it is over"
    assert {sound.payload for sound in call.told} == {QUIET * 160}
    call.sides["office"].say(call.session.port("office"), 1)
    other = call.sides["caller"].hear()
    assert other is not None
    assert np.abs(np.array(g711.decode("PCMA", other.payload))).max() > 1000


def test_the_announcement_comes_first_and_whole_and_then_the_voices(bench: Callable[..., Bench]) -> None:
    words = array.array("h", (np.sin(np.arange(800) / 5) * 9000).astype(int).tolist())
    call = bench(announcement=words.tobytes())
    call.through()
    began = time.monotonic()
    call.sides["caller"].say(call.session.port("caller"), 1, b"\x01" * 160)
    for leg in ("caller", "office"):
        heard = [call.sides[leg].hear() for _packet in range(5)]
        said = b"".join(packet.payload for packet in heard if packet)
        assert said == g711.encode("PCMA", words)
        assert [packet.has_marker for packet in heard if packet] == [True, False, False, False, False]
    assert time.monotonic() - began >= 0.075
    while call.session.is_announcing:
        time.sleep(0.005)
    after = call.exchange(2, b"\x02" * 160)
    assert after is not None
    assert after.payload == b"\x02" * 160


def test_when_all_ports_are_taken_the_call_is_refused_and_nothing_leaks(bench: Callable[..., Bench]) -> None:
    call = bench()
    for number in range(4):
        call.relay.session(f"more-{number}")
    for _attempt in range(3):
        with pytest.raises(NoPortError):
            call.relay.session("one-too-many")
    call.relay.end("more-0")
    call.relay.session("again")
