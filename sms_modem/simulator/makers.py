"""Quirks of several makers' modems, as their manuals and users describe them; no device was measured."""

from __future__ import annotations

from typing import Literal

import msgspec


class Maker(msgspec.Struct, frozen=True, kw_only=True):
    """How one model behaves."""

    manufacturer: str
    model: str
    stores: dict[str, int]
    """Size of each store, in the order ``AT+CPMS=?`` names them."""
    first_index: int = 1
    """Place of the first message in a store."""
    routings: frozenset[tuple[int, int, int]]
    """The ``mode, mt, ds`` that ``AT+CNMI`` takes."""
    prompt: bytes = b"\r\n> "
    boot_lines: tuple[str, ...] = ()
    """What it says after power-up."""
    chatter: tuple[str, ...] = ()
    """What it says by itself now and then."""
    service_form: Literal["text", "packed", "utf16"] = "text"
    """How it wants service codes."""
    domains: tuple[str, ...] = ("+CREG", "+CGREG")
    keeps_reference: bool = True
    """The reference counter survives a loss of power."""
    omits_service_centre: bool = False
    """PDUs it hands out begin without the service centre."""
    refused: frozenset[str] = frozenset()
    """Commands it does not know."""
    boot_s: float = 2.0


MAKERS: dict[str, Maker] = {
    "sim800c": Maker(
        manufacturer="SIMCOM_Ltd",
        model="SIMCOM_SIM800C",
        stores={"SM": 30},
        routings=frozenset({(2, 1, 0), (2, 1, 1), (1, 1, 0), (1, 1, 1)}),
        boot_lines=("RDY", "+CFUN: 1", "+CPIN: READY", "Call Ready", "SMS Ready"),
        chatter=('*PSUTTZ: 2026,11,22,9,30,0,"+14",0', "DST: 0", "UNDER-VOLTAGE WARNNING"),
        refused=frozenset({"+CEREG"}),
    ),
    "e3531": Maker(
        manufacturer="huawei",
        model="E3531",
        stores={"ME": 100, "SM": 30, "SR": 20},
        first_index=0,
        routings=frozenset({(2, 1, 0), (2, 1, 1), (2, 1, 2), (1, 1, 0), (1, 1, 2)}),
        boot_lines=("^SYSSTART", "+CPIN: READY", "^SIMST:1"),
        chatter=("^RSSI:18", "^MODE:5,4", "^DSFLOWRPT:0000,0000,0000,0000,0000,0000,0000", "^RSSI:19"),
        service_form="packed",
    ),
    "ec25": Maker(
        manufacturer="Quectel",
        model="EC25",
        stores={"SM": 40, "ME": 127, "SR": 10},
        first_index=0,
        routings=frozenset({(2, 1, 0), (2, 1, 1), (2, 1, 2), (1, 1, 1)}),
        boot_lines=("RDY", "+CPIN: READY", "+QUSIM: 1", "+CFUN: 1", "+QIND: SMS DONE", "+QIND: PB DONE"),
        chatter=('+QIND: "csq",22,99', "+CTZV: +14"),
        domains=("+CREG", "+CGREG", "+CEREG"),
        refused=frozenset({"+CMMS"}),
    ),
    "sim7600": Maker(
        manufacturer="SIMCOM INCORPORATED",
        model="SIMCOM_SIM7600E-H",
        stores={"SM": 25, "ME": 23},
        first_index=0,
        routings=frozenset({(2, 1, 0), (2, 1, 1)}),
        prompt=b"\r\n>",
        boot_lines=("+CPIN: READY", "SMS DONE", "PB DONE"),
        chatter=("+STIN: 25",),
        domains=("+CREG", "+CGREG", "+CEREG"),
        service_form="utf16",
        keeps_reference=False,
        boot_s=5.0,
    ),
    "old": Maker(
        manufacturer="WAVECOM MODEM",
        model="MULTIBAND 900E 1800",
        stores={"SM": 15},
        routings=frozenset({(1, 1, 0), (1, 1, 1)}),
        boot_lines=("+WIND: 1", "+WIND: 7", "+WIND: 4"),
        chatter=("+WIND: 5,1",),
        domains=("+CREG",),
        omits_service_centre=True,
        refused=frozenset({"+CMMS", "+CUSD", "+CGREG", "+CEREG"}),
    ),
}
