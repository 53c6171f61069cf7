"""The simulated modem itself: octets in, octets out, at the moments a real one would say them.

It knows no port and no thread; whoever holds it passes the time in (`receive`, `take_output`, `next_due`). So the same
modem runs on a pseudo terminal for the demo and, in virtual time, through thousands of faults in a second.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable

from sms_modem.gsm.reading import PduError
from sms_modem.gsm.submit import Submitted, read_submit
from sms_modem.simulator.commands import Interpreter
from sms_modem.simulator.faults import Faults, SendFault
from sms_modem.simulator.makers import Maker
from sms_modem.simulator.network import Network, Sim
from sms_modem.simulator.slots import Slots

ESC = 0x1B
CTRL_Z = 0x1A
CR = 0x0D
LF = 0x0A
LONGEST_LINE = 1000
LATE_S = 90.0
"""After so long comes an answer that is late."""
RING_S = 5.0
ATTACH_S = 3.0
"""From power-up to the moment the network delivers what waited."""
NEVER = float("inf")


class SimulatedModem:
    """One modem with a SIM in it, in front of one network."""

    def __init__(
        self,
        maker: Maker,
        sim: Sim,
        network: Network,
        monotonic: Callable[[], float],
        *,
        answer_s: float = 0.002,
        submit_s: float = 0.02,
        report_s: float = 0.05,
    ) -> None:
        self.maker = maker
        self.sim = sim
        self.network = network
        self.faults = Faults()
        self.slots = Slots(maker, sim)
        self.is_plugged = True
        self.typed: list[bytes] = []
        """What was typed at prompts and ended with Ctrl-Z, octet for octet."""
        self.seen = bytearray()
        """Everything that was written to it."""
        self.garble_output = 0
        """Replace the octet after so many of output; 0: none."""
        self._monotonic = monotonic
        self._answer_s, self._submit_s, self._report_s = answer_s, submit_s, report_s
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self._output = bytearray()
        self._input = bytearray()
        self._prompt_length: int | None = None
        self._fault: SendFault | None = None
        self._silent_until = 0.0
        self._is_ringing = False
        self.interpreter = Interpreter(self)
        self._power_up(is_cold=False)

    # What a line does with it

    def receive(self, octets: bytes) -> None:
        """Take what was written to the modem."""
        self.seen += octets
        if self._monotonic() < self._silent_until:
            return
        for octet in octets:
            if self._prompt_length is not None:
                self._at_prompt(octet)
            elif octet == CR:
                line, self._input = bytes(self._input), bytearray()
                if self.interpreter.echoes:
                    self._output += line + b"\r"
                self._after(self._answer_s, lambda line=line: self.interpreter.obey(line))  # type: ignore[misc]
            elif octet not in (LF, ESC, CTRL_Z) and len(self._input) < LONGEST_LINE:
                self._input.append(octet)

    def take_output(self) -> bytes:
        """Give what the modem has said up to now."""
        now = self._monotonic()
        while self._due and self._due[0][0] <= now:
            heapq.heappop(self._due)[2]()
        octets, self._output = bytes(self._output), bytearray()
        return self._garbled(octets)

    def next_due(self) -> float:
        """Give the monotonic instant at which it may say something next; infinite when it has nothing to say."""
        if self._output:
            return self._monotonic()
        return self._due[0][0] if self._due else NEVER

    # What a person or the world does with it

    def unplug(self) -> None:
        """Take its power and its port away."""
        self.is_plugged = False
        self._forget()

    def plug(self) -> None:
        """Give its power back; it boots."""
        self.is_plugged = True
        self.reboot()

    def reboot(self) -> None:
        """Let it start anew with its port open."""
        self._forget()
        self._power_up(is_cold=True)

    def ring(self, number: str, *, rings: int = 3, kind: int = 145, validity: int = 0) -> None:
        """Let somebody call and give up after some rings."""
        for count in range(rings):
            self._after(count * RING_S, lambda: self._ring_once(number, kind, validity))
        self._after(rings * RING_S, lambda: self.say("NO CARRIER"))

    def poke(self) -> None:
        """Let it look what the network has for it."""
        self._after(0, self._fetch_from_network)

    def chat(self) -> None:
        """Let it say what it likes to say by itself."""
        for line in self.maker.chatter:
            self.say(line)

    def say(self, line: str) -> None:
        """Put a line out."""
        self._output += b"\r\n" + line.encode("latin-1") + b"\r\n"

    def say_raw(self, octets: bytes) -> None:
        """Put any octets out."""
        self._output += octets

    # What its commands do

    def begin_submission(self, length: int) -> None:
        """``AT+CMGS`` was given: the prompt, unless something is wrong."""
        self._fault = self.faults.take()
        if self._fault == "no-prompt":
            self._silent_until = self._monotonic() + 15
        elif self._fault == "refused-before":
            self.interpreter.fail("cms", 302)
        elif self._fault == "unplug-at-prompt":
            self.unplug()
        elif self._fault == "reboot-at-prompt":
            self.reboot()
        else:
            self._prompt_length = length
            self._input = bytearray()
            self._output += self.maker.prompt

    def after(self, seconds: float, act: Callable[[], None]) -> None:
        """Do something later."""
        self._after(seconds, act)

    def _at_prompt(self, octet: int) -> None:
        assert self._prompt_length is not None
        if octet == ESC:
            self._prompt_length, self._input = None, bytearray()
            self.interpreter.succeed()
        elif octet == CTRL_Z and self._fault != "ctrl-z-garbled":
            length, typed = self._prompt_length, bytes(self._input)
            self._prompt_length, self._input = None, bytearray()
            if self._fault == "pdu-garbled":
                typed = typed[:20] + b"\xff" + typed[21:]
            self.typed.append(typed)
            self._submit(length, typed)
        else:
            self._input.append(octet)

    def _submit(self, length: int, typed: bytes) -> None:
        fault, self._fault = self._fault, None
        try:
            pdu = bytes.fromhex(typed.decode("ascii"))
            submitted = read_submit(pdu, length)
        except (ValueError, PduError):
            self.interpreter.fail("cms", 304)
            return
        if not self.network.is_covered:
            self.interpreter.fail("cms", 331)
            return
        refusals = {"refused-no-network": 38, "refused-no-sim": 310, "refused-bad-pdu": 305}
        if fault in refusals:
            self._after(self._submit_s, lambda: self.interpreter.fail("cms", refusals[fault]))
            return
        self._after(self._submit_s, lambda: self._to_network(submitted, pdu, fault))

    def _to_network(self, submitted: Submitted, pdu: bytes, fault: SendFault | None) -> None:
        if fault in ("unplug-before-accepted", "reboot-before-accepted"):
            self._break(fault)
            return
        if fault is not None and fault.endswith("-lost") and fault not in ("reference-lost", "ok-lost"):
            self._answer(None, fault)
            return
        reference = self.sim.next_reference()
        if fault != "silent-failed":
            self.network.take(submitted, reference, pdu)
            self.after(self._report_s, self._fetch_from_network)
        if fault in ("unplug-after-accepted", "reboot-after-accepted"):
            self._break(fault)
            return
        self._answer(reference, fault)

    def _answer(self, reference: int | None, fault: SendFault | None) -> None:
        if fault is not None and fault.startswith("silent"):
            return
        if fault is not None and fault.startswith("cms-"):
            self.interpreter.fail("cms", int(fault.split("-")[1]))
        elif fault is not None and fault.startswith("error"):
            self.interpreter.fail("plain", None)
        elif fault == "late-accepted":
            self._after(LATE_S, lambda: self._accepted(reference, None))
        else:
            self._accepted(reference, fault)

    def _accepted(self, reference: int | None, fault: SendFault | None) -> None:
        if fault == "reference-garbled":
            self._output += b"\r\n+CMGS: \xff%d\r\n" % (reference or 0)
        elif fault != "reference-lost":
            self.say(f"+CMGS: {reference}")
        if fault != "ok-lost":
            self.interpreter.succeed()

    def _break(self, fault: SendFault) -> None:
        if fault.startswith("unplug"):
            self.unplug()
        else:
            self.reboot()

    def _fetch_from_network(self) -> None:
        """Take what the network has, as long as there is room; what does not fit waits outside."""
        if not (self.is_plugged and self.network.is_covered and self.interpreter.is_unlocked):
            return
        while self.network.waiting:
            index = self.slots.put(self.interpreter.receiving, self.network.waiting[0])
            if index is None:
                break
            self.network.waiting.popleft()
            if self.interpreter.routing[1] == 1:
                self.say(f'+CMTI: "{self.interpreter.receiving}",{index}')
        while self.network.reports and self._take_report(self.network.reports[0]):
            self.network.reports.popleft()

    def _take_report(self, pdu: bytes) -> bool:
        routing = self.interpreter.routing[2]
        if routing == 2:
            store = "SR" if "SR" in self.maker.stores else self.interpreter.receiving
            index = self.slots.put(store, pdu)
            if index is not None:
                self.say(f'+CDSI: "{store}",{index}')
            return index is not None
        if routing == 1:
            self.say(f"+CDS: {len(pdu) - 1}")
            self._output += self.slots.handed_out(pdu).hex().upper().encode() + b"\r\n"
        return True

    def _ring_once(self, number: str, kind: int, validity: int) -> None:
        self.say("RING")
        if self.interpreter.tells_caller:
            self.say(f'+CLIP: "{number}",{kind},"",,"",{validity}')

    def _power_up(self, *, is_cold: bool) -> None:
        self.interpreter = Interpreter(self)
        if not is_cold:
            self._after(0, self._fetch_from_network)
            return
        if not self.maker.keeps_reference:
            self.sim.last_reference = 255
        self._silent_until = self._monotonic() + self.maker.boot_s
        for line in self.maker.boot_lines:
            self._after(self.maker.boot_s, lambda line=line: self.say(line))  # type: ignore[misc]
        self._after(self.maker.boot_s + ATTACH_S, self._fetch_from_network)

    def _forget(self) -> None:
        self._due.clear()
        self._output, self._input = bytearray(), bytearray()
        self._prompt_length = self._fault = None
        self._silent_until = 0.0

    def _after(self, seconds: float, act: Callable[[], None]) -> None:
        heapq.heappush(self._due, (self._monotonic() + seconds, next(self._order), act))

    def _garbled(self, octets: bytes) -> bytes:
        if self.garble_output == 0 or not octets:
            return octets
        if self.garble_output > len(octets):
            self.garble_output -= len(octets)
            return octets
        place, self.garble_output = self.garble_output - 1, 0
        return octets[:place] + b"\xff" + octets[place + 1 :]
