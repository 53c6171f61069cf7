"""Wrong numbers given out, in as many harmed messages as one cares to wait for: the figure that matters most.

``python -m tests.bench.wrong_numbers [--count N] [--first N] [--log FILE]`` goes on where the log ends; ``--show N``
decodes scene N alone and tells what was sent and what was heard. Nothing is printed but the summary, with the number
of each scene that came out wrong; the scenes are those of :mod:`tests.bench.caller_id_wounds`.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from pathlib import Path

import msgspec

from callerid.dsp.bank import DecoderBank
from callerid.dsp.message import CallerMessage, Samples
from tests.bench.caller_id_wounds import RATE_HZ, SEED, Harmed, harmed

BLOCK = 1600
CHUNK = 100
"""Scenes between two entries of the log."""
STANDARD_COUNT = 600


class Entry(msgspec.Struct):
    """What came of a run of scenes: one line of the log."""

    seed: int
    first: int
    after: int
    """Scenes ``first`` to ``after - 1``."""
    outcomes: dict[str, dict[str, int]]
    """Kind of scene → right, nothing, misread or wrong → how many."""
    suspects: list[str]
    """Scenes with a wrong or misread message, in words."""
    cpu_s: float = 0.0


def hear(sound: Samples) -> list[CallerMessage]:
    """Decode as a line would, in larger blocks: the answer does not depend on them."""
    bank = DecoderBank(RATE_HZ)
    heard = [one for at in range(0, len(sound), BLOCK) for one in bank.feed(sound[at : at + BLOCK])]
    return heard + bank.flush()


def outcome(scene: Harmed, heard: list[CallerMessage]) -> str:
    """Give the worst of what was heard; ``nothing`` where nothing was."""
    judged = {scene.judge(message) for message in heard}
    return next((one for one in ("wrong", "misread", "right") if one in judged), "nothing")


def run(first: int, after: int) -> Entry:
    """Decode a run of scenes."""
    counts: dict[str, Counter[str]] = {}
    suspects: list[str] = []
    began = time.process_time()
    for number in range(first, after):
        scene = harmed(number)
        heard = hear(scene.samples)
        result = outcome(scene, heard)
        counts.setdefault(scene.kind, Counter())[result] += 1
        if result in ("wrong", "misread"):
            suspects.append(f"{number} {result} {_words(scene, heard)}")
    outcomes = {kind: dict(results) for kind, results in counts.items()}
    return Entry(SEED, first, after, outcomes, suspects, time.process_time() - began)


def _words(scene: Harmed, heard: list[CallerMessage]) -> str:
    said = "; ".join(
        f"{m.standard} {m.type} {m.number} {m.name} {m.date} {m.reason} confidence {m.confidence:.5f}"
        for m in heard
    )
    return f"({scene.kind}, {scene.standard}): sent {scene.numbers} {scene.name} {scene.date}, heard {said}"


def summary(entries: list[Entry]) -> str:
    """Put all entries into one table."""
    total: dict[str, Counter[str]] = {}
    for entry in entries:
        for kind, results in entry.outcomes.items():
            total.setdefault(kind, Counter()).update(results)
    lines = [f"{'':<28}{'scenes':>9}{'right':>9}{'nothing':>9}{'misread':>9}{'wrong':>9}"]
    every: Counter[str] = Counter()
    for kind in sorted(total):
        every += total[kind]
        lines.append(_row(kind, total[kind]))
    lines.append(_row("all", every))
    lines += [f"scene {suspect}" for entry in entries for suspect in entry.suspects]
    lines.append(f"seed {SEED}, {sum(entry.cpu_s for entry in entries):.0f} s of one core")
    return "\n".join(lines)


def _row(kind: str, results: Counter[str]) -> str:
    cells = (sum(results.values()), *(results[one] for one in ("right", "nothing", "misread", "wrong")))
    return f"{kind:<28}" + "".join(f"{cell:>9}" for cell in cells)


def main(arguments: list[str] | None = None) -> None:
    """Go on where the log ends, and print the summary of all of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=STANDARD_COUNT, help="scenes in all")
    parser.add_argument("--first", type=int, default=0, help="first scene")
    parser.add_argument("--log", type=Path, help="file of one JSON line a chunk, gone on with")
    parser.add_argument("--show", type=int, help="decode this scene alone")
    chosen = parser.parse_args(arguments or [])
    if chosen.show is not None:
        scene = harmed(chosen.show)
        heard = hear(scene.samples)
        print(outcome(scene, heard), _words(scene, heard))
        return
    entries: list[Entry] = []
    if chosen.log is not None and chosen.log.exists():
        entries = [msgspec.json.decode(line, type=Entry) for line in chosen.log.read_bytes().splitlines()]
    first, end = max([chosen.first, *(entry.after for entry in entries)]), chosen.first + chosen.count
    for start in range(first, end, CHUNK):
        entries.append(run(start, min(start + CHUNK, end)))
        if chosen.log is not None:
            with chosen.log.open("ab") as log:
                log.write(msgspec.json.encode(entries[-1]) + b"\n")
    print(summary(entries))


if __name__ == "__main__":
    main(sys.argv[1:])
