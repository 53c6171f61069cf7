"""FSK caller ID measured: noise, the standards' limits, wrong numbers, latency, speed, and the peers beside
it.

``python -m tests.bench.caller_id_fsk [--count N] [--only SECTION]``; with the default of 100 messages a
point it takes some ten minutes. Every figure is printed with its count and seed.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np

from callerid.dsp.bank import DecoderBank
from callerid.dsp.fsk import FskDecoder
from callerid.dsp.message import Samples
from tests.bench.fsk_peers import Reads, peers, spandsp_message, spandsp_program
from tests.bench.fsk_scenes import (
    BLOCK,
    DATE,
    RATE_HZ,
    STANDARDS,
    Scene,
    Score,
    damaged,
    decode,
    in_spec,
    noisy,
    put_on_line,
    score,
    some_frame,
)
from tests.bench.fsk_theory import coherent, message_success, noncoherent, sequence, snr_for
from tests.bench.tables import percentile

SEED = 20
POINTS_DB = (0.0, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 6.0)
STEPPED_POINTS_DB = (3.0, 5.0, 15.0)
PEER_POINTS_DB = (6.0, 8.0, 10.0, 12.0, 15.0)
BITS = 410
"""Bits of a scene's message."""
IDLE_S = 60
SPEED_FILES = 20
SPEED_QUIET_S = 1.0


def success_points(count: int, seizure_bits: int = 300) -> dict[str, list[tuple[float, Score]]]:
    """Decode noisy messages at every point; gives standard -> (snr, score)."""
    return {
        standard: [
            (
                snr_db,
                score(
                    count,
                    SEED,
                    partial(noisy, standard=standard, snr_db=snr_db, seizure_bits=seizure_bits),
                    block=10 * BLOCK,
                ),
            )
            for snr_db in POINTS_DB
        ]
        for standard in STANDARDS
    }


def ninety_percent(points: list[tuple[float, Score]]) -> float:
    """Give the SNR at which nine in ten messages are right, between the points by straight lines."""
    for (low_db, low), (high_db, high) in pairwise(points):
        share_low, share_high = low.right / low.scenes, high.right / high.scenes
        if share_low < 0.9 <= share_high:
            return low_db + (0.9 - share_low) / (share_high - share_low) * (high_db - low_db)
    return float("nan")


def noise_section(count: int) -> None:
    """Success against SNR, with theory beside it."""
    for seizure_bits in (300, 0):
        results = success_points(count, seizure_bits)
        print(
            f"\nmessages read, % of {count} ({BITS} bits, blind, seizure {seizure_bits}, tones and rate ±1 %)"
        )
        print("standard      SNR dB" + "".join(f"{snr_db:8.1f}" for snr_db in POINTS_DB) + "   90 % at")
        for standard in STANDARDS:
            points = results[standard]
            cells = "".join(f"{100.0 * one.right / one.scenes:8.1f}" for _, one in points)
            print(f"{standard:<12}  ours  {cells}   {ninety_percent(points):5.2f} dB")
            print(f"{'':<12}  wrong " + "".join(f"{one.wrong:8d}" for _, one in points))
            for title, kind in (("MLSE", sequence), ("coher.", coherent), ("non-c.", noncoherent)):
                cells = "".join(
                    f"{100.0 * message_success(kind, standard, snr_db, BITS):8.1f}" for snr_db in POINTS_DB
                )
                print(f"{'':<12}  {title:<6}{cells}   {snr_for(kind, standard, 0.9, BITS):5.2f} dB")


def stepped_section(count: int) -> None:
    """Senders that key by samples of 8 kHz."""
    print(f"\nkeyed by samples of 8 kHz, messages read of {count} (wrong)")
    for seizure_bits in (300, 0):
        for standard in STANDARDS:
            cells = []
            for snr_db in STEPPED_POINTS_DB:
                make = partial(
                    noisy, standard=standard, snr_db=snr_db, seizure_bits=seizure_bits, is_stepped=True
                )
                one = score(count, SEED, make, block=10 * BLOCK)
                cells.append(f"{snr_db:.0f} dB {one.right} ({one.wrong})")
            print(f"{standard:<12} seizure {seizure_bits:3d}: " + ", ".join(cells), flush=True)


def limits_section(count: int) -> None:
    """Everything inside the standards' limits at once; latency after the last bit."""
    print(f"\nall limits at once, {count} messages each, blocks of {1000 * BLOCK // RATE_HZ} ms")
    for standard in STANDARDS:
        one = score(count, SEED, partial(in_spec, standard=standard))
        waits = [1000.0 * value for value in one.latencies_s]
        given = ", ".join(f"p{share} {percentile(waits, share / 100.0):.1f}" for share in (50, 99, 100))
        print(
            f"{standard:<12} right {one.right}/{one.scenes}, wrong {one.wrong}, misnamed {one.misnamed};"
            f" given out after the last bit: {given} ms"
        )


def damage_section(count: int) -> None:
    """Wounded messages: what matters is that none comes out wrong."""
    print(f"\nwounded messages (dropouts, clicks, bursts, lost and doubled samples), {count} each")
    for standard in STANDARDS:
        one = score(count, SEED, partial(damaged, standard=standard), block=10 * BLOCK)
        print(f"{standard:<12} right {one.right}, wrong {one.wrong}")


def speed_section(count: int) -> None:
    """Times real time on files with one message, and the share of a core an idle line takes."""
    rng = np.random.default_rng(SEED)
    print("\nspeed, one core, blocks of 20 ms (processor time)")
    for standard in STANDARDS:
        for seizure_bits in (300, 0):
            scenes = [
                noisy(rng, standard, 15.0, seizure_bits=seizure_bits, quiet_s=SPEED_QUIET_S)
                for _ in range(min(count, SPEED_FILES))
            ]
            seconds = _cpu_s([scene.samples for scene in scenes])
            length = sum(len(scene.samples) for scene in scenes) / RATE_HZ
            all_s = _bank_cpu_s([scene.samples for scene in scenes])
            print(
                f"{standard:<12} seizure {seizure_bits:3d}: {length / seconds:6.0f} x real time"
                f" ({length / len(scenes):.1f} s files, {1000.0 * seconds / len(scenes):.1f} ms each);"
                f" with DTMF beside it {length / all_s:.0f} x"
            )
    noise = (0.01 * rng.normal(size=IDLE_S * RATE_HZ)).astype(np.float32)
    for title, samples in (("silence", np.zeros_like(noise)), ("noise", noise)):
        print(f"idle line, {title:<8}: {100.0 * _cpu_s([samples]) / IDLE_S:.2f} % of a core")


def _cpu_s(files: list[Samples]) -> float:
    FskDecoder().feed(files[0][:BLOCK])
    start = time.process_time()
    for samples in files:
        decode(samples)
    return time.process_time() - start


def _bank_cpu_s(files: list[Samples]) -> float:
    DecoderBank(RATE_HZ).feed(files[0][:BLOCK])
    start = time.process_time()
    for samples in files:
        bank = DecoderBank(RATE_HZ)
        for at in range(0, len(samples), BLOCK):
            bank.feed(samples[at : at + BLOCK])
        bank.flush()
    return time.process_time() - start


def independent_section(count: int) -> None:
    """Messages made by another generator than ours."""
    with tempfile.TemporaryDirectory() as folder:
        program = spandsp_program(Path(folder))
        if not isinstance(program, Path):
            print(f"\nindependent generator: left out, {program}")
            return
        rng = np.random.default_rng(SEED)
        print(f"\nmade by spandsp, read by us, {count} each")
        for standard in STANDARDS:
            for snr_db in (3.0, 30.0):
                right = 0
                for _ in range(count):
                    _, number, _ = some_frame(rng)
                    wave = spandsp_message(program, standard, number, DATE)
                    power_dbm0 = 10.0 * np.log10(2.0 * np.mean(wave[np.abs(wave) > 0] ** 2)) + 3.14
                    heard = put_on_line(wave, rng, snr_db=snr_db, level_dbm0=float(power_dbm0))
                    answers = [(m.standard, m.number, m.date) for m in decode(heard, 10 * BLOCK)]
                    right += answers == [(standard, number, DATE)]
                print(f"{standard:<12} at {snr_db:4.1f} dB: {right}/{count}")


def peers_section(count: int) -> None:
    """The other decoders on the same scenes."""
    with tempfile.TemporaryDirectory() as folder:
        found, missing = peers(Path(folder))
        for name, reason in missing.items():
            print(f"\n{name}: left out, {reason}")
        print(f"\npeers, the same scenes, % of {count} read")
        print(
            "standard     program     "
            + "".join(f"{snr_db:7.0f} dB" for snr_db in PEER_POINTS_DB)
            + "  all limits"
        )
        for standard in STANDARDS:
            makers: list[Callable[[np.random.Generator], Scene]] = [
                *(partial(noisy, standard=standard, snr_db=snr_db) for snr_db in PEER_POINTS_DB),
                partial(in_spec, standard=standard),
            ]
            scenes = [_scenes(count, make) for make in makers]
            programs: dict[str, Reads] = {"ours": _ours, **found}
            for name, reads in programs.items():
                shares = [_share(group, reads) for group in scenes]
                print(f"{standard:<12} {name:<12}" + "".join(f"{share:10.1f}" for share in shares))


def _scenes(count: int, make: Callable[[np.random.Generator], Scene]) -> list[Scene]:
    rng = np.random.default_rng(SEED)
    return [make(rng) for _ in range(count)]


def _ours(samples: Samples, standard: str, number: str) -> bool:
    return any(m.number == number and m.standard == standard for m in decode(samples, 10 * BLOCK))


def _share(scenes: list[Scene], reads: Reads) -> float:
    return (
        100.0
        * sum(reads(scene.samples, scene.standard, scene.number or "") for scene in scenes)
        / len(scenes)
    )


SECTIONS: dict[str, Callable[[int], None]] = {
    "noise": noise_section,
    "stepped": stepped_section,
    "limits": limits_section,
    "damage": damage_section,
    "speed": speed_section,
    "independent": independent_section,
    "peers": peers_section,
}


def main(count: int = 100, only: str | None = None) -> None:
    """Print every section, or one."""
    for name, section in SECTIONS.items():
        if only in (None, name):
            section(count)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100, help="messages a point")
    parser.add_argument("--only", choices=SECTIONS, help="one section")
    chosen = parser.parse_args()
    main(chosen.count, chosen.only)
