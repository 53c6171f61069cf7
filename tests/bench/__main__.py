"""``make bench``: every measurement of the product, each one a section that prints its own table."""

from __future__ import annotations

import importlib
import os
import platform
import sys

SECTIONS = {
    "ring-to-browser": "tests.bench.ring_to_browser",
    "line-daemon": "tests.bench.line_daemon",
    "office-days": "tests.bench.office_days",
    "caller-id-fsk": "tests.bench.caller_id_fsk",
    "caller-id-dtmf": "tests.bench.caller_id_dtmf",
    "wrong-numbers": "tests.bench.wrong_numbers",
    "talk-off": "tests.bench.talkoff",
    "recorder": "tests.bench.recorder",
    "large-office": "tests.bench.large_office",
    "modem-storm": "tests.bench.modem_storm",
    "message-storm": "tests.bench.message_storm",
    "campaign": "tests.bench.campaign",
}


def main(wanted: list[str]) -> int:
    """Run the named sections, or all; a name such as ``caller-id`` means all that begin so."""
    chosen = [name for name in SECTIONS if not wanted or any(name.startswith(word) for word in wanted)]
    if not chosen:
        print(f"no such section; there are: {', '.join(SECTIONS)}")
        return 2
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    print(f"{os.cpu_count()} cores, load {load}, Python {platform.python_version()}, {platform.machine()}")
    for name in chosen:
        print(f"\n== {name}", flush=True)
        importlib.import_module(SECTIONS[name]).main()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
