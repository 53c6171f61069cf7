"""What a line's process loads and keeps; each claim is tried in a process of its own, as a line is one."""

import platform
import subprocess
import sys

import pytest

LINE = "import appliance.cli, callerid.commands, callerid.daemon, callerid.drivers.sim, recorder.keeper"
BORROW = """
import os
from callerid.memory import give_back_early

def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

if {is_early}:
    assert give_back_early()
bytearray(8 << 20)
before = resident()
blocks = [bytearray(100_000) for _ in range(80)]
last = blocks.pop()
blocks.clear()
del last
print(resident() - before)
"""


def _say(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.mark.parametrize(
    "name", ["jdatetime", "tempfile", "appliance.domain.fields", "appliance.domain.people", "callerid.synth"]
)
def test_a_line_loads_no_forms_no_calendar_and_no_exchange(name: str) -> None:
    assert _say(f"{LINE}\nimport sys\nprint({name!r} in sys.modules)") == "False"


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the limits are glibc's")
def test_what_a_call_borrowed_is_given_back() -> None:
    assert int(_say(BORROW.format(is_early=False))) > 6_000_000
    assert int(_say(BORROW.format(is_early=True))) < 1_000_000
