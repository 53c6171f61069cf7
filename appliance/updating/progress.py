"""What became of an update: written by the box's own service, read by the panel, which may not touch the slots.

The panel leaves a bundle and a request in the data folder; the service (`aminbox update serve`, as root) takes the
request, believes nothing of the bundle but its signature, and keeps the state in a folder that is its own.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec

from appliance.core.whole_files import write_whole
from appliance.updating.slots import Choice, Running, Slot

FOLDER = "update"
OFFERED = "offered.bundle"
REQUEST = "request"
STATE = Path("/data/system/update.json")
Phase = Literal["none", "writing", "ready", "trial", "good", "fell-back", "refused", "failed"]
Wish = Literal["install", "restart"]


class UpdateState(msgspec.Struct, frozen=True, kw_only=True):
    """How far an update is."""

    phase: Phase = "none"
    """``ready``: written and tried at the next start; ``trial``: running, watched; ``fell-back``: the box returned."""
    version: str = ""
    slot: Slot | None = None
    """Where it was written."""
    percent: int = 0
    reason: str = ""
    """Code of a refusal, or ``busy`` while a call holds it up."""
    detail: str = ""
    """In English, for the technical part of a notice."""


def update_folder(data_folder: str | Path) -> Path:
    """Give the folder of what is offered."""
    return Path(data_folder) / FOLDER


def read_state(path: Path = STATE) -> UpdateState:
    """Read the state; a missing or damaged file is an empty one."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=UpdateState)
    except (OSError, msgspec.DecodeError):
        return UpdateState()


def write_state(state: UpdateState, path: Path = STATE) -> None:
    """Keep the state whole or not at all, readable for the panel. Raises OSError."""
    write_whole(path, msgspec.json.encode(state), 0o644)


def state_at_start(before: UpdateState, now: Running, choice: Choice | None) -> UpdateState:
    """Judge, after a start, what became of the update that was written."""
    if before.phase not in ("ready", "trial", "writing"):
        return before
    if before.phase == "writing":
        return msgspec.structs.replace(before, phase="failed", reason="cut")
    if before.slot == now.slot:
        return msgspec.structs.replace(before, phase="trial" if now.is_on_trial else "good", reason="")
    if choice is not None and choice.trial == before.slot:
        return before
    return msgspec.structs.replace(before, phase="fell-back", reason="")


def ask(folder: Path, wish: Wish) -> None:
    """Leave a request for the service, which hears of the file. Raises OSError."""
    folder.mkdir(mode=0o770, parents=True, exist_ok=True)
    part = folder / f"{REQUEST}.part"
    part.write_text(wish, encoding="ascii")
    part.replace(folder / REQUEST)


def take_request(folder: Path) -> Wish | None:
    """Take the request; None when there is none that is understood."""
    path = folder / REQUEST
    try:
        with path.open("rb") as file:
            word = file.read(16).decode("ascii", "replace").strip()
        path.unlink()
    except OSError:
        return None
    return "install" if word == "install" else "restart" if word == "restart" else None
