"""What the doctor is told of SIP lines: the signalling libraries, and whether each line is registered."""

from __future__ import annotations

from appliance.core.config import Config
from appliance.diagnostics import Finding
from callerid.drivers.sip.backends import LIBRARIES, importable
from callerid.drivers.sip.driver import registered_for_s

DRIVER = "sip"


def sip_findings(config: Config) -> list[Finding]:
    """Give one finding for the libraries, and one for each SIP line that is to be registered."""
    lines = [line for line in config.lines if line.driver == DRIVER]
    there = importable()
    missing = [library for library in LIBRARIES if library not in there]
    words = f"{', '.join(there) or 'none'} can be imported; not there: {', '.join(missing) or 'none'}"
    found = [Finding("SIP signalling", words, bool(there) or not lines)]
    for line in lines:
        registrar = line.options.get("registrar")
        if registrar:
            left = registered_for_s(config.data.runtime_folder, line.number)
            words = (
                f"not registered at {registrar}"
                if left is None
                else f"registered at {registrar}, {left:.0f} s left"
            )
            found.append(Finding(f"line {line.number}", words, left is not None))
    return found
