"""``make bench``: every measurement of the product, each one a section that prints its own table.

Options, from the first word that begins with ``-`` on, go to the one section that was named:
``python -m tests.bench large-office --database /srv/copy.sqlite3 --requests 60``.
"""

from __future__ import annotations

import importlib
import inspect
import os
import platform
import sys
from itertools import takewhile

SECTIONS = {
    "ring-to-browser": "tests.bench.ring_to_browser",
    "ring-to-card": "tests.bench.ring_to_card",
    "line-daemon": "tests.bench.line_daemon",
    "line-memory": "tests.bench.line_memory",
    "office-days": "tests.bench.office_days",
    "caller-id-fsk": "tests.bench.caller_id_fsk",
    "caller-id-dtmf": "tests.bench.caller_id_dtmf",
    "decoder-speed": "tests.bench.decoder_speed",
    "wrong-numbers": "tests.bench.wrong_numbers",
    "talk-off": "tests.bench.talkoff",
    "recorder": "tests.bench.recorder",
    "large-office": "tests.bench.large_office",
    "modem-storm": "tests.bench.modem_storm",
    "message-storm": "tests.bench.message_storm",
    "campaign": "tests.bench.campaign",
    "message-daemon": "tests.bench.message_daemon",
    "ranking": "tests.bench.ranking",
    "importing": "tests.bench.importing",
}


def main(words: list[str]) -> int:
    """Run the named sections, or all; a name such as ``caller-id`` means all that begin so.

    Options are for one section, and only for one that takes any.
    """
    wanted = list(takewhile(lambda word: not word.startswith("-"), words))
    options = words[len(wanted) :]
    chosen = [name for name in SECTIONS if not wanted or any(name.startswith(word) for word in wanted)]
    if not chosen:
        print(f"no such section; there are: {', '.join(SECTIONS)}")
        return 2
    if options and (len(chosen) != 1 or not takes_options(chosen[0])):
        able = ", ".join(name for name in SECTIONS if takes_options(name))
        print(f"options are for one section; these take some: {able}")
        return 2
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    print(f"{os.cpu_count()} cores, load {load}, Python {platform.python_version()}, {platform.machine()}")
    for name in chosen:
        print(f"\n== {name}", flush=True)
        section = importlib.import_module(SECTIONS[name])
        section.main(options) if takes_options(name) else section.main()
    return 0


def takes_options(name: str) -> bool:
    """Tell whether a section reads words of a command line."""
    parameters = inspect.signature(importlib.import_module(SECTIONS[name]).main).parameters.values()
    return any("list[str]" in str(parameter.annotation) for parameter in parameters)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
