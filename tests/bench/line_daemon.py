"""What one idle and one busy line cost: memory and processor time of the running line daemon."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from pathlib import Path

from callerid.exchange.plans import STANDARDS
from tests.integration.office import RunningOffice

IDLE_S = 20.0
CALLS = 6
TICKS = os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Run the measurement and print it."""
    folder = Path(tempfile.mkdtemp(prefix="aminbox-bench-"))
    office = RunningOffice(folder / "data", lines=1)
    try:
        pid = office.pid_of("line", "1")
        time.sleep(3.0)
        began, used = time.monotonic(), cpu_s(pid)
        time.sleep(IDLE_S)
        share = (cpu_s(pid) - used) / (time.monotonic() - began)
        print(f"idle line: {share * 100:.1f} % of a core, {memory(pid)}")
        used = cpu_s(pid)
        for call in range(CALLS):
            office.order(do="ring", number=f"0912{call:07}", standard=STANDARDS[call % 3], rings=1)
            time.sleep(13.0)
        print(
            f"one call, ring to missed: {(cpu_s(pid) - used) / CALLS * 1000:.0f} ms of a core, {memory(pid)}"
        )
        for role in (("panel",), ("sms",), ("scheduler",), ("sim", "exchange")):
            print(f"{' '.join(role):<12} {memory(office.pid_of(*role))}")
    finally:
        office.close()
        shutil.rmtree(folder, ignore_errors=True)


def cpu_s(pid: int) -> float:
    """Give the seconds of processor time a process used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def memory(pid: int) -> str:
    """Give a process's memory: resident, and its own share of it (PSS)."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    kib = {line.split(":")[0]: int(line.split()[1]) for line in lines[1:]}
    return f"RSS {kib['Rss'] / 1024:.0f} MB, PSS {kib['Pss'] / 1024:.0f} MB"


if __name__ == "__main__":
    main()
