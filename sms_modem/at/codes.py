"""What a modem's error says of a segment: certainly not sent, or nobody knows (3GPP TS 27.005, clause 3.2.5).

Before Ctrl-Z every error means *not sent*. After it only the codes below do; an error of any other number – 500,
"unknown error", above all – was seen with messages that had arrived.
"""

from __future__ import annotations

from typing import Literal

import msgspec

Family = Literal["cms", "cme", "plain"]


class Meaning(msgspec.Struct, frozen=True):
    """What follows from an error that is certain."""

    code: str
    """Short name, a key of the route's explanations."""
    is_permanent: bool = False
    """Another attempt at this message cannot help."""
    is_route: bool = False
    """The fault is the modem's, SIM's or network's: other messages would fail as well."""


_REFUSED = Meaning("refused")
_NUMBER = Meaning("wrong-number", is_permanent=True)
_BARRED = Meaning("barred", is_route=True)
_NO_NETWORK = Meaning("no-network", is_route=True)
_NO_SIM = Meaning("no-sim", is_route=True)
_PIN = Meaning("pin-needed", is_route=True)
_BUSY = Meaning("sim-busy", is_route=True)
_MEMORY = Meaning("memory", is_route=True)
_CENTRE = Meaning("no-service-centre", is_route=True)
_PDU = Meaning("pdu-refused")

_CMS: dict[int, Meaning] = {
    # Answers of the network to the submission itself (RP causes, TS 24.011 table 8.4)
    1: _NUMBER,
    8: _BARRED,
    10: _BARRED,
    28: _NUMBER,
    30: _NUMBER,
    38: _NO_NETWORK,
    42: _REFUSED,
    50: _BARRED,
    69: _BARRED,
    # Answers of the service centre (TP-FCS, TS 23.040 9.2.3.22)
    192: _REFUSED,
    193: _BARRED,
    194: _REFUSED,
    195: _NUMBER,
    196: _NUMBER,
    # The modem's own
    304: _PDU,
    305: _PDU,
    310: _NO_SIM,
    311: _PIN,
    312: _PIN,
    313: _NO_SIM,
    314: _BUSY,
    316: _PIN,
    317: _PIN,
    318: _PIN,
    320: _MEMORY,
    322: _MEMORY,
    330: _CENTRE,
    331: _NO_NETWORK,
    332: _NO_NETWORK,
}
_CME: dict[int, Meaning] = {
    5: _PIN,
    10: _NO_SIM,
    11: _PIN,
    12: _PIN,
    13: _NO_SIM,
    14: _BUSY,
    17: _PIN,
    18: _PIN,
    30: _NO_NETWORK,
}
WRONG_PIN = 16
"""CME: incorrect password."""
SIM_BUSY = 14
SIM_NEEDS_PUK = 12
NO_SIM = 10
_FAMILIES = {"cms": _CMS, "cme": _CME}
CERTAIN_AFTER_CTRL_Z = frozenset(
    {("cms", code) for code in (1, 8, 10, 28, 30, 38, 42, 50, 69, 192, 193, 194, 195, 196)}
    | {("cms", code) for code in (304, 305, 310, 311, 312, 313, 330, 331, 332)}
    | {("cme", code) for code in (10, 11, 14)}
)
"""Errors that mean *not sent* even when they come after Ctrl-Z."""


def meaning_of(family: Family, code: int | None) -> Meaning:
    """Give what an error means for a segment that was certainly not sent."""
    if code is None:
        return _REFUSED
    return _FAMILIES.get(family, {}).get(code, _REFUSED)


def is_certain(family: Family, code: int | None) -> bool:
    """Say whether an error after Ctrl-Z means that nothing was sent."""
    return (family, code) in CERTAIN_AFTER_CTRL_Z


def name_of(family: Family, code: int | None) -> str:
    """Give an error's short name for logs and outcomes: ``cms-500``, ``cme-10``, ``error``."""
    return "error" if code is None else f"{family}-{code}"
