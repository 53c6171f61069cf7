"""What a voice modem's line tells: opening, rings, callers, other telephones, calls the box answers."""

from __future__ import annotations

import numpy as np
import pytest

from callerid.drivers import DriverError, Frame
from callerid.drivers.voicemodem.dialects import CONEXANT, UNKNOWN, USR5637
from callerid.drivers.voicemodem.sound import from_samples
from callerid.listening import Heard, Listener
from tests.fakes.voice_modem import Kind
from tests.unit.callerid.drivers.voice_modem_bench import Bench, speech

BOTH: tuple[Kind, ...] = ("conexant", "usr5637")


@pytest.mark.parametrize("kind", BOTH)
@pytest.mark.parametrize("split", [1, 3, 4096])
def test_a_modem_is_recognised_and_shows_callers_on_every_opening(kind: Kind, split: int) -> None:
    bench = Bench(kind)
    bench.split = split
    bench.run(5.0, lambda: bench.line.is_ready)
    assert bench.line.dialect is {"conexant": CONEXANT, "usr5637": USR5637}[kind]
    assert bench.modem.commands[:4] == ["AT", "ATZ", "ATE0V1", "ATI0"]
    assert "+VCID=1" in bench.modem.commands[-1]


def test_a_conexant_that_refuses_its_own_commands_is_given_the_usual_one() -> None:
    bench = Bench("conexant")
    bench.modem.refuses = {"-SCID"}
    bench.ready()
    assert bench.line.is_ready


def test_a_modem_of_another_kind_tells_callers_and_never_answers() -> None:
    bench = Bench("other", answer_after_rings=2).ready()
    assert bench.line.dialect is UNKNOWN
    bench.modem.call(bench.now + 1)
    bench.run(20)
    assert bench.told == ["ring", "message 09121234567", "ring", "ring"]


def test_a_modem_without_caller_id_is_one_clear_error() -> None:
    bench = Bench("usr5637")
    bench.modem.refuses = {"+VCID"}
    with pytest.raises(DriverError, match="caller ID"):
        bench.run(5)


def test_a_device_that_is_no_modem_is_one_clear_error() -> None:
    bench = Bench()
    bench.modem.is_dead = True
    with pytest.raises(DriverError, match="does not answer AT"):
        bench.run(5)


@pytest.mark.parametrize("kind", BOTH)
def test_a_modem_left_recording_by_a_crash_is_opened(kind: Kind) -> None:
    bench = Bench(kind)
    bench.modem.voice_class, bench.modem.is_off_hook, bench.modem.mode = 8, True, "record"
    bench.modem._began = bench.now
    bench.modem.line_sound = speech(10)
    bench.run(8.0, lambda: bench.line.is_ready)
    assert bench.line.is_ready
    assert not bench.modem.is_off_hook


@pytest.mark.parametrize("kind", BOTH)
def test_a_call_is_its_rings_and_its_caller(kind: Kind) -> None:
    bench = Bench(kind).ready()
    bench.modem.call(bench.now + 1, name="AMIN")
    bench.run(20)
    assert bench.told == ["ring", "message 09121234567", "ring", "ring"]
    message = bench.facts[1][1].message
    assert message is not None
    assert (message.standard, message.name, message.date) == ("modem", "AMIN", "08051805")


def test_a_number_may_come_before_the_first_ring() -> None:
    bench = Bench().ready()
    bench.modem.call(bench.now + 2, before_ring=True, rings=2)
    bench.run(12)
    assert bench.told == ["message 09121234567", "ring", "ring"]


def test_a_caller_is_told_within_three_tenths_of_a_second_after_the_last_field() -> None:
    bench = Bench().ready()
    begin = bench.now
    bench.modem.at(begin + 1, lambda at: bench.modem.tell({"NMBR": "02112345678"}))
    bench.run(3)
    assert bench.told == ["message 02112345678"]
    assert 0.2 <= bench.facts[0][0] - begin - 1 <= 0.3


def test_a_ring_right_after_the_fields_tells_the_caller_first() -> None:
    bench = Bench().ready()
    bench.modem.at(bench.now + 1, lambda at: bench.modem.tell({"NMBR": "02112345678"}))
    bench.modem.at(bench.now + 1.05, bench.modem.ring)
    bench.run(2)
    assert bench.told == ["message 02112345678", "ring"]
    assert bench.facts[0][0] == bench.facts[1][0]


def test_a_ring_told_twice_is_one_burst() -> None:
    bench = Bench().ready()
    bench.modem.doubles_rings = True
    bench.modem.call(bench.now + 1, rings=3)
    bench.run(20)
    assert bench.told.count("ring") == 3


def test_a_modem_that_never_tells_callers_still_tells_rings() -> None:
    bench = Bench("usr5637").ready()
    bench.modem.tells_no_caller = True
    bench.modem.call(bench.now + 1, rings=2)
    bench.run(12)
    assert bench.told == ["ring", "ring"]


def test_an_idle_modem_is_asked_every_half_minute_whether_it_lives() -> None:
    bench = Bench().ready()
    bench.run(100)
    assert bench.modem.commands == ["AT", "AT", "AT"]


def test_a_modem_that_hangs_is_noticed_within_33_seconds() -> None:
    bench = Bench().ready()
    bench.modem.is_dead = True
    begin = bench.now
    with pytest.raises(DriverError, match="does not answer any more"):
        bench.run(60)
    assert bench.now - begin <= 33


def test_a_heartbeat_does_not_speak_into_a_call() -> None:
    bench = Bench().ready()
    bench.modem.call(bench.now + 20, rings=6)
    bench.run(50)
    assert bench.modem.commands == []


@pytest.mark.parametrize("kind", BOTH)
@pytest.mark.parametrize("split", [1, 4096])
def test_the_box_answers_announces_and_records_until_the_caller_is_silent(kind: Kind, split: int) -> None:
    announcement = speech(3.0, seed=3)
    assert b"\x10" in announcement
    bench = Bench(kind, announcement=announcement, answer_after_rings=2, silence_s=4).ready()
    bench.split = split
    bench.modem.line_sound = speech(6.0)
    assert b"\x10" in bench.modem.line_sound
    bench.modem.call(bench.now + 1, rings=9)
    bench.run(40)
    assert bench.told == ["ring", "message 09121234567", "ring", "lifted", "over on-hook"]
    assert bytes(bench.modem.announced) == announcement
    assert bytes(bench.sound[: len(bench.modem.line_sound)]) == bench.modem.line_sound
    assert 9.5 <= len(bench.sound) / 8000 <= 11.5
    assert not bench.modem.is_off_hook
    assert bench.modem.voice_class == 0
    assert "+VCID=1" in bench.modem.commands[-1]
    lifted, over = bench.facts[3][0], bench.facts[4][0]
    assert 12.5 <= over - lifted <= 15


def test_busy_tone_in_the_sound_ends_an_answered_call() -> None:
    at = np.arange(8000 * 12) / 8000
    busy = 0.25 * np.sin(2 * np.pi * 425 * at) * ((at % 1.0) < 0.5)
    bench = Bench(answer_after_rings=2).ready()
    bench.modem.line_sound = speech(3.0) + from_samples(busy.astype(np.float32))
    bench.modem.call(bench.now + 1, rings=9)
    bench.run(30)
    assert bench.told[-2:] == ["lifted", "over busy-tone"]
    assert len(bench.sound) / 8000 < 11


@pytest.mark.parametrize(
    ("code", "told"), [("b", "over busy-tone"), ("d", "over busy-tone"), ("s", "over on-hook")]
)
def test_a_modem_may_tell_by_code_that_the_caller_is_gone(code: str, told: str) -> None:
    bench = Bench(answer_after_rings=2).ready()
    bench.modem.line_sound = speech(60)
    bench.modem.call(bench.now + 1, rings=9)
    bench.modem.at(bench.now + 12, lambda at: bench.modem.code(code))
    bench.run(20)
    assert bench.told[-1] == told
    assert bench.facts[-1][0] < bench.now - 5


def test_a_caller_who_hangs_up_during_the_announcement_is_not_recorded() -> None:
    bench = Bench(announcement=speech(20), answer_after_rings=2).ready()
    bench.modem.call(bench.now + 1, rings=9)
    bench.modem.at(bench.now + 12, lambda at: bench.modem.code("b"))
    bench.run(30)
    assert bench.told[-2:] == ["lifted", "over busy-tone"]
    assert not bench.sound
    assert len(bench.modem.announced) < 8000 * 9


def test_a_recording_ends_at_its_longest() -> None:
    bench = Bench(answer_after_rings=2, longest_message_s=5).ready()
    bench.modem.line_sound = speech(60)
    bench.modem.call(bench.now + 1, rings=9)
    bench.run(25)
    assert bench.told[-1] == "over on-hook"
    assert len(bench.sound) / 8000 == pytest.approx(5.0, abs=0.2)


@pytest.mark.parametrize("kind", BOTH)
def test_a_modem_with_another_stop_sign_is_stopped_in_the_end(kind: Kind) -> None:
    bench = Bench(kind, answer_after_rings=2, longest_message_s=5).ready()
    bench.modem.stop_codes = "\x1b"
    bench.modem.line_sound = speech(60)
    bench.modem.call(bench.now + 1, rings=9)
    bench.run(30)
    assert bench.told[-1] == "over on-hook"
    assert not bench.modem.is_off_hook


def test_a_modem_that_never_stops_recording_is_an_error() -> None:
    bench = Bench(answer_after_rings=2, longest_message_s=5).ready()
    bench.modem.stop_codes = ""
    bench.modem.line_sound = speech(60)
    bench.modem.call(bench.now + 1, rings=9)
    with pytest.raises(DriverError, match="does not end its recording"):
        bench.run(40)


def test_a_modem_that_falls_silent_in_a_recording_is_an_error() -> None:
    bench = Bench(answer_after_rings=2).ready()
    bench.modem.line_sound = speech(60)
    bench.modem.call(bench.now + 1, rings=9)
    bench.run(12)
    bench.modem.is_dead = True
    with pytest.raises(DriverError, match="stopped sending sound"):
        bench.run(3)


def test_sound_that_does_not_come_is_counted_as_lost() -> None:
    bench = Bench(answer_after_rings=2, longest_message_s=8).ready()
    bench.modem.line_sound = speech(60)
    bench.modem.drops_sound_s = (2.0, 3.5)
    bench.modem.call(bench.now + 1, rings=9)
    bench.run(30)
    assert bench.lost == pytest.approx(1.5 * 8000, abs=200)


def test_a_modem_without_voice_is_said_once_and_goes_on_with_caller_id(
    caplog: pytest.LogCaptureFixture,
) -> None:
    bench = Bench(answer_after_rings=2).ready()
    bench.modem.refuses = {"+FCLASS=8"}
    bench.modem.call(bench.now + 1)
    bench.modem.call(bench.now + 60, number="02112345678")
    bench.run(90)
    one = ["ring", "message 09121234567", "ring", "ring"]
    assert bench.told == [*one, "ring", "message 02112345678", "ring", "ring"]
    assert bench.modem.commands.count("AT+FCLASS=8") == 1
    assert [record.message.split()[0] for record in caplog.records] == ["happening=modem-without-voice"]


def test_a_format_that_is_refused_is_no_voice() -> None:
    bench = Bench(answer_after_rings=2).ready()
    bench.modem.refuses = {"+VSM"}
    bench.modem.call(bench.now + 1)
    bench.run(20)
    assert "lifted" not in bench.told
    assert not bench.line.can_answer


def test_a_line_that_was_never_taken_goes_on_ringing() -> None:
    bench = Bench(answer_after_rings=2).ready()
    bench.modem.never_goes_off_hook = True
    bench.modem.call(bench.now + 1, rings=3)
    bench.run(25)
    assert bench.told[:4] == ["ring", "message 09121234567", "ring", "lifted"]
    assert "over on-hook" in bench.told
    assert bench.line.lifted is None


def test_with_a_beep_the_modem_is_asked_for_its_own_and_may_refuse() -> None:
    for kind in BOTH:
        bench = Bench(kind, answer_after_rings=2, beep_while_recording=True, longest_message_s=5).ready()
        bench.modem.line_sound = speech(60)
        bench.modem.call(bench.now + 1, rings=9)
        bench.run(25)
        used = [command for command in bench.modem.commands if "VRX" in command]
        assert used == (["AT+VRX=1"] if kind == "conexant" else ["AT+VRX"])
        assert len(bench.sound) > 8000 * 4


def test_another_telephone_that_answers_is_told_where_the_modem_watches() -> None:
    bench = Bench(watch_extension=True).ready()
    begin = bench.now
    bench.modem.call(begin + 1, rings=2)
    bench.modem.at(begin + 8, lambda at: bench.modem.code("P"))
    bench.modem.at(begin + 20, lambda at: bench.modem.code("p"))
    bench.run(25)
    assert bench.told == ["ring", "message 09121234567", "ring", "lifted", "over on-hook"]
    assert bench.facts[-1][0] - begin == pytest.approx(20.6, abs=0.05)


def test_a_hook_flash_ends_no_call() -> None:
    bench = Bench(watch_extension=True).ready()
    for seconds, code in ((1.0, "H"), (5.0, "h"), (5.3, "H"), (9.0, "h")):
        bench.modem.at(bench.now + seconds, lambda at, code=code: bench.modem.code(code))
    bench.run(12)
    assert bench.told == ["lifted", "over on-hook"]


def test_a_ring_ends_a_call_whose_handset_was_never_told_to_lie() -> None:
    bench = Bench(watch_extension=True).ready()
    bench.modem.at(bench.now + 1, lambda at: bench.modem.code("P"))
    bench.modem.call(bench.now + 60, rings=1)
    bench.run(70)
    assert bench.told == ["lifted", "over on-hook", "ring", "message 09121234567"]


def test_a_person_who_lifts_during_the_announcement_takes_the_call_over() -> None:
    bench = Bench(announcement=speech(20), answer_after_rings=2).ready()
    begin = bench.now
    bench.modem.call(begin + 1, rings=9)
    bench.modem.at(begin + 10, lambda at: bench.modem.code("P"))
    bench.modem.at(begin + 30, lambda at: bench.modem.code("p"))
    bench.run(40)
    assert bench.told[-2:] == ["lifted", "over on-hook"]
    assert bench.facts[-1][0] - begin == pytest.approx(30.6, abs=0.05)
    assert not bench.modem.is_off_hook
    assert not bench.sound
    assert bench.modem.voice_class == 0


def test_a_handset_lifted_before_the_box_answers_is_left_alone() -> None:
    bench = Bench(answer_after_rings=2, watch_extension=True).ready()
    begin = bench.now
    bench.modem.call(begin + 1, rings=2)
    bench.modem.at(begin + 6.0, lambda at: bench.modem.code("P"))
    bench.run(15)
    assert bench.told == ["ring", "message 09121234567", "ring", "lifted"]
    assert "AT+VLS=1" not in bench.modem.commands


def calls_of(bench: Bench) -> list[Heard]:
    """Give what a listener makes of all that was told, time passing between."""
    listener, heard = Listener(8000, hears_line=False), list[Heard]()
    nothing = np.zeros(0, np.float32)
    told = list(bench.facts)
    at = 100.0
    while at < bench.now:
        at += 0.2
        facts = tuple(fact for when, fact in told if at - 0.2 < when <= at)
        heard += listener.feed(Frame(nothing, at, facts=facts))
    return heard


def test_a_listener_makes_calls_of_it_answered_and_missed() -> None:
    bench = Bench(answer_after_rings=3, silence_s=2).ready()
    bench.modem.line_sound = speech(3.0)
    bench.modem.call(bench.now + 1, rings=5)
    bench.modem.call(bench.now + 40, rings=2, number="02112345678")
    bench.run(70)
    heard = calls_of(bench)
    assert [one.change.kind for one in heard] == [
        "ringing", "identified", "answered", "ended", "ringing", "identified", "missed"
    ]  # fmt: skip
    answered, missed = heard[3].change.call, heard[6].change.call
    assert (answered.number_raw, answered.ring_count, answered.standard) == ("09121234567", 3, "modem")
    assert (missed.number_raw, missed.ring_count) == ("02112345678", 2)


def test_rings_of_an_ended_call_do_not_count_for_the_next() -> None:
    bench = Bench(answer_after_rings=2, longest_message_s=5).ready()
    bench.modem.line_sound = speech(60)
    bench.modem.call(bench.now + 1, rings=2, every_s=3.0)
    bench.modem.call(bench.now + 11.5, rings=1)
    bench.run(20)
    assert bench.told[-2:] == ["ring", "message 09121234567"]


def test_a_ring_that_came_while_the_line_was_taken_does_not_answer_once_more() -> None:
    bench = Bench(answer_after_rings=2).ready()
    bench.modem.line_sound = speech(60)
    bench.modem.off_hook_after_s = 2.0
    begin = bench.now
    bench.modem.call(begin + 1, rings=2)
    bench.modem.at(begin + 7.6, bench.modem.ring)
    bench.modem.at(begin + 9.5, lambda at: bench.modem.code("b"))
    bench.run(20)
    assert bench.told[-3:] == ["ring", "lifted", "over busy-tone"]
    assert bench.modem.commands.count("AT+VLS=1") == 1
