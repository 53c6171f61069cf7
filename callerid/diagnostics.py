"""What the doctor and the check know of telephone lines."""

from __future__ import annotations

from appliance.core.config import Config
from appliance.core.exchange_client import ExchangeError, ask
from appliance.diagnostics import Finding, Problem
from callerid.drivers import DriverError, driver_names, find_driver
from callerid.drivers.alsa_report import find_clashes, report_sound
from callerid.drivers.sip.findings import sip_findings
from callerid.drivers.voicemodem.ports import FoundModem, find_modems


def check(config: Config) -> list[Problem]:
    """Give the lines whose driver or options are wrong."""
    problems = []
    for line in config.lines:
        try:
            find_driver(line.driver)(line, config.data.runtime_folder)
        except (DriverError, ValueError) as error:
            problems.append(Problem(f"line {line.number}: {error}", "correct its [[lines]] section"))
    return problems + find_clashes(config.lines)


def report(config: Config) -> list[Finding]:
    """Give the drivers, the configured lines and whether the simulated exchange answers."""
    found = [Finding("drivers", ", ".join(driver_names()))]
    found += [
        Finding(f"line {line.number}", f"driver {line.driver}, area code {config.area_code_of(line.number)}")
        for line in config.lines
    ]
    found += sip_findings(config)
    found += [_finding(modem) for modem in find_modems()]
    found += report_sound(config.lines)
    if any(line.driver == "sim" for line in config.lines):
        try:
            busy = ask(config.data.runtime_folder, do="state")["busy"]
            found.append(
                Finding("exchange", f"answers; busy lines: {[n for n, is_busy in busy.items() if is_busy]}")
            )
        except ExchangeError as error:
            found.append(Finding("exchange", str(error), False))
    return found


def _finding(modem: FoundModem) -> Finding:
    kind = "a voice modem's vendor" if modem.is_known else "perhaps a modem"
    return Finding(f"serial port {modem.device}", f"{modem.description}, {kind}; options: {modem.option}")
