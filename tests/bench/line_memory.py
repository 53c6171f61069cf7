"""What memory one line's process takes: at rest, after its first call, and after many, by kind of mapping.

The simulated exchange and one line run alone, as real processes on a fresh office; every other call is answered and
so recorded. The figures are /proc/PID/status's and smaps'. Bytecode is made beforehand, as on an installed box: what
the compiler leaves behind otherwise counts for 1 MB.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from appliance.core.config import load_config
from appliance.core.config.finding import ENVIRONMENT
from appliance.core.exchange_client import ExchangeError, ask
from callerid.exchange.plans import STANDARDS

SETTLE_S = 12.0
CALLS = 20
CALL_S = 15.0
LOADED = (
    "appliance.cli, callerid.commands, callerid.daemon, callerid.drivers.sim, callerid.scope.observer, "
    "recorder.keeper, numpy.ma, soundfile"
)


def main(words: list[str]) -> None:
    """Run the measurement and print it; ``--calls`` says how many calls."""
    parser = argparse.ArgumentParser(prog="line-memory", description=__doc__)
    parser.add_argument("--calls", type=int, default=CALLS, help="Calls, every other one recorded [20].")
    calls = parser.parse_args(words).calls
    folder = Path(tempfile.mkdtemp(prefix="aminbox-bench-"))
    try:
        with running_line(folder) as (pid, runtime):
            time.sleep(SETTLE_S)
            print(f"at rest:         {memory(pid)}", flush=True)
            for call in range(calls):
                plan = (
                    {"answer_after": 5.0, "talk": 5.0, "hang_up_first": "office"}
                    if call % 2 == 0
                    else {"rings": 1}
                )
                ask(
                    runtime,
                    do="ring",
                    number=f"0912{call:07}",
                    standard=STANDARDS[call % 3],
                    **plan,
                )
                time.sleep(CALL_S)
                if call in (0, 1, calls - 1):
                    print(f"after {call + 1:3d} calls: {memory(pid)}", flush=True)
            kept = list((folder / "data").rglob("*.ogg"))
            print(f"{len(kept)} recordings kept")
            for name, kib in largest_mappings(pid):
                print(f"  {kib / 1024:6.1f} MB  {name}")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def running_line(folder: Path) -> Iterator[tuple[int, Path]]:
    """Run the exchange and line 1 alone; give the line's pid and the runtime folder."""
    file = folder / "office.toml"
    file.write_text(
        f'[data]\nfolder = "{folder / "data"}"\n[[lines]]\nnumber = 1\ndriver = "sim"\n[recording]\nlines = [1]\n'
    )
    (folder / "data").mkdir()
    (folder / "run").mkdir()
    environment = os.environ | {ENVIRONMENT: str(file), "AMINBOX_LOG": "WARNING"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    environment["PYTHONPYCACHEPREFIX"] = str(folder / "bytecode")
    environment["RUNTIME_DIRECTORY"] = str(folder / "run")  # as on the box
    os.environ["RUNTIME_DIRECTORY"] = environment["RUNTIME_DIRECTORY"]
    runtime = load_config(file).data.runtime_folder
    subprocess.run([sys.executable, "-c", f"import {LOADED}"], env=environment, check=True)
    subprocess.run(_aminbox("migrate"), env=environment, check=True, stdout=subprocess.DEVNULL)
    roles = []
    try:
        roles.append(subprocess.Popen(_aminbox("sim", "exchange"), env=environment))
        _until_answered(runtime)
        roles.append(subprocess.Popen(_aminbox("line", "1"), env=environment))
        yield roles[-1].pid, runtime
    finally:
        for role in reversed(roles):
            role.terminate()
            role.wait(10)


def memory(pid: int) -> str:
    """Give a process's memory as its status says."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    kib = {
        name: int(rest.split()[0])
        for name, _, rest in (line.partition(":") for line in lines)
        if "kB" in rest
    }
    threads = next(line.split()[1] for line in lines if line.startswith("Threads"))
    return (
        f"RSS {kib['VmRSS'] / 1024:.1f} MB "
        f"(its own {kib['RssAnon'] / 1024:.1f}, of files {kib['RssFile'] / 1024:.1f}), "
        f"highest {kib['VmHWM'] / 1024:.1f} MB, {threads} threads"
    )


def largest_mappings(pid: int, count: int = 14) -> list[tuple[str, int]]:
    """Give what holds most memory: file or kind of mapping, and KiB resident; own pages of files apart."""
    found: Counter[str] = Counter()
    name = ""
    for line in Path(f"/proc/{pid}/smaps").read_text().splitlines():
        words = line.split()
        if "-" in words[0] and not words[0].endswith(":"):
            name = Path(words[5]).name if len(words) > 5 else "anonymous"
        elif words[0] == "Rss:":
            found[name] += int(words[1])
    return found.most_common(count)


def _aminbox(*words: str) -> list[str]:
    return [sys.executable, "-m", "appliance.cli", *words]


def _until_answered(runtime: Path) -> None:
    for _ in range(200):
        with contextlib.suppress(ExchangeError):
            ask(runtime, do="state")
            return
        time.sleep(0.1)
    raise TimeoutError(f"no exchange at {runtime}")


if __name__ == "__main__":
    main(sys.argv[1:])
