"""The udev rules and the driver name the same makers."""

from __future__ import annotations

import re
from pathlib import Path

from sms_modem.drivers.serial_port import GSM_VENDORS

RULES = Path(__file__).parents[3] / "firmware_config" / "udev" / "60-aminbox-gsm-modem.rules"


def test_every_maker_the_driver_tries_is_kept_from_others() -> None:
    lines = [line for line in RULES.read_text().splitlines() if "idVendor" in line]
    vendors = {int(found[1], 16) for line in lines if (found := re.search(r'idVendor}=="(\w{4})"', line))}
    assert vendors == set(GSM_VENDORS)
    assert all('ID_MM_DEVICE_IGNORE}="1"' in line and 'MODE="0660"' in line for line in lines)
