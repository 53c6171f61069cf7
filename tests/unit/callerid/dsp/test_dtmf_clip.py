"""DTMF caller ID: every form, every condition of a line, and no wrong number from a damaged string."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callerid.dsp.dtmf import DtmfClipDecoder
from callerid.dsp.dtmf.forms import parse
from callerid.dsp.dtmf.rhythm import rhythm_of
from callerid.dsp.message import CallerMessage, Samples
from callerid.synth import damage, dtmf, tones
from tests.bench.caller_id_wounds import harmed

pytestmark = pytest.mark.unit
RATE_HZ = 8000
LEVEL_DBM0 = -15.0
PAIR_DB = 3.01
"""Power of two equal tones over one of them."""
NUMBERS = ("09121234567", "02188776655", "55555555555", "00982112345")


def hear(sound: Samples, *, block: int = 160, without_start: bool = False) -> list[CallerMessage]:
    decoder = DtmfClipDecoder(without_start=without_start)
    return [one for at in range(0, len(sound), block) for one in decoder.feed(sound[at : at + block])]


def on_line(
    string: Samples, *, snr_db: float | None = None, seed: int = 1, level: float = LEVEL_DBM0
) -> Samples:
    sound = np.concatenate((tones.silence(0.4), string, tones.silence(0.6)))
    if snr_db is not None:
        sound = sound + tones.noise(len(sound) / RATE_HZ, level + PAIR_DB - snr_db, seed)[: len(sound)]
    return sound


def call(keys: str, *, snr_db: float | None = None, seed: int = 1, **how: float) -> list[CallerMessage]:
    level = how.setdefault("level_dbm0", LEVEL_DBM0)
    return hear(on_line(dtmf.dial(keys, seed=seed, **how), snr_db=snr_db, seed=seed, level=level))


FORMS = [
    ("A09121234567C", "09121234567", None, {}),
    ("D02188776655C", "02188776655", None, {}),
    ("A0212345678#", "0212345678", None, {}),
    ("B123456789C", "123456789", None, {}),
    ("C2188776655#", "2188776655", None, {}),
    ("A2188776655D", "2188776655", None, {}),
    ("D2188776655A", "2188776655", None, {}),
    ("D1#", None, "P", {}),
    ("D2#", None, "O", {}),
    ("D3#", None, "O", {}),
    ("B00C", None, "O", {}),
    ("B10C", None, "P", {}),
    ("D0000000000C", None, "O", {}),
    ("A02112345D09121234567C", "02112345", None, {"redirecting_number": "09121234567"}),
    ("D09121234567B10C", None, "P", {"redirecting_number": "09121234567", "information_code": "10"}),
    (
        "A021123D0912345D0213B10C",
        "021123",
        None,
        {"redirecting_number": "0912345", "second_redirecting_number": "0213", "information_code": "10"},
    ),
]


@pytest.mark.parametrize(("keys", "number", "reason", "fields"), FORMS)
def test_every_form_in_use_is_read(
    keys: str, number: str | None, reason: str | None, fields: dict[str, str]
) -> None:
    (message,) = call(keys, snr_db=25)
    assert (message.standard, message.type, message.number, message.reason) == (
        "dtmf",
        "call",
        number,
        reason,
    )
    assert message.fields == {**fields, "dtmf": keys}
    assert message.confidence > 0.9


@pytest.mark.parametrize(
    "keys", ["A12C", "AC", "A*123C", "A123*4C", "A" + "1" * 21 + "C", "C1A2B3D", "09121234567"]
)
def test_what_is_no_form_is_not_read(keys: str) -> None:
    assert call(keys) == []


def test_a_number_without_start_sign_is_read_only_on_request() -> None:
    sound = on_line(dtmf.dial("09121234567#"), snr_db=25)
    assert hear(sound) == []
    assert [message.number for message in hear(sound, without_start=True)] == ["09121234567"]


CONDITIONS = [
    *({"level_dbm0": level} for level in (-50.0, -36.0, -3.0, 1.0)),
    *({"twist_db": twist} for twist in (-14.0, -8.0, 8.0, 14.0)),
    *({"freq_offset": offset} for offset in (-0.04, -0.02, 0.02, 0.04)),
    *(
        {"on_ms": on, "off_ms": off}
        for on, off in ((40, 40), (50, 50), (60, 60), (100, 60), (70, 200), (200, 100))
    ),
    {"on_ms": 70, "off_ms": 900},
    {"jitter_ms": 8.0},
]


@pytest.mark.parametrize("condition", CONDITIONS, ids=str)
@pytest.mark.parametrize("number", NUMBERS)
def test_every_condition_of_a_line_is_taken(condition: dict[str, float], number: str) -> None:
    messages = call(f"A{number}C", snr_db=22, **condition)
    assert [message.number for message in messages] == [number]


@pytest.mark.parametrize("number", NUMBERS)
def test_hum_18_db_over_the_signal_and_half_scale_direct_current_leave_no_trace(number: str) -> None:
    sound = on_line(dtmf.dial(f"A{number}C", level_dbm0=-25, seed=2), snr_db=22, level=-25)
    humming = sound + tones.hum(len(sound) / RATE_HZ, level_dbm0=-25 + PAIR_DB + 18)[: len(sound)]
    assert [message.number for message in hear(humming)] == [number]
    assert [message.number for message in hear(sound + np.float32(0.5))] == [number]


@pytest.mark.parametrize(("on_ms", "snr_db"), [(70.0, -5.0), (50.0, -3.0)])
def test_nine_of_ten_are_read_deep_in_noise_and_none_wrongly(on_ms: float, snr_db: float) -> None:
    rng = np.random.default_rng(11)
    numbers = ["".join(rng.choice(list("0123456789"), 11)) for _ in range(40)]
    heard = [
        [m.number for m in call(f"A{number}C", snr_db=snr_db, seed=seed, on_ms=on_ms, off_ms=on_ms)]
        for seed, number in enumerate(numbers)
    ]
    assert all(found in ([], [number]) for found, number in zip(heard, numbers, strict=True))
    assert sum(bool(found) for found in heard) >= 36


def test_times_are_those_of_the_tones() -> None:
    string = dtmf.dial("A09121234567C", seed=4)
    (message,) = hear(on_line(string, snr_db=20))
    assert message.t_start == pytest.approx(0.4, abs=0.004)
    assert message.t_last == pytest.approx(0.4 + len(string) / RATE_HZ, abs=0.004)
    assert message.t_end <= message.t_last + 0.020


@pytest.mark.parametrize("name", damage.DAMAGES)
def test_a_damaged_string_gives_its_number_or_nothing(name: str) -> None:
    rng = np.random.default_rng(len(name))
    for place in range(13):
        for on_ms in (50.0, 70.0):
            number = "".join(rng.choice(list("0123456789"), 11))
            string = damage.CleanString(f"A{number}C", on_ms=on_ms, off_ms=on_ms, seed=place)
            sound = on_line(
                damage.DAMAGES[name](string, place, rng), snr_db=float(rng.uniform(3, 40)), seed=place
            )
            assert [message.number for message in hear(sound, block=800)] in ([], [number])


@pytest.mark.parametrize("name", ["dropped", "noise_instead", "cut_start", "one_tone", "two_digits"])
def test_a_lost_digit_is_not_made_up(name: str) -> None:
    rng = np.random.default_rng(1)
    for place in range(12):
        string = damage.CleanString("A09121234567C", seed=place)
        sound = on_line(damage.DAMAGES[name](string, place, rng), snr_db=30)
        assert hear(sound, block=800) == []


@settings(deadline=None, max_examples=40)
@given(begin=st.integers(0, 14000), length=st.integers(0, 15000), snr_db=st.sampled_from([None, 20.0, 0.0]))
def test_any_cut_of_a_message_gives_its_number_or_nothing(
    begin: int, length: int, snr_db: float | None
) -> None:
    string = dtmf.dial("A09121234567C", seed=3)
    sound = on_line(string[begin : begin + length], snr_db=snr_db)
    assert [message.number for message in hear(sound, block=800)] in ([], ["09121234567"])


PACE = np.arange(13) * 800.0
RHYTHMS = [
    ("steady", PACE, 1.0, True),
    ("steady, in noise", PACE, 12.0, True),
    ("uneven by 10 ms, in quiet", PACE + 80 * np.resize([0, 0.9, -0.2, 0.7], 13), 1.0, True),
    (
        "uneven by 10 ms, in noise: proves nothing",
        PACE + 80 * np.resize([0, 0.9, -0.2, 0.7], 13),
        12.0,
        False,
    ),
    ("22 ms lost", PACE - 176 * (np.arange(13) > 6), 1.0, False),
    ("22 ms lost, in noise", PACE - 176 * (np.arange(13) > 6), 12.0, False),
    ("22 ms too many after the first two", PACE + 176 * (np.arange(13) > 1), 12.0, False),
]


@pytest.mark.parametrize(("what", "middles", "noise", "stands"), RHYTHMS, ids=[row[0] for row in RHYTHMS])
def test_a_jump_in_the_rhythm_refuses_a_string(
    what: str, middles: npt.NDArray[np.float64], noise: float, stands: bool
) -> None:
    measured = middles + noise * 0.5 * np.random.default_rng(1).standard_normal(13)
    assert (rhythm_of(measured, noise) is not None) is stands, what


@pytest.mark.parametrize(("on_ms", "off_ms"), [(50.0, 50.0), (60.0, 90.0), (70.0, 70.0)])
@pytest.mark.parametrize("name", ["half_and_half", "cut_out", "repeated_block"])
def test_faults_that_noise_could_hide_give_no_wrong_number(name: str, on_ms: float, off_ms: float) -> None:
    rng = np.random.default_rng(17)
    for seed in range(40):
        number = "".join(rng.choice(list("0123456789"), 11))
        string = damage.CleanString(f"A{number}C", on_ms=on_ms, off_ms=off_ms, seed=seed)
        sound = damage.DAMAGES[name](string, seed % 13, rng)
        noisy = on_line(sound, snr_db=float(rng.uniform(-4, 5)), seed=seed)
        assert [message.number for message in hear(noisy)] in ([], [number])


@pytest.mark.parametrize(("snr_db", "seed"), [(-6.0, 38), (-7.0, 2), (-7.0, 12)])
def test_a_diverting_number_is_not_the_callers_when_noise_hides_the_callers(snr_db: float, seed: int) -> None:
    string = dtmf.dial("A02188776655D09121234567C", on_ms=100, off_ms=100, level_dbm0=LEVEL_DBM0, seed=seed)
    quiet = np.zeros(3000, np.float32)
    sound = np.concatenate((quiet, string, quiet))
    noise = tones.noise(len(sound) / RATE_HZ + 0.01, LEVEL_DBM0 + PAIR_DB - snr_db, seed)
    heard = hear(sound + noise[: len(sound)])
    assert [message.number for message in heard] in ([], ["02188776655"])


def test_a_field_whose_forerunner_was_just_lost_is_not_given_out() -> None:
    """The place before the start sign is silent, the one before that is a digit of the same sender."""
    string = damage.CleanString("A02188776655D09121234567C", on_ms=70, off_ms=70)
    sound = damage.dropped(string, 11, np.random.default_rng(1))
    assert [message.number for message in hear(on_line(sound, snr_db=10))] == []


@pytest.mark.parametrize("scene", [33197, 38078, 41282, 13337])
def test_what_is_left_of_a_string_is_not_told_as_the_caller(scene: int) -> None:
    """Level steps and cuts took the caller's number and left a whole diverting one; fading took each second digit."""
    line = harmed(scene)
    assert [message.number for message in hear(line.samples)] in ([], list(line.numbers))


@pytest.mark.parametrize("depth", [0.6, 0.75, 0.88])
def test_digits_that_faded_are_not_skipped(depth: float) -> None:
    """The level swings once in two digits and leaves every second one, with an even rhythm of their own."""
    swing = 1 - depth * (np.arange(RATE_HZ * 4) // 1120 % 2)
    sound = dtmf.dial("A02491248670C", seed=3)
    faded = (sound * swing[: len(sound)]).astype(np.float32)
    assert [message.number for message in hear(on_line(faded, snr_db=10))] == []
    assert [message.number for message in hear(on_line(sound, snr_db=10))] == ["02491248670"]


def test_speech_and_tones_are_no_calls() -> None:
    for seed in range(2):
        assert hear(tones.speech(60, seed, level_dbm0=-12), block=4000) == []
    rest = (tones.busy_tone(4), tones.dial_tone(3), tones.fax_cng(4), tones.fax_ced(3), tones.howler(3))
    assert hear(np.concatenate(rest), block=4000) == []


def test_memory_stays_bounded_over_three_minutes_of_noise() -> None:
    decoder = DtmfClipDecoder()
    for minute in range(3):
        assert decoder.feed(tones.noise(60, -10, minute)) == []
    assert decoder._history.end - decoder._history.begin < 60 * RATE_HZ
    assert len(decoder._finder.events) < 500


@given(st.text("0123456789ABCD#*", max_size=40))
def test_any_string_of_keys_is_a_form_or_nothing(keys: str) -> None:
    meaning = parse(keys)
    if meaning is not None and meaning.number is not None:
        assert meaning.number.isdigit()
        assert 3 <= len(meaning.number) <= 20
        assert meaning.number in keys
        assert meaning.reason is None
