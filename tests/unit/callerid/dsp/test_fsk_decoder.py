"""The FSK decoder reads what an exchange sends, in both standards, however the stream is cut."""

from __future__ import annotations

import numpy as np
import pytest

from callerid.dsp.fsk import FskDecoder
from callerid.dsp.message import CallerMessage, Samples
from callerid.synth.frames import advice_of_charge, mdmf, message_waiting, sdmf
from callerid.synth.fsk import BAUD, FskShape, FskStandard, last_bit_end_s, modulate
from tests.bench.fsk_scenes import (
    BLOCK,
    QUIET_S,
    RATE_HZ,
    STANDARDS,
    decode,
    in_spec,
    noisy,
    put_on_line,
    score,
)

FRAME = mdmf(number="02188776655", name="AMINI", date="11221457")
CLEAN_DB = 40.0
LONGEST_WAIT_S = 0.0
"""What the decoder itself waits after the last bit."""


def line(wave: Samples, *, snr_db: float = CLEAN_DB, level_dbm0: float = -15.0, seed: int = 1) -> Samples:
    return put_on_line(wave, np.random.default_rng(seed), snr_db=snr_db, level_dbm0=level_dbm0)


def contents(messages: list[CallerMessage]) -> list[tuple[str, str | None, str | None, str | None]]:
    return [(message.standard, message.number, message.name, message.date) for message in messages]


def expected(standard: FskStandard) -> list[tuple[str, str | None, str | None, str | None]]:
    return [(standard, "02188776655", "AMINI", "11221457")]


@pytest.mark.parametrize("standard", STANDARDS)
@pytest.mark.parametrize("seizure_bits", [300, 96, 0])
def test_a_message_is_read_once_and_named(standard: FskStandard, seizure_bits: int) -> None:
    messages = decode(line(modulate(FRAME, standard=standard, seizure_bits=seizure_bits)))
    assert contents(messages) == expected(standard)
    assert messages[0].confidence > 0.999


@pytest.mark.parametrize("standard", STANDARDS)
@pytest.mark.parametrize(
    ("change", "seizure_bits"),
    [
        ({"level_dbm0": -50.0}, 300),
        ({"level_dbm0": -3.0}, 0),
        ({"twist_db": 14.0}, 300),
        ({"twist_db": -14.0}, 0),
        ({"tone_offset": 0.04}, 300),
        ({"tone_offset": -0.04}, 0),
        ({"baud": BAUD * 1.02}, 300),
        ({"baud": BAUD * 0.98}, 0),
        ({"tone_offset": 0.02, "baud": BAUD * 1.02}, 300),
        ({"stuffing": 10}, 300),
        ({"mark_bits": 55}, 0),
        ({"mark_out_bits": 1}, 300),
    ],
    ids=str,
)
def test_one_thing_far_off_is_borne(
    standard: FskStandard, change: dict[str, float], seizure_bits: int
) -> None:
    wave = modulate(FRAME, standard=standard, seizure_bits=seizure_bits, **change)  # type: ignore[arg-type]
    heard = line(wave, level_dbm0=change.get("level_dbm0", -15.0), snr_db=20.0)
    assert contents(decode(heard)) == expected(standard)


@pytest.mark.parametrize("standard", STANDARDS)
def test_direct_current_of_half_the_scale_is_borne(standard: FskStandard) -> None:
    assert contents(decode(line(modulate(FRAME, standard=standard)) + np.float32(0.5))) == expected(standard)


@pytest.mark.parametrize("standard", STANDARDS)
def test_clipping_is_borne(standard: FskStandard) -> None:
    wave = modulate(FRAME, standard=standard, level_dbm0=0.0)
    assert contents(decode(line(np.clip(3.0 * wave, -1.0, 1.0), level_dbm0=0.0))) == expected(standard)


@pytest.mark.parametrize("standard", STANDARDS)
def test_everything_inside_the_limits_at_once_is_read_whole(standard: FskStandard) -> None:
    result = score(25, 41, lambda rng: in_spec(rng, standard))
    assert (result.right, result.wrong) == (25, 0)
    assert max(result.latencies_s) <= BLOCK / RATE_HZ


@pytest.mark.parametrize("standard", STANDARDS)
@pytest.mark.parametrize(("snr_db", "least"), [(3.0, 23), (6.0, 25)])
def test_noise_is_borne_to_the_physical_limit(standard: FskStandard, snr_db: float, least: int) -> None:
    result = score(25, 7, lambda rng: noisy(rng, standard, snr_db), block=1600)
    assert result.right >= least
    assert result.wrong == 0


@pytest.mark.parametrize("standard", STANDARDS)
def test_the_answer_does_not_depend_on_the_block_size(standard: FskStandard) -> None:
    heard = line(modulate(FRAME, standard=standard), snr_db=4.0)
    answers = [decode(heard, block) for block in (1, 37, 160, 1000, len(heard))]
    assert contents(answers[0]) == expected(standard)
    for answer in answers[1:]:
        assert [(m.t_start, m.t_last, m.confidence) for m in answer] == [
            (m.t_start, m.t_last, m.confidence) for m in answers[0]
        ]
        assert contents(answer) == contents(answers[0])


@pytest.mark.parametrize("standard", STANDARDS)
def test_a_message_is_given_out_with_its_last_bit_and_says_where_it_stood(standard: FskStandard) -> None:
    wave = modulate(FRAME, standard=standard, mark_out_bits=0)
    message = decode(line(wave), block=1)[0]
    end_s = QUIET_S + last_bit_end_s(FRAME, FskShape())
    assert message.t_end - end_s <= LONGEST_WAIT_S
    assert message.t_last == pytest.approx(end_s, abs=5e-4)
    assert message.t_start == pytest.approx(QUIET_S + 480 / BAUD, abs=5e-4)


def test_messages_in_a_row_are_all_read() -> None:
    waves = [
        modulate(sdmf(number="111", date="01020304"), standard="fsk-bell202"),
        modulate(
            message_waiting(on=True, single_data=True), standard="fsk-bell202", seizure_bits=0, mark_bits=80
        ),
        modulate(advice_of_charge(charge="0120", number="333"), standard="fsk-v23"),
        modulate(sdmf(reason="P"), standard="fsk-v23", seizure_bits=96),
    ]
    heard = np.concatenate([line(wave, seed=place) for place, wave in enumerate(waves)])
    found = decode(heard)
    assert [(m.standard, m.type, m.number, m.reason) for m in found] == [
        ("fsk-bell202", "call", "111", None),
        ("fsk-bell202", "mwi", None, None),
        ("fsk-v23", "aoc", "333", None),
        ("fsk-v23", "call", None, "P"),
    ]
    assert found[1].fields == {"visual_indicator": "on"}
    assert found[2].fields == {"charge": "0120"}


def test_another_rate_is_refused() -> None:
    with pytest.raises(ValueError, match="8000"):
        FskDecoder(48000)
