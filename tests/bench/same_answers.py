"""Whether two versions of the decoders give the same answers: every message of many harmed scenes, to the last digit.

``python -m tests.bench.same_answers write FILE [--first N] [--count N] [--block SAMPLES]`` decodes scenes of
:mod:`tests.bench.caller_id_wounds` and writes one line each; run it in both versions' trees.
``python -m tests.bench.same_answers compare FILE FILE`` names the scenes that differ, and ends with 1 where one does.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import msgspec

from callerid.dsp.bank import DecoderBank
from callerid.dsp.message import CallerMessage
from tests.bench.caller_id_wounds import RATE_HZ, harmed


def write(path: Path, first: int, count: int, block: int) -> None:
    """Decode scenes in blocks of so many samples and write what each gave."""
    with path.open("w") as file:
        for number in range(first, first + count):
            sound, bank = harmed(number).samples, DecoderBank(RATE_HZ)
            heard = [one for at in range(0, len(sound), block) for one in bank.feed(sound[at : at + block])]
            heard += bank.flush()
            file.write(f"{number} {msgspec.json.encode(heard).decode()}\n")


def compare(one: Path, other: Path) -> list[str]:
    """Print how many scenes are the same; give those that are not."""
    left, right = (
        dict(line.split(" ", 1) for line in path.read_text().splitlines()) for path in (one, other)
    )
    both = [number for number in left if number in right]
    differ = [number for number in both if left[number] != right[number]]
    messages = sum(len(msgspec.json.decode(left[number], type=list[CallerMessage])) for number in both)
    print(f"{len(both)} scenes with {messages} messages in both, {len(differ)} differ")
    for number in differ:
        print(f"scene {number}\n  {left[number]}\n  {right[number]}")
    return differ


def main(arguments: list[str]) -> int:
    """Write or compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    orders = parser.add_subparsers(dest="order", required=True)
    writing = orders.add_parser("write")
    writing.add_argument("file", type=Path)
    writing.add_argument("--first", type=int, default=0)
    writing.add_argument("--count", type=int, default=3000)
    writing.add_argument("--block", type=int, default=160)
    comparing = orders.add_parser("compare")
    comparing.add_argument("files", type=Path, nargs=2)
    chosen = parser.parse_args(arguments)
    if chosen.order == "write":
        write(chosen.file, chosen.first, chosen.count, chosen.block)
        return 0
    return int(bool(compare(*chosen.files)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
