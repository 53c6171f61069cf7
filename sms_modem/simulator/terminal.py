"""The simulated modem on a pseudo terminal, so that any program opens it as it would open a serial port.

A link with a name of its own stands for the port: it is there while the modem is plugged in, and may lead to another
terminal after it was plugged in anew, as ttyUSB0 becomes ttyUSB1.
"""

from __future__ import annotations

import contextlib
import os
import pty
import select
import threading
import time
import tty
from collections.abc import Callable
from pathlib import Path

from sms_modem.simulator.modem import SimulatedModem

IDLE_S = 0.2
READ_OCTETS = 4096


class ModemTerminal:
    """Runs a simulated modem in a thread; everything done to it goes through `do`."""

    def __init__(self, modem: SimulatedModem, link: Path) -> None:
        self.modem = modem
        self.link = link
        self._lock = threading.Lock()
        self._is_over = threading.Event()
        self._woken, self._waker = os.pipe()
        self._master = self._slave = -1
        self._thread = threading.Thread(target=self._run, name="simulated-modem", daemon=True)

    def start(self) -> None:
        """Plug it in and let it run."""
        self._open()
        self._thread.start()

    def stop(self) -> None:
        """Unplug it for good."""
        self._is_over.set()
        os.write(self._waker, b"\0")
        self._thread.join()
        self._close()
        os.close(self._woken)
        os.close(self._waker)

    def do(self, act: Callable[[SimulatedModem], None]) -> None:
        """Do something to the modem between two moments of its own."""
        with self._lock:
            act(self.modem)
        os.write(self._waker, b"\0")

    def unplug(self) -> None:
        """Pull it out: the port is gone."""
        self.do(lambda modem: modem.unplug())

    def plug(self) -> None:
        """Plug it in again, under another name of the kernel's."""
        self.do(lambda modem: modem.plug())

    def _run(self) -> None:
        while not self._is_over.is_set():
            with self._lock:
                output = self.modem.take_output() if self.modem.is_plugged else b""
                if not self.modem.is_plugged and self._master >= 0:
                    self._close()
                elif self.modem.is_plugged and self._master < 0:
                    self._open()
                due = self.modem.next_due() if self.modem.is_plugged else float("inf")
            if output and self._master >= 0:
                self._write(output)
                continue
            self._wait(min(max(due - time.monotonic(), 0), IDLE_S))

    def _wait(self, seconds: float) -> None:
        sources = [self._woken] + ([self._master] if self._master >= 0 else [])
        ready, _, _ = select.select(sources, [], [], seconds)
        if self._woken in ready:
            os.read(self._woken, READ_OCTETS)
        if self._master in ready:
            with contextlib.suppress(OSError):
                octets = os.read(self._master, READ_OCTETS)
                with self._lock:
                    self.modem.receive(octets)

    def _write(self, output: bytes) -> None:
        with contextlib.suppress(OSError):
            while output:
                _, ready, _ = select.select([], [self._master], [], IDLE_S)
                if not ready or self._is_over.is_set():
                    return  # nobody reads: what a UART would lose, too
                output = output[os.write(self._master, output) :]

    def _open(self) -> None:
        self._master, self._slave = pty.openpty()  # held open, so that closing a reader ends nothing
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self._unlink()
        self.link.symlink_to(os.ttyname(self._slave))

    def _close(self) -> None:
        self._unlink()
        for descriptor in (self._slave, self._master):
            if descriptor >= 0:
                os.close(descriptor)
        self._master = self._slave = -1

    def _unlink(self) -> None:
        with contextlib.suppress(OSError):
            self.link.unlink()
