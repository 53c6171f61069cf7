"""The one thread that owns a modem: finds its port, brings it up, listens, does what others ask, and starts over.

Others give it work with `call` and wait. What has to happen in *their* thread in between – storing a segment as armed
on their own connection – is handed back to them while the modem waits at the prompt.
"""

from __future__ import annotations

import contextlib
import logging
import queue
import threading
from collections.abc import Callable
from typing import Any, Generic, Protocol, TypeVar, cast

import msgspec

from sms_modem.at.channel import ModemError, SilentModemError
from sms_modem.at.modem import Modem
from sms_modem.at.port import Port, PortGoneError
from sms_modem.at.sim import SimError

log = logging.getLogger("sms")

LOOK_AFTER_S = 30.0
"""How often stores, registration and signal are looked at without being asked."""
LOOK_FOR_PORT_S = 0.5
"""How often a port that is away is looked for: a tty that is back must send within 3 s."""
LONGEST_PAUSE_S = 10.0
"""Longest pause between attempts with a port that is there and a modem that is not ready."""
T = TypeVar("T")
Ask = Callable[[Callable[[], Any]], Any]
"""Runs something in the thread that waits for the work."""


class KeeperStatus(msgspec.Struct, frozen=True):
    """How the modem is, for whoever asks without waiting."""

    is_up: bool
    code: str = "modem-gone"
    """Why it is not."""
    detail: str = ""
    port: str = ""
    model: str = ""
    signal_percent: int | None = None
    operator: str = ""
    is_registered: bool | None = None
    is_full: bool = False


class ModemAwayError(OSError):
    """There is no modem to ask now; `code` says why."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class MakesModem(Protocol):
    """Opens the port and gives a modem on it, not started yet."""

    def __call__(self) -> tuple[Port, Modem]:
        """Raises `PortGoneError` when there is none."""
        ...


class KeepsModem(Protocol):
    """What a route needs of a keeper."""

    status: KeeperStatus

    def start(self) -> None:
        """Begin; starting twice is harmless."""
        ...

    def stop(self) -> None:
        """End and close the port; stopping twice is harmless."""
        ...

    def call(self, act: Callable[[Modem, Ask], T]) -> T:
        """Have something done with the modem and wait for it; see `Keeper.call`."""
        ...


class _Work(Generic[T]):
    """Something to be done by the keeper, and the way back."""

    def __init__(self, act: Callable[[Modem, Ask], T]) -> None:
        self.act = act
        self.replies: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()
        self.answers: queue.SimpleQueue[tuple[bool, Any]] = queue.SimpleQueue()

    def ask(self, question: Callable[[], Any]) -> Any:
        """In the keeper's thread: have something done by the one who waits."""
        self.replies.put(("ask", question))
        is_done, value = self.answers.get()
        if not is_done:
            raise value
        return value

    def wait(self) -> T:
        """In the waiting thread: answer questions until the work is done."""
        while True:
            kind, value = self.replies.get()
            if kind == "done":
                return cast("T", value)
            if kind == "failed":
                raise value
            try:
                self.answers.put((True, value()))
            except BaseException as error:
                self.answers.put((False, error))


class Keeper:
    """Owns one modem from `start` to `stop`."""

    def __init__(self, name: str, make: MakesModem, bell: Callable[[], None]) -> None:
        self.status = KeeperStatus(is_up=False, detail="the modem has not been looked for yet")
        self._name = name
        self._make = make
        self._bell = bell
        self._work: queue.SimpleQueue[_Work[Any]] = queue.SimpleQueue()
        self._is_over = threading.Event()
        self._pause = threading.Event()
        self._port: Port | None = None
        self._thread: threading.Thread | None = None
        self._said = ""

    def start(self) -> None:
        """Begin; starting twice is harmless."""
        if self._thread is None:
            self._is_over.clear()
            self._thread = threading.Thread(target=self._run, name=f"modem-{self._name}", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End and close the port; stopping twice is harmless."""
        self._is_over.set()
        self._wake()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def call(self, act: Callable[[Modem, Ask], T]) -> T:
        """Have something done with the modem and wait for it.

        Raises `ModemAwayError` when there is none, `ModemError`, `SilentModemError`, and what `act` raises.
        """
        if self._thread is None or not self.status.is_up:
            raise ModemAwayError(self.status.code, self.status.detail or "the modem is not up")
        work = _Work(act)
        self._work.put(work)
        self._wake()
        return work.wait()

    def _wake(self) -> None:
        self._pause.set()
        port = self._port
        if port is not None:
            with contextlib.suppress(OSError):
                port.wake()

    def _run(self) -> None:
        pause_s = LOOK_FOR_PORT_S
        while not self._is_over.is_set():
            was_up = False
            try:
                was_up = self._keep()
            except (PortGoneError, SilentModemError, ModemError, SimError) as error:
                was_up = self.status.is_up
                self._set_down(error)
            except Exception as error:
                log.exception("happening=modem-fault route=%s", self._name)
                self._set_down(error)
            self._refuse_work()
            gone = self.status.code == "modem-gone"
            pause_s = LOOK_FOR_PORT_S if gone or was_up else min(pause_s * 2, LONGEST_PAUSE_S)
            self._pause.wait(pause_s)
            self._pause.clear()
        self.status = KeeperStatus(is_up=False, detail="the route is closed")
        self._refuse_work()

    def _keep(self) -> bool:
        """Keep one modem until its port goes away or the keeper is stopped."""
        port, modem = self._make()
        self._port = port
        try:
            modem.start()
            self._set_up(port, modem)
            self._serve(port, modem)
            return True
        finally:
            self._port = None
            modem.gone()
            port.close()

    def _serve(self, port: Port, modem: Modem) -> None:
        look_at = modem.monotonic() + LOOK_AFTER_S
        while not self._is_over.is_set():
            self._do_work(modem)
            if modem.is_reset:
                log.warning("happening=modem-restarted route=%s", self._name)
                modem.start()
                self._set_up(port, modem)
            if modem.monotonic() >= look_at:
                modem.look_after()
                self._set_up(port, modem)
                look_at = modem.monotonic() + LOOK_AFTER_S
            if modem.take_news():
                self._bell()
            if self._work.empty():
                modem.listen(max(look_at - modem.monotonic(), 0))

    def _do_work(self, modem: Modem) -> None:
        while not self._is_over.is_set():
            try:
                work = self._work.get_nowait()
            except queue.Empty:
                return
            try:
                work.replies.put(("done", work.act(modem, work.ask)))
            except PortGoneError as error:
                work.replies.put(("failed", ModemAwayError("modem-gone", str(error))))
                raise
            except BaseException as error:
                work.replies.put(("failed", error))
            modem.calm_down()

    def _refuse_work(self) -> None:
        while True:
            try:
                work = self._work.get_nowait()
            except queue.Empty:
                return
            work.replies.put(("failed", ModemAwayError(self.status.code, self.status.detail)))

    def _set_up(self, port: Port, modem: Modem) -> None:
        network = modem.network
        was_up = self.status.is_up
        self.status = KeeperStatus(
            is_up=True,
            code="",
            port=port.name,
            model=modem.model,
            signal_percent=network.signal_percent,
            operator=network.operator,
            is_registered=network.is_registered,
            is_full=modem.stores.is_full,
        )
        if not was_up:
            log.info("happening=modem-up route=%s port=%s model=%s", self._name, port.name, modem.model)
            self._said = ""
            self._bell()

    def _set_down(self, error: Exception) -> None:
        code = error.code if isinstance(error, SimError) else "modem-silent"
        if isinstance(error, PortGoneError):
            code = "modem-gone"
        self.status = KeeperStatus(is_up=False, code=code, detail=str(error))
        if self._said != code:
            log.warning("happening=modem-down route=%s reason=%s problem=%s", self._name, code, error)
            self._said = code
