"""Files of the data folder whose change tells whoever runs the roles to do something they may not do themselves."""

from __future__ import annotations

from pathlib import Path

RESTORED = "restored"
"""Other records are in force: every role starts anew."""


def restored_bell(data_folder: str | Path) -> Path:
    """Give the file that is written when records were restored."""
    return Path(data_folder) / RESTORED
