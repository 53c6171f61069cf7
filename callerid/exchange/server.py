"""The exchange as a process: every line's sound in real time, and a socket that takes orders.

Sound goes out on ``<runtime>/exchange/line-N.sock`` (one packet per 20 ms to each reader), orders come in on
``<runtime>/exchange.sock`` (one JSON object a line, one answer a line). A block leaves when its last sample has
happened, as it does from a sound card.
"""

from __future__ import annotations

import collections
import contextlib
import logging
import selectors
import socket
import threading
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import msgspec
import numpy as np

from appliance.core.clock import Clock
from appliance.core.jalali import local
from callerid.exchange.faults import BAD_HUM_DBM0, BAD_LEVEL_DB, BAD_NOISE_DBM0
from callerid.exchange.line import BLOCK_S, SimulatedLine
from callerid.exchange.outlet import Outlet
from callerid.exchange.plans import (
    AnswerOrder,
    FaultOrder,
    FlashOrder,
    HangUpOrder,
    IncomingPlan,
    LiveOrder,
    Order,
    OutgoingPlan,
    Plan,
    StateQuestion,
    WaitOrder,
)
from callerid.exchange.scripts import script, wait_script
from callerid.exchange.voices import VoicesAhead
from callerid.exchange.wire import BLOCK, RATE_HZ, pack

log = logging.getLogger("exchange")

LONGEST_ORDER_BYTES = 4096
ORDER_POLL_S = 0.5
KEPT_NUMBERS = 400
LATEST_S = 0.5
"""A start that is later than this (a stopped machine) is not caught up with: the line's time moves on."""
LATE_S = 1.0
POWER_CUT_S = 5.0
_order_decoder = msgspec.json.Decoder(Order)


class NumberOnLine(msgspec.Struct, frozen=True):
    """When a caller's number was complete on a line, and how late the exchange itself sent that block."""

    line: int
    number: str
    monotonic: float
    late_s: float = 0.0


class Exchange:
    """All simulated lines of one office."""

    def __init__(self, runtime: Path, lines: list[int], clock: Clock, zone: str) -> None:
        self._clock = clock
        self._zone = zone
        self._voices = VoicesAhead()
        self._lines = {number: SimulatedLine(number, self._voices) for number in lines}
        self._numbers: collections.deque[NumberOnLine] = collections.deque(maxlen=KEPT_NUMBERS)
        self._lock = threading.Lock()
        self._outlets = {number: Outlet(runtime, number) for number in lines}
        self._mended_at: dict[int, float] = {}
        """When each line's faults end by themselves, in monotonic seconds."""
        self._orders = _order_socket(runtime)
        self._sequence = 0
        self._is_closed = threading.Event()
        self._order_thread = threading.Thread(target=self._take_orders, name="orders", daemon=True)

    def run(self, is_over: Callable[[], bool], on_beat: Callable[[], object]) -> None:
        """Serve until told to stop; `on_beat` is called once a second from the sound loop."""
        self._order_thread.start()
        begin, done = self._clock.monotonic(), 0
        while not is_over():
            due = begin + (done + 1) * BLOCK_S
            wait = due - self._clock.monotonic()
            if wait > 0:
                time.sleep(wait)
            elif wait < -LATEST_S:
                begin, done = self._clock.monotonic(), 0
                continue
            self._send_blocks(due)
            done += 1
            if done % round(1 / BLOCK_S) == 0:
                on_beat()
        self.close()

    def close(self) -> None:
        """Let go of every line and socket."""
        self._is_closed.set()
        if self._order_thread.is_alive():
            self._order_thread.join()
        for outlet in self._outlets.values():
            outlet.unplug()
        self._orders.close()
        self._voices.close()

    def answer(self, text: bytes) -> dict[str, object]:
        """Carry out an order written as JSON; what is no order is refused with the reason."""
        try:
            return self.obey(_order_decoder.decode(text))
        except msgspec.MsgspecError as error:
            return {"ok": False, "problem": str(error)}

    def obey(self, order: Order) -> dict[str, object]:
        """Carry out one order; the answer has ``ok`` and, when refused, ``problem``.

        Sounds are made before the lines are held, which must not wait for them.
        """
        if isinstance(order, StateQuestion):
            return self._state()
        line = self._lines.get(order.line)
        if line is None:
            known = ", ".join(str(number) for number in self._lines)
            return _refusal(f"line {order.line} is not simulated; lines: {known}")
        now = local(self._clock.now(), self._zone)
        if isinstance(order, IncomingPlan | OutgoingPlan):
            return self._start(line, order, now)
        if isinstance(order, FaultOrder):
            with self._lock:
                self._break(order)
            return {"ok": True}
        return self._act(line, order, now)

    def _state(self) -> dict[str, object]:
        with self._lock:
            return {
                "ok": True,
                "busy": {str(number): line.is_busy for number, line in self._lines.items()},
                "numbers": [msgspec.structs.asdict(entry) for entry in self._numbers],
            }

    def _start(self, line: SimulatedLine, plan: Plan, now: datetime) -> dict[str, object]:
        call = script(plan, now)
        with self._lock:
            if line.is_busy:
                return _refusal(f"line {plan.line} is busy; hang up first or name another line")
            line.play(call)
        return {"ok": True}

    def _act(self, line: SimulatedLine, order: LiveOrder, now: datetime) -> dict[str, object]:
        second = wait_script(order, now) if isinstance(order, WaitOrder) else None
        with self._lock:
            if isinstance(order, AnswerOrder):
                line.answer()
            elif isinstance(order, HangUpOrder):
                line.hang_up()
            elif not line.is_talking:
                return _refusal(f"nobody talks on line {order.line}; answer a call or dial first")
            elif second is not None:
                line.announce(second)
            else:
                assert isinstance(order, FlashOrder)
                line.flash()
        return {"ok": True}

    def _break(self, order: FaultOrder) -> None:
        """Bring about a fault; the lock is held."""
        faults, outlet = self._lines[order.line].faults, self._outlets[order.line]
        lasts_s = order.seconds
        match order.kind:
            case "none":
                self._mend(order.line)
            case "noise":
                faults.set_noise(BAD_NOISE_DBM0 if order.level_db is None else order.level_db)
            case "hum":
                faults.set_hum(BAD_HUM_DBM0 if order.level_db is None else order.level_db)
            case "level":
                faults.set_level(BAD_LEVEL_DB if order.level_db is None else order.level_db)
            case "no-hang-up-tone":
                faults.has_hang_up_tone = False
            case "unplugged":
                outlet.unplug()
            case "stalled":
                outlet.is_stalled = True
            case "late":
                outlet.late_s, lasts_s = order.seconds or LATE_S, None
            case "power-cut":
                for number, line in self._lines.items():
                    line.drop()
                    self._outlets[number].unplug()
                    self._mended_at[number] = self._clock.monotonic() + (order.seconds or POWER_CUT_S)
                return
        if lasts_s is not None and order.kind != "none":
            self._mended_at[order.line] = self._clock.monotonic() + lasts_s

    def _mend(self, line: int) -> None:
        self._lines[line].faults.mend()
        self._outlets[line].mend()
        self._mended_at.pop(line, None)

    def _send_blocks(self, end_monotonic: float) -> None:
        self._sequence += 1
        now = self._clock.monotonic()
        for number, line in self._lines.items():
            with self._lock:
                if self._mended_at.get(number, now + 1) <= now:
                    self._mend(number)
                sensed = line.step()
                outlet = self._outlets[number]
                if sensed.ends_number >= 0:
                    at = end_monotonic - (BLOCK - sensed.ends_number) / RATE_HZ
                    late = self._clock.monotonic() - end_monotonic
                    self._numbers.append(NumberOnLine(number, sensed.number, at, late))
                if outlet.has_readers():
                    samples = np.round(sensed.sound * 32767.0).astype("<i2")
                    packet = pack(self._sequence, end_monotonic, sensed.ring, sensed.off_hook, samples)
                    outlet.send(packet, now)

    def _take_orders(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._orders, selectors.EVENT_READ)
            while not self._is_closed.is_set():
                if not selector.select(ORDER_POLL_S):
                    continue
                with contextlib.suppress(OSError):
                    peer, _address = self._orders.accept()
                    with peer:
                        peer.settimeout(2.0)
                        peer.sendall(msgspec.json.encode(self.answer(_read_line(peer))) + b"\n")


def _refusal(problem: str) -> dict[str, object]:
    return {"ok": False, "problem": problem}


def _read_line(peer: socket.socket) -> bytes:
    data = b""
    while not data.endswith(b"\n") and len(data) < LONGEST_ORDER_BYTES:
        piece = peer.recv(LONGEST_ORDER_BYTES)
        if not piece:
            break
        data += piece
    return data


def _order_socket(runtime: Path) -> socket.socket:
    path = runtime / "exchange.sock"
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(str(path))
    listener.listen(8)
    listener.setblocking(False)
    return listener
