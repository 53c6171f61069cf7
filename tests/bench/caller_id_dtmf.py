"""DTMF caller ID and digits measured: noise, conditions, damage, Q.24, latency, speed, and the peers beside
them.

``python -m tests.bench.caller_id_dtmf [--count N] [--only SECTION]``; with the default of 100 strings a point it
takes some five minutes. Every figure is printed with its count; seeds are fixed.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections import Counter
from collections.abc import Callable
from functools import partial

import numpy as np

from callerid.dsp.bank import DecoderBank
from callerid.dsp.dialling import DialDecoder
from callerid.dsp.dtmf import DtmfClipDecoder, DtmfDigits
from callerid.dsp.message import CallerMessage, Samples
from callerid.dsp.signals import LineSignals
from callerid.synth import damage, dtmf, tones
from tests.bench.dtmf_peers import Peer, peers
from tests.bench.tables import distribution

RATE_HZ = 8000
BLOCK = 160
LEVEL_DBM0 = -15.0
PAIR_DB = 3.01
KEYS = "0123456789*#ABCD"
SNRS_DB = (10, 6, 4, 2, 0, -2, -3, -4, -5, -6, -7, -8, -9)


def hear(sound: Samples) -> list[CallerMessage]:
    """Decode as a line would: in blocks of 20 ms."""
    decoder = DtmfClipDecoder()
    return [one for at in range(0, len(sound), BLOCK) for one in decoder.feed(sound[at : at + BLOCK])]


def digits(sound: Samples) -> str:
    """Give the digits the Q.24 receiver hears."""
    return "".join(digit.key for digit in DtmfDigits().feed(sound))


def number(rng: np.random.Generator) -> str:
    """Draw an 11-digit number."""
    return "".join(rng.choice(list("0123456789"), 11))


def scene(
    string: Samples, rng: np.random.Generator, noise_dbm0: float | None = None
) -> tuple[Samples, float]:
    """Put a string between silences and noise; gives the sound and when the string ends (s)."""
    lead = 3000 + int(rng.integers(0, 400))
    sound = np.concatenate((np.zeros(lead, np.float32), string, np.zeros(5000, np.float32)))
    if noise_dbm0 is not None:
        noise = tones.noise(len(sound) / RATE_HZ + 0.01, noise_dbm0, int(rng.integers(1 << 30)))
        sound = sound + noise[: len(sound)]
    return sound, (lead + len(string)) / RATE_HZ


def limit(snr_db: float, on_ms: float) -> float:
    """Share of 13-sign strings read with known timing, pitch and level (non-coherent, four tones a group)."""
    energy = 0.5 * on_ms / 1000 * 4000 * 10 ** (snr_db / 10)
    wrong = sum(
        (-1) ** (k + 1) * math.comb(3, k) / (k + 1) * math.exp(-energy * k / (k + 1)) for k in (1, 2, 3)
    )
    return float((1 - wrong) ** 26)


def noise(count: int, others: list[Peer]) -> None:
    """Success against SNR (signal over noise in 0–4 kHz)."""
    for on_ms in (70.0, 50.0):
        print(f"  {on_ms:.0f}/{on_ms:.0f} ms, {count} strings of 11 digits a point: right % (wrong)")
        heads = "".join(f"{name:>16}" for name in ("ours", *(peer.name for peer in others), "limit"))
        print(f"  {'SNR dB':>8}{heads}")
        for snr_db in SNRS_DB:
            rng = np.random.default_rng(1000 + snr_db)
            right, wrong = Counter[str](), Counter[str]()
            for _ in range(count):
                sent = number(rng)
                string = dtmf.dial(
                    f"A{sent}C",
                    on_ms=on_ms,
                    off_ms=on_ms,
                    level_dbm0=LEVEL_DBM0,
                    seed=int(rng.integers(1 << 30)),
                )
                sound, _ = scene(string, rng, LEVEL_DBM0 + PAIR_DB - snr_db)
                heard: dict[str, str | None] = {"ours": next((m.number for m in hear(sound)), None)}
                heard |= {peer.name: peer.clip(sound) for peer in others}
                for name, got in heard.items():
                    right[name] += got == sent
                    wrong[name] += got is not None and got != sent
            cells = "".join(
                f"{100 * right[name] / count:>10.0f} ({wrong[name]:>3})"
                for name in ("ours", *(p.name for p in others))
            )
            print(f"  {snr_db:>8}{cells}{100 * limit(snr_db, on_ms):>16.1f}", flush=True)


def conditions(count: int, others: list[Peer]) -> None:
    """Everything a line may do to a string, one at a time and all together."""
    rows: list[tuple[str, dict[str, float], float]] = [
        *((f"level {level} dBm0", {"level_dbm0": float(level)}, 22.0) for level in (-50, -36, -3)),
        *((f"twist {twist:+} dB", {"twist_db": float(twist)}, 25.0) for twist in (-14, 14)),
        *((f"offset {100 * offset:+.0f} %", {"freq_offset": offset}, 10.0) for offset in (-0.04, 0.04)),
        *(
            (f"{on}/{off} ms", {"on_ms": float(on), "off_ms": float(off)}, 12.0)
            for on, off in ((40, 40), (50, 50), (100, 60), (70, 200), (200, 100), (70, 900))
        ),
        ("pauses ±10 ms", {"jitter_ms": 10.0}, 20.0),
    ]
    print(f"  {count} strings a row: right % (wrong)")
    for title, how, snr_db in rows:
        _row(title, count, others, partial(_conditioned, how=how, snr_db=snr_db))
    _row("hum 50 Hz 18 dB over the signal", count, others, _humming)
    _row("direct current, half of full scale", count, others, _direct_current)
    _row("all of it within the standards' limits", count, others, _within_limits)


def _row(
    title: str, count: int, others: list[Peer], make: Callable[[np.random.Generator], tuple[str, Samples]]
) -> None:
    rng = np.random.default_rng(len(title))
    right, wrong = Counter[str](), Counter[str]()
    for _ in range(count):
        sent, sound = make(rng)
        heard: dict[str, str | None] = {"ours": next((m.number for m in hear(sound)), None)}
        heard |= {peer.name: peer.clip(sound) for peer in others}
        for name, got in heard.items():
            right[name] += got == sent
            wrong[name] += got is not None and got != sent
    cells = "".join(
        f"  {name} {100 * right[name] / count:5.1f} ({wrong[name]})"
        for name in ("ours", *(p.name for p in others))
    )
    print(f"  {title:<42}{cells}", flush=True)


def _conditioned(rng: np.random.Generator, how: dict[str, float], snr_db: float) -> tuple[str, Samples]:
    sent = number(rng)
    settings = {"level_dbm0": LEVEL_DBM0, **how}
    string = dtmf.dial(f"A{sent}C", seed=int(rng.integers(1 << 30)), **settings)
    return sent, scene(string, rng, settings["level_dbm0"] + PAIR_DB - snr_db)[0]


def _humming(rng: np.random.Generator) -> tuple[str, Samples]:
    sent, sound = _conditioned(rng, {"level_dbm0": -25.0}, 22.0)
    level = -25.0 + PAIR_DB + 18
    return sent, sound + tones.hum(len(sound) / RATE_HZ + 0.01, level_dbm0=level)[: len(sound)]


def _direct_current(rng: np.random.Generator) -> tuple[str, Samples]:
    sent, sound = _conditioned(rng, {"level_dbm0": -25.0}, 22.0)
    return sent, sound + np.float32(0.5)


def _within_limits(rng: np.random.Generator) -> tuple[str, Samples]:
    how = {
        "level_dbm0": float(rng.uniform(-36, -5)),
        "twist_db": float(rng.uniform(-8, 8)),
        "freq_offset": float(rng.uniform(-0.018, 0.018)),
        "on_ms": float(rng.uniform(50, 100)),
        "off_ms": float(rng.uniform(50, 150)),
    }
    sent, sound = _conditioned(rng, how, float(rng.uniform(18, 40)))
    level = how["level_dbm0"] + rng.uniform(0, 18)
    return sent, sound + tones.hum(len(sound) / RATE_HZ + 0.01, level_dbm0=level)[: len(sound)]


def damaged(count: int, others: list[Peer]) -> None:
    """Strings damaged at every place in every way: the number sent, nothing, or a wrong number."""
    total = count * len(damage.DAMAGES)
    print(f"  {total} damaged strings, SNR −3 … 30 dB and none: right / nothing / wrong")
    sums: dict[str, Counter[str]] = {name: Counter() for name in ("ours", *(p.name for p in others))}
    for kind, strike in damage.DAMAGES.items():
        rng = np.random.default_rng(len(kind) + 77)
        found: dict[str, Counter[str]] = {name: Counter() for name in sums}
        for _ in range(count):
            sent = number(rng)
            on_ms, off_ms = ((70, 70), (50, 50), (60, 90), (100, 100))[int(rng.integers(4))]
            keys = f"{rng.choice(list('ABD'))}{sent}{rng.choice(list('C#'))}"
            string = damage.CleanString(keys, on_ms=on_ms, off_ms=off_ms, seed=int(rng.integers(1 << 30)))
            sound = strike(string, int(rng.integers(len(keys))), rng)
            snr_db = (None, 30, 15, 5, 0, -3)[int(rng.integers(6))]
            sound, _ = scene(sound, rng, None if snr_db is None else LEVEL_DBM0 + PAIR_DB - snr_db)
            heard: dict[str, str | None] = {"ours": next((m.number for m in hear(sound)), None)}
            heard |= {peer.name: peer.clip(sound) for peer in others}
            for name, got in heard.items():
                found[name]["nothing" if got is None else "right" if got == sent else "wrong"] += 1
        cells = "".join(
            f"  {name} {c['right']:>4}/{c['nothing']:>4}/{c['wrong']:>4}" for name, c in found.items()
        )
        print(f"  {kind:<16}{cells}", flush=True)
        for name, counts in found.items():
            sums[name] += counts
    print(
        "  wrong in all: "
        + ", ".join(f"{name} {counts['wrong']} of {total}" for name, counts in sums.items())
    )


def q24(count: int, others: list[Peer]) -> None:
    """The digit receiver against every limit of Q.24: digits heard of digits sent, all 16 keys."""
    repeats = max(1, count // 25)
    hearers: dict[str, Callable[[Samples], str]] = {"ours": digits} | {
        peer.name: peer.keys for peer in others
    }
    rows: list[tuple[str, dict[str, float], bool]] = [
        *((f"{100 * offset:+.1f} %", {"freq_offset": offset}, True) for offset in (-0.018, 0.018)),
        *((f"{100 * offset:+.1f} %", {"freq_offset": offset}, False) for offset in (-0.035, 0.035)),
        *((f"twist {twist:+} dB", {"twist_db": float(twist)}, True) for twist in (-8, 4)),
        *((f"level {level} dBm0", {"level_dbm0": float(level)}, True) for level in (0, -25, -29)),
        ("level -55 dBm0", {"level_dbm0": -55.0}, False),
        ("40 ms", {"on_ms": 40.0}, True),
        ("23 ms", {"on_ms": 23.0}, False),
        ("pause 30 ms", {"off_ms": 30.0}, True),
    ]
    print(f"  {16 * repeats} digits a row (Q.24 table A-1): heard %")
    for title, how, wanted in rows:
        settings = {"level_dbm0": -14.0, "on_ms": 50.0, "off_ms": 60.0, **how}
        sound = dtmf.dial(KEYS * repeats, seed=5, tail_ms=200, **settings)
        noisy = sound + tones.noise(len(sound) / RATE_HZ + 0.01, settings["level_dbm0"] - 30, 1)[: len(sound)]
        cells = "".join(
            f"  {name} {100 * len(keys(noisy)) / 16 / repeats:5.1f}" for name, keys in hearers.items()
        )
        print(f"  {title:<16} {'take' if wanted else 'refuse':<7}{cells}", flush=True)
    pieces = [
        np.concatenate((half, tones.silence(0.01), half, tones.silence(0.08)))
        for half in (dtmf.tone_pair(key, on_ms=40, level_dbm0=-14) for key in KEYS * repeats)
    ]
    broken = np.concatenate(pieces)
    cells = "".join(
        f"  {name} {100 * len(keys(broken)) / 16 / repeats:5.1f}" for name, keys in hearers.items()
    )
    print(f"  {'break of 10 ms':<16} {'one':<7}{cells}")


def latency(count: int, others: list[Peer]) -> None:
    """From the end of the last digit to the block in which the message is given out, blocks of 20 ms."""
    for end in "C#A":
        rng = np.random.default_rng(9)
        late: list[float] = []
        for _ in range(count):
            string = dtmf.dial(f"A{number(rng)}{end}", level_dbm0=LEVEL_DBM0, seed=int(rng.integers(1 << 30)))
            sound, ends_s = scene(string, rng, LEVEL_DBM0 + PAIR_DB - 20)
            late += [message.t_end - ends_s for message in hear(sound)]
        print("  " + distribution(f"end sign {end}, 20 dB over noise", late))


def speed(count: int, others: list[Peer]) -> None:
    """How many seconds of sound a second of one core works off, fed in blocks of 20 ms."""
    sounds = {
        "silence": tones.silence(30),
        "noise": tones.noise(30, -40, 1),
        "speech": tones.speech(30, 1),
        "calls": np.concatenate(
            [scene(dtmf.dial("A09121234567C"), np.random.default_rng(i), -35)[0] for i in range(12)]
        ),
    }
    kinds: dict[str, Callable[[], DtmfClipDecoder | DtmfDigits | LineSignals | DialDecoder | DecoderBank]] = {
        "DTMF caller ID": DtmfClipDecoder,
        "DTMF digits": DtmfDigits,
        "line signals": LineSignals,
        "dialling": DialDecoder,
        "bank (with FSK)": lambda: DecoderBank(RATE_HZ),
    }
    print("  × real time, best of three: " + ", ".join(sounds))
    for name, make in kinds.items():
        cells: list[str] = []
        for sound in sounds.values():
            took: list[float] = []
            for _ in range(3):
                one = make()
                begin = time.perf_counter()
                for at in range(0, len(sound), BLOCK):
                    one.feed(sound[at : at + BLOCK])
                took.append(time.perf_counter() - begin)
            cells.append(f"{len(sound) / RATE_HZ / min(took):>7.0f}")
        print(f"  {name:<18}{''.join(cells)}", flush=True)


SECTIONS = {
    "noise": noise,
    "conditions": conditions,
    "damage": damaged,
    "q24": q24,
    "latency": latency,
    "speed": speed,
}


def main(arguments: list[str] | None = None) -> None:
    """Run the sections asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--only", choices=sorted(SECTIONS))
    chosen = parser.parse_args(arguments or [])
    others, missing = peers()
    for name, reason in missing.items():
        print(f"  {name} is left out: {reason}")
    for name, section in SECTIONS.items():
        if chosen.only in (None, name):
            print(f" {name}:")
            section(chosen.count, others)


if __name__ == "__main__":
    main(sys.argv[1:])
