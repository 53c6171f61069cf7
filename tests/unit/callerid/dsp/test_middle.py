"""Middles are NumPy's and Python's own, to the last bit, without loading what those load."""

from __future__ import annotations

import statistics
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from callerid.dsp.middle import median, median_of, medians, quantile
from callerid.synth.dtmf import dial
from callerid.synth.frames import mdmf
from callerid.synth.fsk import modulate

DECODE = """
import sys
import numpy as np
from callerid.dsp.bank import DecoderBank
bank = DecoderBank(8000)
heard = bank.feed(np.load(sys.argv[1])) + bank.flush()
loaded = {"numpy.ma", "statistics"} & set(sys.modules)
print([message.number for message in heard], sorted(loaded))
"""
RATE_HZ = 8000.0


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@given(data=st.data())
def test_medians_are_those_of_numpy(dtype: type, data: st.DataObject) -> None:
    elements = st.floats(-(2.0**60), 2.0**60, width=32)
    rows = data.draw(arrays.arrays(dtype, arrays.array_shapes(min_dims=2, max_dims=2), elements=elements))
    assert np.array_equal(medians(rows), np.median(rows, axis=1))
    assert median(rows) == np.median(rows)
    assert median(rows).dtype == np.median(rows).dtype


def test_what_is_no_number_is_told() -> None:
    assert np.isnan(median(np.array([1.0, np.nan, 2.0])))
    assert np.isnan(median(np.zeros(0)))


@given(st.lists(st.floats(-1e12, 1e12), min_size=1, max_size=40), st.floats(0, 1))
def test_a_quantile_is_that_of_numpy(values: list[float], part: float) -> None:
    assert quantile(np.array(values), part) == float(np.quantile(np.array(values), part))


@given(st.lists(st.floats(-1e12, 1e12), min_size=1, max_size=40))
def test_the_middle_of_a_few_is_that_of_statistics(values: list[float]) -> None:
    assert median_of(values) == statistics.median(values)


def test_decoding_loads_neither_masked_arrays_nor_decimals(tmp_path: Path) -> None:
    pause = np.zeros(8000, np.float32)
    frame = modulate(mdmf(number="09121234567"), standard="fsk-v23", rate_hz=RATE_HZ)
    sound = np.concatenate([pause, frame, pause, pause, dial("A02112345678C"), pause, pause])
    file = tmp_path / "sound.npy"
    np.save(file, sound.astype(np.float32))
    told = subprocess.run([sys.executable, "-c", DECODE, file], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "['09121234567', '02112345678'] []"
