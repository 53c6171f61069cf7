"""The one-time code as people type it from a screen: in capitals, with spaces, with Persian digits."""

from __future__ import annotations

import re

from appliance.provisioning.owner import CODE_GROUPS, GROUP_LENGTH, LETTERS
from db.text import ascii_digits

_CODE = re.compile(f"[{LETTERS}]{{{CODE_GROUPS * GROUP_LENGTH}}}")


def spelled(typed: str) -> str:
    """Give a code as it was made; what cannot be one stays as typed, because the installer may have set a password."""
    plain = re.sub(r"[\s\-–—‌]", "", ascii_digits(typed)).lower()
    if not _CODE.fullmatch(plain):
        return typed
    return "-".join(plain[place : place + GROUP_LENGTH] for place in range(0, len(plain), GROUP_LENGTH))
