"""WAV files as recorders, editors and crashes leave them."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callerid.wav import DamagedWavError, NotWavError, UnsupportedWavError, WavError, WavReader

pytestmark = pytest.mark.unit
SAMPLES = np.arange(-400, 400, dtype="<i2") * 40
PCM_GUID = bytes.fromhex("0100000000001000800000aa00389b71")


def chunk(name: bytes, body: bytes, *, size: int | None = None, pad: bool = True) -> bytes:
    padding = b"\0" if pad and len(body) % 2 else b""
    return name + struct.pack("<I", len(body) if size is None else size) + body + padding


def form(tag: int = 1, channels: int = 1, rate_hz: int = 8000, bits: int = 16, more: bytes = b"") -> bytes:
    frame = channels * bits // 8
    return chunk(b"fmt ", struct.pack("<HHIIHH", tag, channels, rate_hz, rate_hz * frame, frame, bits) + more)


def riff(*chunks: bytes, size: int | None = None) -> bytes:
    body = b"WAVE" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body) if size is None else size) + body


def sound(**how: int) -> bytes:
    return chunk(b"data", SAMPLES.tobytes(), **how)  # type: ignore[arg-type]


def read(folder: Path, content: bytes, block: int = 160) -> tuple[int, np.ndarray]:
    path = folder / "a.wav"
    path.write_bytes(content)
    with WavReader(path) as reader:
        blocks = list(reader.blocks(block))
        assert all(0 < len(one) <= block for one in blocks)
        return reader.rate_hz, np.concatenate([np.zeros(0, np.float32), *blocks])


GOOD = {
    "plain": riff(form(), sound()),
    "chunks before and after": riff(
        chunk(b"JUNK", b"x" * 28), form(), chunk(b"LIST", b"abc"), sound(), b"tail"
    ),
    "odd chunk without padding": riff(form(), chunk(b"note", b"abc", pad=False), sound()),
    "odd chunk with padding": riff(form(), chunk(b"note", b"abc"), sound()),
    "long format chunk": riff(form(more=b"\0\0"), sound()),
    "extensible": riff(form(0xFFFE, more=struct.pack("<HHI", 22, 16, 4) + PCM_GUID), sound()),
    "killed recorder: sizes 0": riff(form(), sound(size=0), size=0),
    "pipe: sizes unknown": riff(form(), sound(size=0xFFFFFFFF), size=0xFFFFFFFF),
    "size beyond the end": riff(form(), sound(size=100_000)),
    "wrong size of the whole": riff(form(), sound(), size=4),
}


@pytest.mark.parametrize("name", GOOD)
def test_sound_is_read_from_every_usual_file(tmp_path: Path, name: str) -> None:
    rate_hz, samples = read(tmp_path, GOOD[name])
    assert rate_hz == 8000
    assert np.array_equal(samples[: len(SAMPLES)], SAMPLES.astype(np.float32) / 32768)


def test_a_file_cut_off_within_a_sample_gives_the_whole_ones(tmp_path: Path) -> None:
    _, samples = read(tmp_path, riff(form(), sound())[:-3])
    assert len(samples) == len(SAMPLES) - 2


def test_full_scale_is_one(tmp_path: Path) -> None:
    _, samples = read(tmp_path, riff(form(), chunk(b"data", np.array([-32768, 32767], "<i2").tobytes())))
    assert samples.tolist() == [-1.0, pytest.approx(32767 / 32768)]


BAD: dict[str, tuple[bytes, type[WavError], str]] = {
    "empty": (b"", NotWavError, "RIFF"),
    "text": (b"hello, this is no sound at all", NotWavError, "RIFF"),
    "big-endian": (b"RIFX" + riff(form(), sound())[4:], NotWavError, "RIFF"),
    "stereo": (riff(form(channels=2), sound()), UnsupportedWavError, "2 channels"),
    "8 bit": (riff(form(bits=8), sound()), UnsupportedWavError, "8 bits"),
    "float": (riff(form(tag=3, bits=32), sound()), UnsupportedWavError, "PCM"),
    "a-law": (riff(form(tag=6, bits=8), sound()), UnsupportedWavError, "PCM"),
    "extensible float": (
        riff(form(0xFFFE, more=struct.pack("<HHI", 22, 16, 4) + b"\3" + PCM_GUID[1:]), sound()),
        UnsupportedWavError,
        "PCM",
    ),
    "extensible, cut": (riff(form(0xFFFE), sound()), DamagedWavError, "cut off"),
    "impossible rate": (riff(form(rate_hz=10), sound()), UnsupportedWavError, "samples a second"),
    "no sound": (riff(form()), DamagedWavError, "no sound"),
    "sound first": (riff(sound(), form()), DamagedWavError, "before the format"),
    "short format": (riff(chunk(b"fmt ", b"\1\0"), sound()), DamagedWavError, "2 bytes"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_usable_wav_is_a_typed_error(tmp_path: Path, name: str) -> None:
    content, error, text = BAD[name]
    with pytest.raises(error, match=text):
        read(tmp_path, content)


@settings(deadline=None, max_examples=150)
@given(data=st.data())
def test_any_bytes_are_sound_or_a_typed_error(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    base = bytearray(GOOD[data.draw(st.sampled_from(sorted(GOOD)))])
    for at, value in data.draw(st.lists(st.tuples(st.integers(0, 80), st.integers(0, 255)), max_size=6)):
        base[at] = value
    content = data.draw(st.one_of(st.binary(max_size=300), st.just(bytes(base))))
    try:
        rate_hz, samples = read(tmp_path_factory.getbasetemp(), content)
    except WavError:
        return
    assert 8000 <= rate_hz <= 192_000
    assert np.abs(samples).max(initial=0) <= 1.0
