"""The service's side of an update from the panel: take the request, write the other slot, keep the state."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from appliance.updating.bundle import RefusedBundleError
from appliance.updating.installing import BusyError, devices, install
from appliance.updating.progress import (
    OFFERED,
    STATE,
    UpdateState,
    read_state,
    state_at_start,
    take_request,
    write_state,
)
from appliance.updating.release import Release
from appliance.updating.slots import Running, read_choice

log = logging.getLogger("update")


@dataclass(frozen=True)
class Box:
    """What the service may touch; a test gives other places."""

    release: Release
    now: Running
    keys: Sequence[bytes]
    card: str
    """Path of the card's partitions without their number."""
    front: Path
    """Folder of the first partition."""
    folder: Path
    """Where the panel leaves what it offers."""
    is_busy: Callable[[], bool]
    restart: Callable[[], object]
    state: Path = field(default=STATE)


def serve(box: Box) -> UpdateState:
    """Judge what became of the last update, then do what the panel asked for; give the state. Raises OSError."""
    state = state_at_start(read_state(box.state), box.now, read_choice(box.front))
    wish = take_request(box.folder)
    if wish == "install":
        state = _install(box)
    elif wish == "restart" and state.phase == "ready":
        state = msgspec.structs.replace(state, reason="busy" if box.is_busy() else "")
        write_state(state, box.state)
        if not state.reason:
            box.restart()
        return state
    write_state(state, box.state)
    return state


def _install(box: Box) -> UpdateState:
    bundle = box.folder / OFFERED
    writing = UpdateState(phase="writing", slot=box.now.other)
    write_state(writing, box.state)
    told = [0]

    def tell(percent: int) -> None:
        if percent > told[0]:
            told[0] = percent
            write_state(msgspec.structs.replace(writing, percent=percent), box.state)

    try:
        listed = install(
            bundle,
            box.keys,
            model=box.release.model,
            number=box.release.number,
            now=box.now,
            targets=devices(box.card, box.now.other),
            folder=box.front,
            is_busy=box.is_busy,
            tell=tell,
        )
    except RefusedBundleError as error:
        return UpdateState(phase="refused", reason=error.reason, detail=str(error))
    except BusyError as error:
        return UpdateState(phase="refused", reason="busy", detail=str(error))
    except OSError as error:
        return UpdateState(phase="failed", reason="unwritable", detail=str(error))
    bundle.unlink(missing_ok=True)
    log.info("happening=update-written version=%s slot=%s", listed.version, box.now.other)
    return UpdateState(phase="ready", version=listed.version, slot=box.now.other, percent=100)
