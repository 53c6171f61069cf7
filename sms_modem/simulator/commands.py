"""The commands the simulated modem knows (3GPP TS 27.005 and TS 27.007, ITU-T V.250)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from appliance.core import surrogates
from sms_modem.at.codes import Family
from sms_modem.at.notices import split_parameters
from sms_modem.at.service_codes import encode_code

if TYPE_CHECKING:
    from sms_modem.simulator.modem import SimulatedModem

SERVICE_S = 0.5
"""After so long the network answers a service code."""
NO_SIM_PIN = 11
NEEDS_PUK = 12
WRONG_PIN = 16
INVALID_INDEX = 321
NOT_SUPPORTED = 303
_COMMAND = re.compile(r"(\+[A-Z]+|&F|[A-Z])(=\?|\?|=(.*)|(\d*))?", re.DOTALL)
_REGISTERED, _SEARCHING = 1, 2
_UCS2_SCHEME = 72


class Interpreter:
    """Settings that a loss of power resets, and what each command does."""

    def __init__(self, modem: SimulatedModem) -> None:
        self._modem = modem
        self.echoes = True
        self.tells_caller = False
        self.routing = (0, 0, 0)
        self.receiving = next(iter(modem.maker.stores))
        self.reading = self.receiving
        self._errors = 0
        self._is_pdu_mode = False
        self._is_unlocked = not modem.sim.pin

    @property
    def is_unlocked(self) -> bool:
        """Whether the SIM is ready."""
        return self._is_unlocked

    def obey(self, line: bytes) -> None:
        """Do one command line; what does not begin with AT is not for the modem."""
        text = line.decode("latin-1")
        start = text.upper().find("AT")
        if start < 0:
            return
        match = _COMMAND.fullmatch(text[start + 2 :].strip() or "Z")
        if match is None:
            self.fail("plain", None)
            return
        name, form = match[1].upper(), match[2] or ""
        act = getattr(self, f"_do_{name.strip('+&').lower()}", None)
        if act is None or name in self._modem.maker.refused:
            self.fail("plain", None)
        elif name in _NEEDS_SIM and not self._is_unlocked:
            self.fail("cme", NEEDS_PUK if self._modem.sim.tries_left == 0 else NO_SIM_PIN)
        else:
            act(form, match[3] or match[4] or "")

    def succeed(self, *lines: str) -> None:
        """Answer with lines and OK."""
        for line in lines:
            self._modem.say(line)
        self._modem.say("OK")

    def fail(self, family: Family, code: int | None) -> None:
        """Answer with an error, as far as errors were asked for."""
        if family == "plain" or (family == "cme" and self._errors == 0):
            self._modem.say("ERROR")
        else:
            self._modem.say(f"+{family.upper()} ERROR: {code}")

    def _do_z(self, form: str, value: str) -> None:
        self.succeed()

    _do_f = _do_csms = _do_crc = _do_cmms = _do_h = _do_z

    def _do_cscs(self, form: str, value: str) -> None:
        answers = {"?": '+CSCS: "GSM"', "=?": '+CSCS: ("GSM","IRA","UCS2")'}
        self.succeed(*filter(None, [answers.get(form)]))

    def _do_e(self, form: str, value: str) -> None:
        self.echoes = value != "0"
        self.succeed()

    def _do_cmee(self, form: str, value: str) -> None:
        self._errors = int(value) if value.isdigit() else 0
        self.succeed()

    def _do_cgmi(self, form: str, value: str) -> None:
        self.succeed(self._modem.maker.manufacturer)

    def _do_cgmm(self, form: str, value: str) -> None:
        self.succeed(self._modem.maker.model)

    def _do_cgsn(self, form: str, value: str) -> None:
        self.succeed("860000000000001")

    def _do_cimi(self, form: str, value: str) -> None:
        self.succeed(self._modem.sim.imsi)

    def _do_cpin(self, form: str, value: str) -> None:
        sim = self._modem.sim
        if form == "?":
            state = "READY" if self._is_unlocked else "SIM PIN" if sim.tries_left else "SIM PUK"
            self.succeed(f"+CPIN: {state}")
            return
        pin = value.strip('"')
        sim.tried.append(pin)
        if sim.tries_left == 0:
            self.fail("cme", NEEDS_PUK)
        elif pin == sim.pin:
            sim.tries_left = 3
            self._is_unlocked = True
            self.succeed()
            self._modem.poke()
        else:
            sim.tries_left -= 1
            self.fail("cme", WRONG_PIN)

    def _do_cmgf(self, form: str, value: str) -> None:
        self._is_pdu_mode = value == "0"
        self.succeed()

    def _do_cpms(self, form: str, value: str) -> None:
        stores = self._modem.maker.stores
        if form == "=?":
            names = ",".join(f'"{name}"' for name in stores)
            kept = ",".join(f'"{name}"' for name in stores if name != "SR")
            self.succeed(f"+CPMS: ({names}),({kept}),({kept})")
            return
        names_given = split_parameters(value)
        if form == "?":
            names_given = (self.reading, self.receiving, self.receiving)
        elif not all(name in stores for name in names_given):
            self.fail("cms", 302)
            return
        else:
            self.reading = names_given[0]
            self.receiving = names_given[2] if len(names_given) > 2 else self.receiving
        used = [
            f"{len(self._modem.slots.of(name))},{stores[name]}"
            for name in (self.reading, self.receiving, self.receiving)
        ]
        self.succeed("+CPMS: " + ",".join(used))

    def _do_cnmi(self, form: str, value: str) -> None:
        if form == "?":
            mode, store, report = self.routing
            self.succeed(f"+CNMI: {mode},{store},0,{report},0")
            return
        numbers = [int(part) if part.isdigit() else 0 for part in split_parameters(value)] + [0] * 5
        wanted = (numbers[0], numbers[1], numbers[3])
        is_known = wanted in self._modem.maker.routings or wanted[1:] == (0, 0)
        if form != "=?" and not is_known:
            self.fail("cms", NOT_SUPPORTED)
            return
        self.routing = wanted
        self.succeed()
        self._modem.poke()

    def _do_clip(self, form: str, value: str) -> None:
        self.tells_caller = value.startswith("1")
        self.succeed()

    def _do_creg(self, form: str, value: str) -> None:
        self._registration("+CREG", form)

    def _do_cgreg(self, form: str, value: str) -> None:
        self._registration("+CGREG", form)

    def _do_cereg(self, form: str, value: str) -> None:
        self._registration("+CEREG", form)

    def _registration(self, name: str, form: str) -> None:
        state = _REGISTERED if self._modem.network.is_covered else _SEARCHING
        if form == "?":
            self.succeed(f"{name}: 1,{state}")
        else:
            self.succeed()

    def _do_cops(self, form: str, value: str) -> None:
        network = self._modem.network
        self.succeed(*([f'+COPS: 0,0,"{network.operator}"'] if form == "?" else []))

    def _do_csq(self, form: str, value: str) -> None:
        network = self._modem.network
        self.succeed(f"+CSQ: {network.signal if network.is_covered else 99},0")

    def _do_csca(self, form: str, value: str) -> None:
        self.succeed(*(['+CSCA: "+989110001100",145'] if form == "?" else []))

    def _do_cfun(self, form: str, value: str) -> None:
        self.succeed(*(["+CFUN: 1"] if form == "?" else []))
        if value.startswith("1,1"):
            self._modem.reboot()

    def _do_cmgs(self, form: str, value: str) -> None:
        if self._is_pdu_mode and value.isdigit():
            self._modem.begin_submission(int(value))
        else:
            self.fail("cms", 302)

    def _do_cmgl(self, form: str, value: str) -> None:
        if value != "4":
            self.fail("cms", 302)
            return
        lines = []
        for index, pdu in sorted(self._modem.slots.of(self.reading).items()):
            lines.append(f"+CMGL: {index},1,,{len(pdu) - 1 - pdu[0]}\r\n{self._hex(pdu)}")
        self.succeed(*lines)

    def _do_cmgr(self, form: str, value: str) -> None:
        pdu = self._modem.slots.of(self.reading).get(int(value) if value.isdigit() else -1)
        if pdu is None:
            self.fail("cms", INVALID_INDEX)
        else:
            self.succeed(f"+CMGR: 1,,{len(pdu) - 1 - pdu[0]}\r\n{self._hex(pdu)}")

    def _do_cmgd(self, form: str, value: str) -> None:
        parts = split_parameters(value)
        if not parts[0].isdigit() or parts[1:] not in ((), ("0",)):
            self.fail("cms", 302)
            return
        self._modem.slots.of(self.reading).pop(int(parts[0]), None)
        self.succeed()
        self._modem.poke()

    def _do_cusd(self, form: str, value: str) -> None:
        parts = split_parameters(value)
        if parts and parts[0] == "2":
            self.succeed()
            return
        wanted = {
            encode_code(code, self._modem.maker.service_form): answer
            for code, answer in self._modem.network.answers.items()
        }
        asked = parts[1] if len(parts) > 1 else ""
        if self._modem.maker.service_form != "text" and not re.fullmatch("[0-9A-F]+", asked):
            self.fail("plain", None)
            return
        self.succeed()
        answer = wanted.get(asked)
        if answer is None:
            self._modem.after(SERVICE_S, lambda: self._modem.say("+CUSD: 4"))
        elif answer:
            self._modem.after(SERVICE_S, lambda: self._say_answer(answer))

    def _say_answer(self, answer: str) -> None:
        if answer.isascii() and self._modem.maker.service_form != "packed":
            self._modem.say(f'+CUSD: 0,"{answer}",15')
        elif answer.isascii():
            self._modem.say(f'+CUSD: 0,"{encode_code(answer, "packed")}",15')
        else:
            self._modem.say(f'+CUSD: 0,"{surrogates.to_utf16(answer).hex().upper()}",{_UCS2_SCHEME}')

    def _hex(self, pdu: bytes) -> str:
        return self._modem.slots.handed_out(pdu).hex().upper()


_NEEDS_SIM = frozenset(
    {"+CIMI", "+CPMS", "+CNMI", "+CMGS", "+CMGL", "+CMGR", "+CMGD", "+CUSD", "+COPS", "+CMGF"}
)
