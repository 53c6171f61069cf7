"""What the screens show of a call's recording, to whom, and what is done with it."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from appliance.core.clock import to_text
from appliance.core.config import Config
from appliance.core.events import RecordingDeleted, RecordingFinished, RecordingStarted
from appliance.domain.acting import acting
from appliance.domain.recordings import report_failed_recording
from db.queries.recordings import (
    RecordingRow,
    count_own_refusals,
    find_recording,
    list_notes,
    update_deleted,
)
from panel.shelf import GROWS_WITHIN_S
from tests.fakes.clock import FakeClock
from tests.panel.recordings.kept import keep
from tests.panel.simulated_calls import SimulatedCall
from tests.panel.world import BAZARYAB, FETCH, HESABDAR, MODIR, MONSHI, World, heard

MakeCall = Callable[..., SimulatedCall]


def part_of(config: Config, call: SimulatedCall, clock: FakeClock, age_s: float) -> None:
    """Leave an unfinished file, as a recording in progress or a crash does."""
    name = f"{clock.now():%Y-%m}/{clock.now():%Y%m%dT%H%M%S}.000Z-line1-{call.id}.ogg.part"
    path = config.recordings_folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"OggS")
    at = clock.now().timestamp() - age_s
    os.utime(path, (at, at))


@pytest.mark.parametrize("username", [MODIR, MONSHI])
def test_a_recorded_call_has_its_player_on_its_page_and_a_mark_in_the_log(
    world: World, recording: RecordingRow, username: str
) -> None:
    person = world.person(username)
    page = person.get(f"/calls/{recording.call_id}").text
    assert f'src="/recordings/{recording.id}/sound"' in page
    assert 'data-seconds="3' in page
    assert f"/calls/{recording.call_id}/recordings" in person.get("/calls").text


@pytest.mark.parametrize("username", [BAZARYAB, HESABDAR])
def test_who_may_not_listen_sees_the_call_without_its_recording(
    world: World, recording: RecordingRow, username: str
) -> None:
    person = world.person(username)
    # Calls of a customer out of reach do not exist for who has his own customers only.
    world.conn.execute(
        "UPDATE persons SET created_by = (SELECT id FROM users WHERE username = ?)", (username,)
    )
    for path in (f"/calls/{recording.call_id}", "/calls"):
        page = person.get(path)
        assert page.status_code == 200
        assert "recordings" not in page.text
        assert "<audio" not in page.text
    for path in ("/recordings", f"/recordings/{recording.id}", f"/calls/{recording.call_id}/recordings"):
        assert person.get(path).status_code == 403


def test_the_owner_sees_who_listened_and_the_front_desk_does_not(
    world: World, recording: RecordingRow
) -> None:
    world.person(MONSHI).get(f"/recordings/{recording.id}/sound")
    shown = world.person(MODIR).get(f"/calls/{recording.call_id}").text
    assert "player-listeners" in shown
    assert "<b>منشی</b>" in shown
    assert "player-listeners" not in world.person(MONSHI).get(f"/calls/{recording.call_id}").text


def test_only_the_owner_has_the_buttons_for_copies_hold_and_deletion(
    world: World, recording: RecordingRow
) -> None:
    buttons = [f"/recordings/{recording.id}/{what}" for what in ("copy/wav", "hold", "delete")]
    owner = world.person(MODIR).get(f"/calls/{recording.call_id}").text
    desk = world.person(MONSHI).get(f"/calls/{recording.call_id}").text
    for button in buttons:
        assert button in owner
        assert button not in desk
    for button in buttons[1:]:
        assert world.person(MONSHI).post(button).status_code == 403


def test_a_script_gets_the_players_only_and_others_are_led_to_the_page(
    world: World, recording: RecordingRow
) -> None:
    desk = world.person(MONSHI)
    part = desk.get(f"/calls/{recording.call_id}/recordings", headers=FETCH)
    assert part.text.lstrip().startswith('<div class="call-recordings"')
    led = desk.get(f"/calls/{recording.call_id}/recordings")
    assert led.location == f"/calls/{recording.call_id}#recordings"
    led = desk.get(f"/recordings/{recording.id}")
    assert led.location == f"/calls/{recording.call_id}#recording-{recording.id}"


def test_the_parts_of_a_call_stand_in_their_order(
    world: World, config: Config, clock: FakeClock, ended: SimulatedCall
) -> None:
    for reason in ("silence", "crash"):
        keep(world.conn, config, clock, ended, seconds=2, reason=reason)
    page = world.person(MONSHI).get(f"/calls/{ended.id}").text
    assert page.index("بخش ۱ از ۲") < page.index("بخش ۲ از ۲")
    assert "ترمیم شد" in page


def test_a_note_is_written_at_its_moment_and_taken_back_by_who_wrote_it(
    world: World, recording: RecordingRow
) -> None:
    desk, owner = world.person(MONSHI), world.person(MODIR)
    answer = desk.fetch(f"/recordings/{recording.id}/notes", {"seconds": "1.5", "text": "قول  بازدید"})
    assert answer.json is not None
    assert answer.json["ok"]
    assert "قول بازدید" in answer.json["player"]
    (note,) = list_notes(world.conn, recording.id)
    assert (note.seconds, note.text, note.user_name) == (1.5, "قول بازدید", "منشی")
    owner.post(f"/recordings/{recording.id}/notes", {"seconds": "0", "text": "از مدیر"})
    mine = next(one for one in list_notes(world.conn, recording.id) if one.user_name == "مدیر")
    assert desk.post(f"/recordings/{recording.id}/notes/{mine.id}/delete").status_code == 403
    assert desk.fetch(f"/recordings/{recording.id}/notes/{note.id}/delete").json["ok"]  # type: ignore[index]
    assert [one.text for one in list_notes(world.conn, recording.id)] == ["از مدیر"]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        ("1", ""),
        ("1", " \u200c "),
        ("1", "ب" * 301),
        ("99", "دیر"),
        ("-1", "زود"),
        ("nan", "نه"),
        ("x", "نه"),
    ],
)
def test_a_note_that_says_nothing_or_lies_outside_is_refused(
    world: World, recording: RecordingRow, seconds: str, text: str
) -> None:
    answer = world.person(MONSHI).fetch(
        f"/recordings/{recording.id}/notes", {"seconds": seconds, "text": text}
    )
    assert answer.status_code == 422
    assert list_notes(world.conn, recording.id) == []


def test_a_note_of_another_recording_is_not_found(
    world: World, config: Config, clock: FakeClock, ended: SimulatedCall, recording: RecordingRow
) -> None:
    desk = world.person(MONSHI)
    desk.fetch(f"/recordings/{recording.id}/notes", {"seconds": "1", "text": "این"})
    (note,) = list_notes(world.conn, recording.id)
    other = keep(world.conn, config, clock, ended)
    assert desk.post(f"/recordings/{other.id}/notes/{note.id}/delete").status_code == 404


def test_what_is_on_hold_is_not_deleted_until_it_is_let_go(
    world: World, config: Config, recording: RecordingRow
) -> None:
    owner, path = world.person(MODIR), config.recordings_folder / recording.file_name
    assert owner.fetch(f"/recordings/{recording.id}/hold", {"on": "yes"}).json["ok"]  # type: ignore[index]
    held = owner.fetch(f"/recordings/{recording.id}/delete")
    assert held.status_code == 409
    assert "نگه‌داری ویژه" in held.json["notice"]  # type: ignore[index]
    assert path.exists()
    owner.fetch(f"/recordings/{recording.id}/hold", {"on": "no"})
    assert owner.fetch(f"/recordings/{recording.id}/delete").status_code == 200
    assert not path.exists()
    assert isinstance(world.bus.events[-1], RecordingDeleted)


def test_a_deleted_recording_says_who_deleted_it_or_that_its_time_was_over(
    world: World, config: Config, clock: FakeClock, ended: SimulatedCall, recording: RecordingRow
) -> None:
    owner = world.person(MODIR)
    owner.post(f"/recordings/{recording.id}/delete")
    assert "مدیر آن را پاک کرد" in owner.get(f"/calls/{ended.id}").text
    other = keep(world.conn, config, clock, ended)
    update_deleted(world.conn, other.id, to_text(clock.now()), None)
    world.conn.commit()
    page = owner.get(f"/calls/{ended.id}").text
    assert "مهلت نگه‌داری (۹۰ روز) گذشت" in page
    assert "<audio" not in page
    row = find_recording(world.conn, recording.id)
    assert row is not None
    assert row.deleted_by is not None


def test_a_call_that_is_being_recorded_shows_it_and_what_to_say(
    world: World, config: Config, clock: FakeClock, call: MakeCall
) -> None:
    running = call().ring().identify("09121234567").answer()
    part_of(config, running, clock, age_s=1)
    for username in (MONSHI, BAZARYAB):
        page = world.person(username).get("/calls").text
        assert "در حال ضبط." in page
        assert config.recording.consent in page


def test_a_recording_that_a_crash_left_says_that_it_will_be_mended(
    world: World, config: Config, clock: FakeClock, ended: SimulatedCall
) -> None:
    part_of(config, ended, clock, age_s=GROWS_WITHIN_S + 1)
    page = world.person(MONSHI).get(f"/calls/{ended.id}").text
    assert "نیمه‌کاره مانده" in page
    assert "در حال ضبط." not in page


@pytest.mark.parametrize(
    ("line", "words"), [(1, "از این تماس ضبطی در دست نیست"), (2, "ضبط در این خط خاموش است")]
)
def test_a_call_without_a_recording_says_why(world: World, call: MakeCall, line: int, words: str) -> None:
    ended = call(line=line).ring().identify("09121234567").answer().end()
    assert words in world.person(MONSHI).get(f"/calls/{ended.id}").text


def test_a_person_is_never_recorded_from_then_on_and_again_when_allowed(
    world: World, ended: SimulatedCall
) -> None:
    desk = world.person(MONSHI)
    path = f"/calls/{ended.id}/recording-refusal"
    assert desk.post(path, {"of": "person", "on": "yes"}).status_code == 303
    page = desk.get(f"/calls/{ended.id}").text
    assert "این طرف تماس هرگز ضبط نمی‌شود" in page
    assert count_own_refusals(world.conn, person_id=None, number=ended.snapshot.number) == 0
    desk.post(path, {"of": "number", "on": "yes"})
    assert count_own_refusals(world.conn, person_id=None, number=ended.snapshot.number) == 1
    for party in ("person", "number"):
        desk.post(path, {"of": party, "on": "no"})
    assert "ضبط این طرف تماس روشن است" in desk.get(f"/calls/{ended.id}").text


def test_nobody_else_refuses_and_nothing_else_is_refused(world: World, ended: SimulatedCall) -> None:
    path = f"/calls/{ended.id}/recording-refusal"
    assert world.person(BAZARYAB).post(path, {"of": "person", "on": "yes"}).status_code == 403
    assert world.person(MONSHI).post(path, {"of": "line", "on": "yes"}).status_code == 422


def test_the_list_is_found_by_name_number_line_and_hold(world: World, recording: RecordingRow) -> None:
    owner = world.person(MODIR)
    row = f'data-row="{recording.id}"'
    for query in ("", "?text=نرگس", "?text=0912", "?text=۰۹۱۲۱۲۳", "?line=1", "?from_day=1405/09/01"):
        assert row in owner.get(f"/recordings{query}").text, query
    for query in ("?text=رضا", "?text=0935", "?line=2", "?kind=hold", "?until_day=1405/08/30"):
        assert row not in owner.get(f"/recordings{query}").text, query
    owner.post(f"/recordings/{recording.id}/hold", {"on": "yes"})
    assert row in owner.get("/recordings?kind=hold").text
    assert owner.get("/recordings?from_day=سلام").status_code == 422


def test_the_list_of_one_person_has_no_other(world: World, recording: RecordingRow) -> None:
    (person_id,) = world.conn.execute(
        "SELECT person_id FROM calls WHERE id = ?", (recording.call_id,)
    ).fetchone()
    desk = world.person(MONSHI)
    assert f'data-row="{recording.id}"' in desk.get(f"/recordings?person={person_id}").text
    assert f'data-row="{recording.id}"' not in desk.get(f"/recordings?person={person_id + 1}").text


def test_a_full_disk_is_said_until_a_call_is_recorded_again(
    world: World, config: Config, clock: FakeClock, ended: SimulatedCall
) -> None:
    desk, words = world.person(MONSHI), "حافظه جا ندارد و ضبط متوقف شده است"
    with acting(world.conn, clock.now(), None, world.bus.publish) as act:
        report_failed_recording(act, call_id=ended.id, line=1, reason="disk-full", problem="no room")
    assert words in desk.get("/recordings").text
    clock.advance(60)
    keep(world.conn, config, clock, ended)
    assert words not in desk.get("/recordings").text


def test_the_list_says_which_lines_are_recorded_and_what_to_say(world: World, config: Config) -> None:
    page = world.person(MONSHI).get("/recordings").text
    assert "خط ۱: ضبط می‌شود" in page
    assert "خط دوم: ضبط خاموش" in page
    assert config.recording.consent in page


def test_open_pages_learn_that_a_recording_began_and_is_there(
    world: World, config: Config, clock: FakeClock, call: MakeCall
) -> None:
    running = call().ring().identify("09121234567").answer()
    desk, marketer = world.person(MONSHI).listen(), world.person(BAZARYAB).listen()
    part_of(config, running, clock, age_s=0)
    at = to_text(clock.now())
    world.live.teller.tell(
        world.conn, RecordingStarted(id=world.ids.make(clock.now()), at=at, call_id=running.id, line=1)
    )
    for browser in (desk, marketer):
        (message,) = heard(browser, "recording.started")
        assert "در حال ضبط." in message["html"]
    running.end(told=False)
    recording = keep(world.conn, config, clock, running)
    for part in config.recordings_folder.rglob("*.part"):
        part.unlink()
    world.live.teller.tell(
        world.conn,
        RecordingFinished(
            id=world.ids.make(clock.now()), at=at, recording_id=recording.id, call_id=running.id, line=1,
            seconds=3.0, reason="on-hook",
        ),
    )  # fmt: skip
    (message,) = heard(desk, "recording.finished")
    assert "شنیدن ضبط مکالمه" in message["html"]
    assert "data-open-player" in message["row"]
    (message,) = heard(marketer, "recording.finished")
    assert "شنیدن ضبط" not in message["html"]
    assert "data-open-player" not in message["row"]
