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
from pathlib import Path

import msgspec
import numpy as np

from appliance.core.clock import Clock
from appliance.core.jalali import local
from callerid.exchange.line import BLOCK, BLOCK_S, RATE_HZ, SimulatedLine
from callerid.exchange.plans import AnswerOrder, HangUpOrder, IncomingPlan, Order, OutgoingPlan, StateQuestion
from callerid.exchange.wire import pack, sound_socket

log = logging.getLogger("exchange")

LONGEST_ORDER_BYTES = 4096
ORDER_POLL_S = 0.5
KEPT_NUMBERS = 400
READER_BUFFER_BYTES = 32_768
"""About half a second of packets, as a sound card's buffer; a reader that is slower loses sound."""
LATEST_S = 0.5
"""A start that is later than this (a stopped machine) is not caught up with: the line's time moves on."""
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
        self._lines = {number: SimulatedLine(seed=number) for number in lines}
        self._plans: dict[int, IncomingPlan | OutgoingPlan] = {}
        self._numbers: collections.deque[NumberOnLine] = collections.deque(maxlen=KEPT_NUMBERS)
        self._lock = threading.Lock()
        self._readers: dict[int, list[socket.socket]] = {number: [] for number in lines}
        self._listeners = {number: sound_socket(runtime, number) for number in lines}
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
        readers = [reader for several in self._readers.values() for reader in several]
        for one in [*readers, *self._listeners.values(), self._orders]:
            one.close()
        self._readers = {}

    def answer(self, text: bytes) -> dict[str, object]:
        """Carry out an order written as JSON; what is no order is refused with the reason."""
        try:
            return self.obey(_order_decoder.decode(text))
        except msgspec.MsgspecError as error:
            return {"ok": False, "problem": str(error)}

    def obey(self, order: Order) -> dict[str, object]:
        """Carry out one order; the answer has ``ok`` and, when refused, ``problem``."""
        with self._lock:
            if isinstance(order, StateQuestion):
                return {
                    "ok": True,
                    "busy": {str(number): line.is_busy for number, line in self._lines.items()},
                    "numbers": [msgspec.structs.asdict(entry) for entry in self._numbers],
                }
            line = self._lines.get(order.line)
            if line is None:
                known = ", ".join(str(number) for number in self._lines)
                return {"ok": False, "problem": f"line {order.line} is not simulated; lines: {known}"}
            if isinstance(order, AnswerOrder):
                line.answer()
            elif isinstance(order, HangUpOrder):
                line.hang_up()
            elif line.is_busy:
                return {
                    "ok": False,
                    "problem": f"line {order.line} is busy; hang up first or name another line",
                }
            else:
                line.start(order, local(self._clock.now(), self._zone))
                self._plans[order.line] = order
            return {"ok": True}

    def _send_blocks(self, end_monotonic: float) -> None:
        self._sequence += 1
        for number, line in self._lines.items():
            with self._lock:
                sensed = line.step()
            self._accept(number)
            if sensed.ends_number >= 0:
                at = end_monotonic - (BLOCK - sensed.ends_number) / RATE_HZ
                late = self._clock.monotonic() - end_monotonic
                self._numbers.append(NumberOnLine(number, self._plans[number].number, at, late))
            if self._readers[number]:
                samples = np.round(sensed.sound * 32767.0).astype("<i2")
                packet = pack(self._sequence, end_monotonic, sensed.ring, sensed.off_hook, samples)
                self._readers[number] = [one for one in self._readers[number] if _sent(one, packet)]

    def _accept(self, number: int) -> None:
        with contextlib.suppress(BlockingIOError):
            reader, _address = self._listeners[number].accept()
            reader.setblocking(False)
            reader.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, READER_BUFFER_BYTES)
            self._readers[number].append(reader)

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


def _sent(reader: socket.socket, packet: bytes) -> bool:
    """Send without waiting; False when the reader is gone. A slow one loses the packet, as an overrun loses sound."""
    try:
        reader.send(packet)
    except BlockingIOError:
        return True
    except OSError:
        reader.close()
        return False
    return True


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
