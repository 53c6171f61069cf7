"""Being a good service: readiness, watchdog, signals, one log line per happening.

The same calls serve under systemd and under `aminbox run`, which speaks the same notification protocol
(sd_notify(3): one datagram to ``$NOTIFY_SOCKET``).
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import socket
import sys
import threading
from types import FrameType

SEND_TIMEOUT_S = 0.2
"""A supervisor that does not read (it was stopped) must not stop the role with it."""
_LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"


def notify(state: str) -> bool:
    """Send one line such as ``READY=1`` or ``WATCHDOG=1`` to the supervisor; False when there is none."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return False
    if address.startswith("@"):
        address = "\0" + address[1:]
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.settimeout(SEND_TIMEOUT_S)
        sender.sendto(state.encode(), address)
        return True
    return False


def stop_on_signals() -> threading.Event:
    """Give an event that is set when the process is asked to end (SIGTERM, SIGINT)."""
    stop = threading.Event()

    def _on_signal(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, _on_signal)
    signal.signal(signal.SIGINT, _on_signal)
    return stop


def go_first(niceness: int) -> bool:
    """Let this process run before others when it may; sound that waits is sound that is late. False: it may not."""
    try:
        os.setpriority(os.PRIO_PROCESS, 0, niceness)
    except OSError:
        return False
    return True


def set_up_logging(role: str) -> logging.Logger:
    """Log to standard error, where the supervisor collects it; give the role's logger."""
    level = os.environ.get("AMINBOX_LOG", "INFO").upper()
    logging.basicConfig(stream=sys.stderr, level=level, format=_LOG_FORMAT, force=True)
    return logging.getLogger(role)


def masked(number: str | None) -> str:
    """Give a telephone number fit for a log: only its last two digits are readable."""
    if not number:
        return "-"
    return "*" * max(len(number) - 2, 0) + number[-2:]
