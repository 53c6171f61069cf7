"""Where the browser of the browser tests is."""

from __future__ import annotations

import os
import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome")
INSTALL = "sudo apt-get install -y chromium"


def find_chromium() -> str | None:
    """Give the program's path: ``$AMINBOX_CHROMIUM``, or the first of the usual names; None when absent."""
    if named := os.environ.get("AMINBOX_CHROMIUM"):
        return shutil.which(named)
    return next((path for name in NAMES if (path := shutil.which(name))), None)
