"""A recording's bytes: only for those who may, each listening noted, in ranges, and as copies."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
import soundfile

from appliance.core.config import Config
from db.queries.recordings import RecordingRow, list_listenings, update_deleted
from recorder.keys import open_key
from recorder.vault import LARGEST_PIECE
from tests.fakes.clock import FakeClock
from tests.panel.recordings.kept import keep, recording_config
from tests.panel.simulated_calls import SimulatedCall
from tests.panel.world import BAZARYAB, HESABDAR, MODIR, MONSHI, NASSAB, Person, World

OGG = b"OggS"


def sound(recording: RecordingRow) -> str:
    return f"/recordings/{recording.id}/sound"


def test_the_front_desk_hears_the_whole_recording(world: World, recording: RecordingRow) -> None:
    answer = world.person(MONSHI).get(sound(recording))
    assert (answer.status_code, answer.mimetype) == (200, "audio/ogg")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Accept-Ranges"] == "bytes"
    heard, rate_hz = soundfile.read(io.BytesIO(answer.data))
    assert len(heard) / rate_hz == pytest.approx(3, abs=0.1)


@pytest.mark.parametrize("username", [BAZARYAB, HESABDAR, NASSAB])
@pytest.mark.parametrize("what", ["sound", "waveform", "copy/wav", "copy/mp3"])
def test_others_hear_and_see_nothing(world: World, recording: RecordingRow, username: str, what: str) -> None:
    assert world.person(username).get(f"/recordings/{recording.id}/{what}").status_code == 403
    assert list_listenings(world.conn, recording.id) == []


def test_an_outsider_is_sent_to_sign_in(world: World, recording: RecordingRow) -> None:
    answer = world.person(None).get(sound(recording))
    assert answer.status_code == 302
    assert answer.location.startswith("/sign-in")


def test_a_player_that_seeks_gets_the_range_it_asks_for(world: World, recording: RecordingRow) -> None:
    desk = world.person(MONSHI)
    whole = desk.get(sound(recording)).data
    for wanted, start, end in (
        ("bytes=0-", 0, len(whole)),
        ("bytes=100-299", 100, 300),
        ("bytes=-50", len(whole) - 50, len(whole)),
    ):
        answer = desk.get(sound(recording), headers={"Range": wanted})
        assert answer.status_code == 206
        assert answer.data == whole[start:end]
        assert answer.headers["Content-Range"] == f"bytes {start}-{end - 1}/{len(whole)}"


def test_a_range_beyond_the_end_is_refused(world: World, recording: RecordingRow) -> None:
    answer = world.person(MONSHI).get(sound(recording), headers={"Range": "bytes=99999999-"})
    assert answer.status_code == 416


def test_a_long_range_is_given_in_parts(
    world: World, recording: RecordingRow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("panel.recordings.sound.LARGEST_PART", 1000)
    desk = world.person(MONSHI)
    whole = desk.get(sound(recording)).data
    pieces, at = b"", 0
    while at < len(whole):
        piece = desk.get(sound(recording), headers={"Range": f"bytes={at}-"}).data
        assert 0 < len(piece) <= 1000
        pieces, at = pieces + piece, at + len(piece)
    assert pieces == whole


def test_many_ranges_are_one_listening_and_a_later_one_is_another(
    world: World, recording: RecordingRow, clock: FakeClock
) -> None:
    desk = world.person(MONSHI)
    for start in (0, 10, 20):
        desk.get(sound(recording), headers={"Range": f"bytes={start}-"})
    (noted,) = list_listenings(world.conn, recording.id)
    assert (noted.user_name, noted.kind) == ("منشی", "listen")
    clock.advance(11 * 60)
    desk.get(sound(recording))
    assert len(list_listenings(world.conn, recording.id)) == 2


def test_asking_for_the_size_is_no_listening(world: World, recording: RecordingRow) -> None:
    answer = world.person(MONSHI).client.head(sound(recording))
    assert answer.status_code == 200
    assert int(answer.headers["Content-Length"]) > 100
    assert list_listenings(world.conn, recording.id) == []


@pytest.mark.parametrize(("form", "mimetype"), [("wav", "audio/wav"), ("mp3", "audio/mpeg")])
def test_the_owner_takes_a_copy_and_that_is_noted(
    world: World, recording: RecordingRow, form: str, mimetype: str
) -> None:
    answer = world.person(MODIR).get(f"/recordings/{recording.id}/copy/{form}")
    assert (answer.status_code, answer.mimetype) == (200, mimetype)
    assert answer.headers["Content-Disposition"] == f'attachment; filename="line1-20261122-120000.{form}"'
    heard, rate_hz = soundfile.read(io.BytesIO(answer.data))
    assert len(heard) / rate_hz == pytest.approx(3, abs=0.3)
    (noted,) = list_listenings(world.conn, recording.id)
    assert noted.kind == "download"


def test_the_front_desk_takes_no_copies(world: World, recording: RecordingRow) -> None:
    assert world.person(MONSHI).get(f"/recordings/{recording.id}/copy/wav").status_code == 403
    assert world.person(MODIR).get(f"/recordings/{recording.id}/copy/exe").status_code == 404


def test_the_picture_shows_both_sides(
    world: World, config: Config, clock: FakeClock, ended: SimulatedCall
) -> None:
    recording = keep(world.conn, config, clock, ended, is_stereo=True)
    answer = world.person(MONSHI).get(f"/recordings/{recording.id}/waveform")
    assert answer.json is not None
    left, right = answer.json["channels"]
    assert len(left) == 200
    assert max(left) > 2 * max(right) > 0
    assert list_listenings(world.conn, recording.id) == []


@pytest.mark.parametrize("what", ["sound", "waveform", "copy/wav"])
def test_what_is_deleted_unknown_or_has_no_file_is_not_found(
    world: World, config: Config, clock: FakeClock, ended: SimulatedCall, recording: RecordingRow, what: str
) -> None:
    owner = world.person(MODIR)
    gone = keep(world.conn, config, clock, ended)
    (config.recordings_folder / gone.file_name).unlink()
    update_deleted(world.conn, recording.id, gone.created_at, None)
    world.conn.commit()
    for recording_id in (recording.id, gone.id, "0" * 26, "..%2F..%2Faminbox.sqlite3"):
        assert owner.get(f"/recordings/{recording_id}/{what}").status_code == 404
    assert list_listenings(world.conn, gone.id) == []


@pytest.fixture
def sealed(
    data_folder: Path, tmp_path: Path, make_world_of: Callable[[Config], World], clock: FakeClock,
    call: Callable[..., SimulatedCall],
) -> tuple[World, RecordingRow, Path]:  # fmt: skip
    path = tmp_path / "keys" / "box.key"
    config = recording_config(data_folder, key_file=str(path))
    key = open_key(path, config.recordings_folder)
    world = make_world_of(config)
    ended = SimulatedCall(None, world.conn, clock.now(), ids=world.ids).ring().answer().end()
    return world, keep(world.conn, config, clock, ended, key=key, seconds=8), path


def test_a_sealed_recording_is_opened_for_those_who_may(sealed: tuple[World, RecordingRow, Path]) -> None:
    world, recording, _path = sealed
    assert recording.is_encrypted
    desk: Person = world.person(MONSHI)
    whole = desk.get(sound(recording)).data
    assert whole.startswith(OGG)
    assert len(whole) < LARGEST_PIECE
    assert desk.get(sound(recording), headers={"Range": "bytes=5000-5999"}).data == whole[5000:6000]


def test_a_sealed_recording_without_its_key_is_not_found(sealed: tuple[World, RecordingRow, Path]) -> None:
    world, recording, path = sealed
    path.unlink()
    assert world.person(MONSHI).get(sound(recording)).status_code == 404
    page = world.person(MONSHI).get(f"/calls/{recording.call_id}").text
    assert "کلید رمز در دسترس نیست" in page
    assert "<audio" not in page
