"""The ``aminbox decode`` command: caller ID out of recordings.

Numeric libraries are imported only when the first file is decoded: ``--help`` and completion stay quick.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from callerid.decoding import DecodedFile

FROM_INPUT: Final = "-"
AHEAD: Final = 4
"""Files handed to each worker in advance: keeps the order of output and the memory bounded."""
TABLE: Final = "{number:<22} {what:<12} {standard:<12} {name:<16} {date:<9} {at:>8}  {sure:>5}  {snr:>6}"


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH…")
@click.option("--json", "as_json", is_flag=True, help="One line of JSON per file, as soon as it is decoded.")
@click.option("--jobs", type=click.IntRange(min=1), default=1, show_default=True, help="Processes at work.")
@click.option(
    "--dtmf-without-start",
    is_flag=True,
    help="Also take DTMF 'number #' without a start sign; dialled digits look the same.",
)
def decode(paths: tuple[str, ...], as_json: bool, jobs: int, dtmf_without_start: bool) -> None:
    """Read caller ID from WAV recordings (PCM 16 bit, mono, 8–48 kHz).

    PATH is a file, a folder (every .wav under it, sorted), or - for one path a line on standard input. A file
    that is no WAV is reported in its line and the rest goes on.

    Example: aminbox decode --json recordings/ | jq .calls
    """
    files = _files(paths)
    with suppress(BrokenPipeError):
        results = _decoded(files, jobs, dtmf_without_start)
        if as_json:
            for result in results:
                sys.stdout.write(json.dumps(result) + "\n")
                sys.stdout.flush()
        else:
            _table(results, None if FROM_INPUT in paths else list(_files(paths)))
        return
    # The reader of our output went away: nothing is left to say, and nothing may complain at exit either.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _files(paths: Iterable[str]) -> Iterator[str]:
    """Give every file, in order; folders are walked when their turn comes."""
    for path in paths:
        if path == FROM_INPUT:
            for line in sys.stdin.buffer:
                name = os.fsdecode(line.rstrip(b"\r\n"))
                if name:
                    yield from _within(name)
        else:
            yield from _within(path)


def _within(path: str) -> Iterator[str]:
    if os.path.isdir(path):
        found = (file for file in Path(path).rglob("*") if file.suffix.lower() == ".wav" and file.is_file())
        yield from sorted(str(file) for file in found)
    else:
        yield path


def _decoded(files: Iterable[str], jobs: int, dtmf_without_start: bool) -> Iterator[DecodedFile]:
    """Decode in order; with several jobs, in as many processes."""
    if jobs == 1:
        from callerid.decoding import decode_file

        for file in files:
            yield decode_file(file, dtmf_without_start=dtmf_without_start)
        return
    yield from _decoded_in_processes(files, jobs, dtmf_without_start)


def _decoded_in_processes(files: Iterable[str], jobs: int, dtmf_without_start: bool) -> Iterator[DecodedFile]:
    """Decode in several processes, in order.

    The paths are taken in by a thread: whoever writes them may wait for an answer before the next one.
    """
    from concurrent.futures import Future, ProcessPoolExecutor
    from queue import Queue
    from threading import Thread

    from callerid.decoding import decode_file

    waiting: Queue[Future[DecodedFile] | None] = Queue(jobs * AHEAD)
    with ProcessPoolExecutor(jobs) as pool:

        def submit() -> None:
            try:
                for file in files:
                    waiting.put(pool.submit(decode_file, file, dtmf_without_start=dtmf_without_start))
            finally:
                waiting.put(None)

        Thread(target=submit, name="paths", daemon=True).start()
        while (future := waiting.get()) is not None:
            yield future.result()


def _table(results: Iterator[DecodedFile], files: list[str] | None) -> None:
    """Print a readable table; on many files a bar on standard error shows how far it is."""
    show_bar = files is not None and len(files) > 1 and sys.stderr.isatty()
    head = TABLE.format(
        number="number",
        what="type",
        standard="standard",
        name="name",
        date="date",
        at="at (s)",
        sure="sure",
        snr="SNR dB",
    )
    with click.progressbar(
        results, length=len(files) if files else None, file=sys.stderr, label="decoding", hidden=not show_bar
    ) as progress:
        for result in progress:
            click.echo(click.style(result["file"], bold=True))
            if "error" in result:
                click.echo(f"  cannot be read: {result['error']}")
            elif not result["calls"]:
                click.echo("  no caller ID heard")
            else:
                click.echo("  " + head)
                for call in result["calls"]:
                    click.echo("  " + _row(call))


def _row(call: dict[str, object]) -> str:
    absence = {"P": "(withheld)", "O": "(unavailable)", None: "(none)"}
    reason = call["reason"]
    return TABLE.format(
        number=call["number"] or absence[str(reason) if reason else None],
        what=call["type"],
        standard=call["standard"],
        name=call["name"] or "",
        date=call["date"] or "",
        at=f"{call['t_end']:.2f}",
        sure=f"{call['confidence']:.2f}",
        snr="" if call["snr_db"] is None else f"{call['snr_db']:.0f}",
    )


if __name__ == "__main__":
    decode()
