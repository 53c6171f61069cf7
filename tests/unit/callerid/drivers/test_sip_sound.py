"""The sound of bridged calls: descriptions, packets, codes, and where each packet stands in time."""

from __future__ import annotations

import contextlib
import math
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from callerid.drivers.sip import g711, rtp, sdp
from callerid.drivers.sip.messages import LegName, Sound
from callerid.drivers.sip.timeline import JITTER_S, CallSound

OFFER = """v=0
o=HT813 8000 8001 IN IP4 192.0.2.9
s=SIP Call
c=IN IP4 192.0.2.9
t=0 0
m=audio 5004 RTP/AVP 18 8 0 101
a=rtpmap:18 G729/8000
a=rtpmap:8 PCMA/8000
a=rtpmap:101 telephone-event/8000
a=fmtp:101 0-15
a=fmtp:18 annexb=no
a=ptime:20
a=sendrecv
a=candidate:1 1 UDP 1 10.0.0.1 5004 typ host
a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x
m=video 5006 RTP/AVP 96
a=rtpmap:96 H264/90000
""".replace("\n", "\r\n")


def test_a_description_is_passed_on_with_our_address_and_only_what_we_can_pass() -> None:
    text, stream = sdp.pass_on(OFFER, host="198.51.100.1", port=16384, codecs=["PCMA", "PCMU"])
    assert stream == sdp.Stream("192.0.2.9", 5004, ("PCMA", "PCMU"), (101,))
    lines = text.split("\r\n")
    assert "m=audio 16384 RTP/AVP 8 0 101" in lines
    assert "m=video 0 RTP/AVP 96" in lines
    assert "c=IN IP4 198.51.100.1" in lines
    assert "o=- 8000 8001 IN IP4 198.51.100.1" in lines
    assert {"a=ptime:20", "a=sendrecv", "a=fmtp:101 0-15"} <= set(lines)
    assert not any(word in text for word in ("192.0.2.9", "G729", "candidate", "crypto", "fmtp:18"))


def test_only_the_codecs_of_the_options_are_passed_on() -> None:
    text, stream = sdp.pass_on(OFFER, host="198.51.100.1", port=1000, codecs=["PCMU"])
    assert stream.codecs == ("PCMU",)
    assert "m=audio 1000 RTP/AVP 0 101" in text


def test_hold_in_the_old_way_stays_hold() -> None:
    held, stream = sdp.pass_on(
        OFFER.replace("c=IN IP4 192.0.2.9", "c=IN IP4 0.0.0.0"), host="h", port=1, codecs=["PCMA"]
    )
    assert stream.host == ""
    assert "c=IN IP4 0.0.0.0" in held


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("RTP/AVP 18 8 0 101", "RTP/AVP 18 101"),
        ("m=audio 5004 RTP/AVP", "m=audio 5004 RTP/SAVP"),
        ("c=IN IP4 192.0.2.9", "c=IN IP6 2001:db8::1"),
        ("c=IN IP4 192.0.2.9", "c=IN IP4 239.1.1.1"),
        ("m=audio 5004", "m=audio 99999"),
        ("m=audio 5004", "m=audio"),
        ("s=SIP Call", "s=" + "a" * 5000),
    ],
)
def test_what_has_no_sound_we_can_pass_on_is_refused(old: str, new: str) -> None:
    with pytest.raises(sdp.SdpError):
        sdp.pass_on(OFFER.replace(old, new), host="198.51.100.1", port=1000, codecs=["PCMA", "PCMU"])


@given(st.text(max_size=200))
def test_no_text_breaks_the_reading_of_a_description(text: str) -> None:
    for tried in (text, OFFER[:90] + text + OFFER[90:]):
        with contextlib.suppress(sdp.SdpError):
            sdp.pass_on(tried, host="198.51.100.1", port=1000, codecs=["PCMA", "PCMU"])


def test_a_packet_is_read_as_it_was_written() -> None:
    packet = rtp.Packet(8, 65535, 2**32 - 1, 7, b"abc", True)
    assert rtp.unpack(rtp.pack(packet)) == packet


def test_extension_sources_and_padding_are_left_out_of_the_payload() -> None:
    plain = rtp.pack(rtp.Packet(8, 1, 2, 3, b"voice"))
    extended = (
        bytes([plain[0] | 0x31, *plain[1:12]])
        + b"SRC1"
        + b"\xbe\xde\x00\x01"
        + b"EXT1"
        + b"voice"
        + b"\x00\x00\x03"
    )
    found = rtp.unpack(extended)
    assert found is not None
    assert found.payload == b"voice"


@given(st.binary(max_size=60))
def test_no_bytes_break_the_reading_of_a_packet(data: bytes) -> None:
    packet = rtp.unpack(data)
    assert packet is None or len(packet.payload) < len(data)


@pytest.mark.parametrize(("codec", "subtype"), [("PCMU", "ULAW"), ("PCMA", "ALAW")])
def test_codes_are_those_of_an_independent_codec(codec: str, subtype: str, tmp_path: Path) -> None:
    samples = np.arange(-32768, 32768, 7, np.int16)
    path = tmp_path / "codes.raw"
    soundfile.write(path, samples, 8000, format="RAW", subtype=subtype)
    theirs = path.read_bytes()
    ours = g711.encode(codec, samples.tolist())
    decoded, _rate = soundfile.read(
        path, dtype="int16", format="RAW", subtype=subtype, samplerate=8000, channels=1
    )
    assert np.array_equal(np.array(g711.decode(codec, theirs)), decoded)
    # The standard leaves open where exactly between two steps a sample falls.
    apart = np.abs(np.array(g711.decode(codec, ours), int) - decoded)
    assert (apart <= np.maximum(16, np.abs(samples.astype(int)) // 16)).all()


def test_a_beep_is_added_to_speech_and_loud_sums_are_clipped() -> None:
    speech = g711.encode("PCMA", [30000] * 160)
    mixed = g711.decode("PCMA", g711.mix("PCMA", speech, [20000] * 80))
    assert max(mixed[:80]) > 31000
    assert list(mixed[80:]) == list(g711.decode("PCMA", speech))[80:]


class Talk:
    """A call whose packets a test sends by hand, 20 ms apart."""

    def __init__(self) -> None:
        self.sound = CallSound(100.0)

    def send(
        self,
        number: int,
        *,
        leg: LegName = "caller",
        late_s: float = 0.0,
        hz: float = 1000.0,
        source: int = 1,
    ) -> None:
        n = np.arange(160) + number * 160
        samples = (10000 * np.sin(2 * math.pi * hz / 8000 * n)).astype(int).tolist()
        at = 100.0 + 0.02 * (number + 1) + late_s
        # Both counters pass their ends during the call.
        timestamp = (2**32 - 800 + number * 160) & 0xFFFFFFFF
        self.sound.put(
            Sound(
                "c",
                leg,
                at,
                "PCMA",
                source,
                (65530 + number) & 0xFFFF,
                timestamp,
                g711.encode("PCMA", samples),
            )
        )


def joined(frames: list[tuple[float, np.ndarray, int]]) -> np.ndarray:
    return np.concatenate([samples for _end, samples, _lost in frames])


def test_both_sides_stand_in_their_own_column_at_the_same_moment() -> None:
    talk = Talk()
    for number in range(50):
        talk.send(number)
        talk.send(number, leg="office", hz=600)
    frames = talk.sound.frames(100.0 + 1.0 + JITTER_S)
    both = joined(frames)
    assert both.shape == (8000, 2)
    assert frames[-1][0] == pytest.approx(101.0)
    for column, hz in ((0, 1000), (1, 600)):
        spectrum = np.abs(np.fft.rfft(both[1600:5600, column]))
        assert np.argmax(spectrum) * 2 == hz
    assert (talk.sound.received, talk.sound.lost) == (100, 0)


def test_packets_out_of_order_and_twice_make_the_same_sound() -> None:
    straight, shuffled = Talk(), Talk()
    for number in range(40):
        straight.send(number)
    for number in [0, 2, 1, 1, 3, 6, 5, 4, *range(7, 40)]:
        shuffled.send(number)
    assert np.array_equal(joined(straight.sound.frames(101.0)), joined(shuffled.sound.frames(101.0)))
    assert shuffled.sound.lost == 0


def test_jitter_below_the_limit_moves_nothing() -> None:
    steady, shaky = Talk(), Talk()
    for number in range(50):
        steady.send(number)
    order = sorted(range(50), key=lambda number: number + (2.4 if number % 7 == 3 else 0))
    for number in order:
        shaky.send(number, late_s=0.05 if number % 7 == 3 else 0.0)
    assert np.array_equal(joined(steady.sound.frames(101.1)), joined(shaky.sound.frames(101.1)))


def test_one_sides_lost_packets_are_silence_in_its_column_and_counted() -> None:
    talk = Talk()
    for number in range(50):
        talk.send(number, leg="office")
        if not 10 <= number < 15:
            talk.send(number)
    frames = talk.sound.frames(102.0)
    both = joined(frames)
    assert np.abs(both[1600:2400, 0]).max() == 0
    assert np.abs(both[1600:2400, 1]).max() > 0.2
    assert talk.sound.lost == 5
    assert sum(lost for _end, _samples, lost in frames) == 0


def test_what_both_sides_lost_is_left_out_and_told_with_the_next_frame() -> None:
    talk = Talk()
    for number in range(50):
        if not 10 <= number < 20:
            talk.send(number)
            talk.send(number, leg="office")
    frames = talk.sound.frames(101.0 + JITTER_S)
    assert [lost for _end, _samples, lost in frames if lost] == [1600]
    assert len(joined(frames)) + 1600 == 8000


def test_a_side_that_falls_silent_is_silence_and_nothing_is_lost() -> None:
    talk = Talk()
    for number in range(50):
        talk.send(number, leg="office")
    both = joined(talk.sound.frames(101.0 + JITTER_S))
    assert both.shape == (8000, 2)
    assert np.abs(both[:, 0]).max() == 0
    assert talk.sound.lost == 0


def test_a_new_source_in_the_middle_of_a_call_is_placed_where_it_comes() -> None:
    talk = Talk()
    for number in range(20):
        talk.send(number)
    for number in range(20, 40):
        talk.sound.put(
            Sound(
                "c",
                "caller",
                100.0 + 0.02 * (number + 1),
                "PCMA",
                99,
                number,
                12345 + number * 160,
                b"\x2a" * 160,
            )
        )
    both = joined(talk.sound.frames(100.8 + JITTER_S))
    assert np.abs(both[400 * 8 : 790 * 8, 0]).min() > 0.1
    assert talk.sound.lost == 0


@given(
    st.lists(
        st.tuples(
            st.integers(0, 400), st.integers(0, 2**16 - 1), st.integers(0, 2**32 - 1), st.binary(max_size=400)
        ),
        max_size=30,
    )
)
def test_no_packets_break_the_timeline(packets: list[tuple[int, int, int, bytes]]) -> None:
    sound, given_out = CallSound(0.0), 0
    for at, sequence, timestamp, payload in sorted(packets):
        sound.put(Sound("c", "caller", at / 100, "PCMU", sequence % 3, sequence, timestamp, payload))
        for _end, samples, lost in sound.frames(at / 100):
            given_out += len(samples) + lost
            assert np.isfinite(samples).all()
    assert given_out <= 4.0 * 8000
