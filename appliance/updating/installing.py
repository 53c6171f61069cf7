"""Writing a bundle to the other slot: every byte checked on its way and read back, the trial marked last of all."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from appliance.updating.bundle import BLOCK, Part, RefusedBundleError, UpdateList, read_list, unpacked
from appliance.updating.slots import Choice, Running, read_choice, write_choice

PARTITIONS = {"a": {"kernel": 2, "system": 5}, "b": {"kernel": 3, "system": 6}}
"""Numbers of the slots' partitions on the card (image-build/recipe/disk.py)."""


class BusyError(RuntimeError):
    """A call is going on; an update waits."""


def devices(card: str, slot: str) -> dict[str, Path]:
    """Give the partitions of a slot; `card` is such as ``/dev/mmcblk0p``."""
    return {name: Path(f"{card}{number}") for name, number in PARTITIONS[slot].items()}


def install(
    bundle: Path,
    keys: Sequence[bytes],
    *,
    model: str,
    number: int,
    now: Running,
    targets: Mapping[str, Path],
    folder: Path,
    is_busy: Callable[[], bool],
    tell: Callable[[int], None] = lambda _percent: None,
) -> UpdateList:
    """Write a bundle to the other slot's partitions and mark it for one trial.

    `tell` hears how many percent are written. Raises `RefusedBundleError`, `BusyError`, OSError.
    Until the last step nothing the box starts from has changed.
    """
    if now.is_on_trial:
        raise BusyError("an update is on trial; it is made good or taken back first")
    if is_busy():
        raise BusyError("a call is going on")
    choice = read_choice(folder) or Choice(now.slot)
    if choice.trial is not None:
        # A slot that is about to be overwritten must not be tried half-written.
        write_choice(Choice(now.slot), folder)
    with bundle.open("rb") as file:
        listed = read_list(file, keys, model=model, number=number)
        for part in listed.parts:
            if part.size > _size(targets[part.name]):
                raise RefusedBundleError("too-large", part.name)
        whole, written = sum(part.size for part in listed.parts), 0
        for part in listed.parts:
            with targets[part.name].open("r+b") as target:
                for block in unpacked(file, part):
                    target.write(block)
                    written += len(block)
                    tell(min(99, written * 100 // whole))
                target.flush()
                os.fsync(target.fileno())
        if file.read(1):
            raise RefusedBundleError("damaged", "bytes after the last part")
    for part in listed.parts:
        _read_back(targets[part.name], part)
    if is_busy():
        raise BusyError("a call began; the update is written and waits for the next try")
    write_choice(Choice(now.slot, now.other), folder)
    return listed


def _read_back(path: Path, part: Part) -> None:
    digest, left = hashlib.sha256(), part.size
    with path.open("rb") as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        while left and (block := file.read(min(BLOCK, left))):
            digest.update(block)
            left -= len(block)
    if left or digest.hexdigest() != part.sha256:
        raise OSError(f"{path} reads back differently: the card is failing")


def _size(path: Path) -> int:
    with path.open("rb") as file:
        return file.seek(0, os.SEEK_END)
