"""What a listener gets: any range, the true length, a picture, and copies other programs open."""

from __future__ import annotations

import io
import wave
from pathlib import Path

import numpy as np
import pytest
import soundfile

from recorder.errors import KeyMissingError, SealBrokenError, UnplayableError
from recorder.keys import BoxKey
from recorder.playing import Playback
from recorder.waveform import POINTS, peaks_path, waveform
from tests.unit.recorder.recordings import KEY, OTHER_KEY, RATE_HZ, decoded, loudness, record, speech

SECONDS = 8


@pytest.fixture(scope="module", params=[None, KEY], ids=["plain", "sealed"])
def key(request: pytest.FixtureRequest) -> BoxKey | None:
    return request.param  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory, key: BoxKey | None) -> Path:
    """Give a recording whose left channel speaks first and whose right channel answers."""
    folder = tmp_path_factory.mktemp("playing")
    voice, silence = speech(SECONDS / 2), np.zeros(SECONDS * RATE_HZ // 2, np.float32)
    both = np.stack([np.concatenate([voice, silence]), np.concatenate([silence, voice])], axis=1)
    return folder / str(record(folder, both, key=key).file_name)


def test_ranges_put_together_are_the_file_and_it_plays(path: Path, key: BoxKey | None) -> None:
    with Playback(path, key) as playback:
        parts = [b"".join(playback.read(at, 1000)) for at in range(0, playback.size, 1000)]
        assert list(playback.read(playback.size, 10)) == []
        assert b"".join(playback.read(playback.size - 4, 100)) == parts[-1][-4:] or len(parts[-1]) < 4
    assert len(decoded(b"".join(parts))) == SECONDS * RATE_HZ


def test_its_length_is_known_without_decoding(path: Path, key: BoxKey | None) -> None:
    with Playback(path, key) as playback:
        assert playback.seconds == pytest.approx(SECONDS)


def test_the_picture_shows_who_spoke_when(path: Path, key: BoxKey | None) -> None:
    with Playback(path, key) as playback:
        left, right = waveform(playback).channels
    assert len(left) == len(right) == POINTS
    assert np.mean(left[5:95]) > 20 > max(left[105:])
    assert max(right[:95]) < 20 < np.mean(right[105:195])


def test_the_picture_is_kept_beside_the_file_and_made_anew_when_it_is_of_another(
    path: Path, key: BoxKey | None
) -> None:
    with Playback(path, key) as playback:
        made = waveform(playback)
        kept = peaks_path(path).read_bytes()
        assert (b'"channels"' in kept) is (key is None)
        assert waveform(playback) == made
        peaks_path(path).write_bytes(kept[:-1])
        assert waveform(playback) == made
        peaks_path(path).write_bytes(b'{"of_bytes": 3, "channels": [[1]]}')
        assert waveform(playback) == made
        peaks_path(path).unlink()
        peaks_path(path).mkdir()
        assert waveform(playback) == made
        peaks_path(path).rmdir()


def test_as_wav_it_opens_everywhere(path: Path, key: BoxKey | None) -> None:
    with Playback(path, key) as playback:
        data = b"".join(playback.wav())
        assert len(data) == playback.wav_size()
    with wave.open(io.BytesIO(data)) as file:
        assert (file.getnchannels(), file.getframerate(), file.getsampwidth()) == (2, RATE_HZ, 2)
        assert file.getnframes() == SECONDS * RATE_HZ


def test_as_mp3_it_is_as_long(path: Path, key: BoxKey | None) -> None:
    with Playback(path, key) as playback:
        data = b"".join(playback.mp3())
    sound, rate_hz = soundfile.read(io.BytesIO(data), dtype="float32")
    assert rate_hz == RATE_HZ
    assert len(sound) == pytest.approx(SECONDS * RATE_HZ, abs=RATE_HZ // 2)
    assert loudness(sound[:, 0], 1, 3) > 10 * loudness(sound[:, 0], 5, 7)


def test_without_the_right_key_nothing_is_heard(tmp_path: Path) -> None:
    sealed = tmp_path / str(record(tmp_path, speech(1), key=KEY).file_name)
    with pytest.raises(KeyMissingError, match=r"recording\.key_file"):
        Playback(sealed, None)
    with pytest.raises(ValueError, match="sealed with the key"):
        Playback(sealed, OTHER_KEY)


def test_a_sealed_file_cut_short_is_refused(tmp_path: Path) -> None:
    sealed = tmp_path / str(record(tmp_path, speech(3), key=KEY).file_name)
    sealed.write_bytes(sealed.read_bytes()[:-50])
    with pytest.raises(SealBrokenError, match="cut short"):
        Playback(sealed, KEY)


def test_a_file_without_sound_is_told(tmp_path: Path) -> None:
    whole = (tmp_path / str(record(tmp_path, speech(2)).file_name)).read_bytes()
    for name, data in (("noise.ogg", b"noise" * 100), ("empty.ogg", b""), ("head.ogg", whole[:47])):
        (tmp_path / name).write_bytes(data)
        with Playback(tmp_path / name, None) as playback:
            with pytest.raises(UnplayableError):
                _ = playback.seconds
            if name != "head.ogg":
                with pytest.raises(UnplayableError):
                    list(playback.wav())
