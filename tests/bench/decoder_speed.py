"""How many times real time the decoders of one line work, all standards at once, on one core.

``python -m tests.bench.decoder_speed [--rounds N] [--only WORD]``. Processor time of a stream fed in blocks of 20 ms:
an idle line, talk and music, and files with one message in noise. Each figure is the median of some rounds, with the
best and the worst: on a machine that others use, too, the same work takes up to twice the time.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from itertools import islice

# Before NumPy is loaded, as the line daemon does: a second thread of BLAS costs time and gains none.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from callerid.dsp.bank import DecoderBank
from callerid.dsp.levels import rms
from callerid.dsp.message import Samples
from callerid.synth import dtmf
from callerid.synth.fsk import FskStandard
from tests.bench import talkoff
from tests.bench.fsk_scenes import STANDARDS, noisy

RATE_HZ = 8000
BLOCK = 160
SEED = 20
IDLE_S = 60
IDLE_DBM0 = -60.0
DTMF_DBM0 = -15.0
PAIR_DB = 3.01
QUIET_S = 1.0
FILES = 12

Files = list[Samples]


def _idle() -> Files:
    rng = np.random.default_rng(SEED)
    return [(rms(IDLE_DBM0) * rng.standard_normal(IDLE_S * RATE_HZ)).astype(np.float32)]


def _fsk(standard: FskStandard, seizure_bits: int, snr_db: float) -> Files:
    rng = np.random.default_rng(SEED)
    make = partial(noisy, rng, standard, snr_db, seizure_bits=seizure_bits, quiet_s=QUIET_S)
    return [make().samples for _ in range(FILES)]


def _dtmf(snr_db: float) -> Files:
    rng = np.random.default_rng(SEED)
    files: Files = []
    for _ in range(FILES):
        keys = "A" + "".join(map(str, rng.integers(0, 10, 11))) + "C"
        string = dtmf.dial(keys, level_dbm0=DTMF_DBM0, seed=int(rng.integers(1 << 30)))
        quiet = np.zeros(round(QUIET_S * RATE_HZ), np.float32)
        sound = np.concatenate((quiet, string, quiet))
        noise = rms(DTMF_DBM0 + PAIR_DB - snr_db) * rng.standard_normal(len(sound))
        files.append((sound + noise).astype(np.float32))
    return files


def cases() -> dict[str, Callable[[], Files]]:
    """Give what is measured, by name."""
    found: dict[str, Callable[[], Files]] = {
        "idle line, noise at -60 dBm0": _idle,
        "speech": lambda: list(islice(talkoff.our_speech(), 2)),
        "music": lambda: list(islice(talkoff.music(), 2)),
    }
    for snr_db in (15.0, 3.0):
        for standard in STANDARDS:
            for seizure_bits in (300, 0):
                name = f"{standard}, seizure {seizure_bits}, {snr_db:.0f} dB"
                found[name] = partial(_fsk, standard, seizure_bits, snr_db)
    for snr_db in (15.0, 0.0):
        found[f"dtmf, 11 digits, {snr_db:.0f} dB"] = partial(_dtmf, snr_db)
    return found


def cpu_s(files: Files) -> tuple[float, int]:
    """Give the processor time the files take, and the messages read."""
    began, read = time.process_time(), 0
    for sound in files:
        bank = DecoderBank(RATE_HZ)
        for at in range(0, len(sound), BLOCK):
            read += len(bank.feed(sound[at : at + BLOCK]))
        read += len(bank.flush())
    return time.process_time() - began, read


def main(arguments: list[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="", help="cases with this word in their name")
    chosen = parser.parse_args(arguments or [])
    print(f"{'':<36}{'median':>9}{'best':>8}{'worst':>8}   read")
    for name, make in cases().items():
        if chosen.only not in name:
            continue
        files = make()
        cpu_s(files[:1])
        length_s = sum(map(len, files)) / RATE_HZ
        took = [cpu_s(files) for _ in range(chosen.rounds)]
        times = [one for one, _ in took]
        cells = (statistics.median(times), min(times), max(times))
        print(
            f"{name:<36}{length_s / cells[0]:>7.0f} x{length_s / cells[1]:>6.0f} x{length_s / cells[2]:>6.0f} x"
            f"   {took[0][1]} in {len(files)} files of {length_s / len(files):.1f} s",
            flush=True,
        )


if __name__ == "__main__":
    main(sys.argv[1:])
