"""``aminbox update``: put an update into the other slot, watch a trial, make one for others."""

from __future__ import annotations

import base64
import contextlib
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from appliance.core.command import EXIT_IO, CommandError, with_config
from appliance.core.config import Config
from appliance.updating.release import Release, read_release

if TYPE_CHECKING:
    from appliance.updating.progress import Phase
    from appliance.updating.slots import Running

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
CARD = Path("/etc/aminbox-card")
COMMAND_LINE = Path("/proc/cmdline")


@click.group()
def update() -> None:
    """Install, try, and make updates of the box.

    Example: aminbox update status
    """


@update.command()
def status() -> None:
    """Print which slot runs, whether it is on trial, and what starts next.

    Example: aminbox update status
    """
    from appliance.updating.slots import read_choice, running

    now = running(_read(COMMAND_LINE))
    choice = read_choice()
    click.echo(f"slot {now.slot}, {'on trial' if now.is_on_trial else 'good'}")
    click.echo(
        f"next: {choice.trial or choice.good}" if choice else "next: the choice of slots cannot be read"
    )


@update.command()
@click.argument("bundle", type=FILE)
@with_config
def install(config: Config, bundle: Path) -> None:
    """Write a signed update to the other slot, to be tried at the next start. Refused during a call.

    Example: aminbox update install aminbox-2.bundle
    """
    from appliance.core.boot_partition import FOLDER
    from appliance.updating.bundle import RefusedBundleError
    from appliance.updating.installing import BusyError, devices
    from appliance.updating.installing import install as write
    from appliance.updating.signatures import read_keys
    from appliance.updating.slots import running
    from db import connect
    from db.queries.calls import list_open_calls

    release = _release()
    now = running(_read(COMMAND_LINE))
    conn = connect(config.data.database, read_only=True)
    try:
        listed = write(
            bundle,
            read_keys(),
            model=release.model,
            number=release.number,
            now=now,
            targets=devices(_read(CARD).strip(), now.other),
            folder=FOLDER,
            is_busy=lambda: bool(list_open_calls(conn)),
        )
    except (RefusedBundleError, BusyError) as error:
        raise CommandError(str(error)) from None
    except OSError as error:
        raise CommandError(f"the update was not written: {error}", EXIT_IO) from None
    finally:
        conn.close()
    click.echo(f"{listed.version} is in slot {now.other}; it is tried at the next start")


@update.command()
@with_config
def serve(config: Config) -> None:
    """Judge what became of the last update and do what the panel asked for; run by its unit, as root.

    Example: aminbox update serve
    """
    import subprocess

    from appliance.core.boot_partition import FOLDER
    from appliance.updating.progress import update_folder
    from appliance.updating.serving import Box
    from appliance.updating.serving import serve as do
    from appliance.updating.signatures import read_keys
    from appliance.updating.slots import running
    from db import connect
    from db.queries.calls import list_open_calls

    def is_busy() -> bool:
        conn = connect(config.data.database, read_only=True)
        try:
            return bool(list_open_calls(conn))
        finally:
            conn.close()

    box = Box(
        release=_release(),
        now=running(_read(COMMAND_LINE)),
        keys=read_keys(),
        card=_read(CARD).strip(),
        front=FOLDER,
        folder=update_folder(config.data.folder),
        is_busy=is_busy,
        restart=lambda: subprocess.run(["systemctl", "--no-block", "reboot"], check=True),
    )
    try:
        state = do(box)
    except OSError as error:
        raise CommandError(f"the state of the update cannot be kept: {error}", EXIT_IO) from None
    click.echo(f"{state.phase} {state.version} {state.reason}".strip())


@update.command()
@with_config
def watch(config: Config) -> None:
    """Watch a slot on trial: make it good when its roles stay healthy, restart into the good one otherwise.

    Example: aminbox update watch
    """
    import subprocess

    from appliance.updating.slots import commit, running
    from appliance.updating.watching import roles_are_healthy
    from appliance.updating.watching import watch as look

    now = running(_read(COMMAND_LINE))
    if not now.is_on_trial:
        click.echo("no trial")
        return
    verdict = look(lambda: roles_are_healthy(config.panel.port), time.monotonic, time.sleep)
    if verdict == "good":
        try:
            commit(now)
        except OSError as error:
            raise CommandError(f"the trial was healthy but cannot be made good: {error}", EXIT_IO) from None
        _keep(now, "good")
        click.echo(f"slot {now.slot} is good")
        return
    click.echo(f"slot {now.slot} did not become healthy: back to the good one", err=True)
    subprocess.run(["systemctl", "reboot"], check=True)


@update.command()
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--kernel", type=FILE, required=True, help="Image of the kernel's partition.")
@click.option("--system", type=FILE, required=True, help="Image of the system's partition.")
@click.option("--key", type=FILE, required=True, help="The maker's private key (base64).")
@click.option("--release", "release_file", type=FILE, required=True, help="release.json of the image.")
@click.option("--version", "version", required=True, help="Version for people.")
def pack(target: Path, kernel: Path, system: Path, key: Path, release_file: Path, version: str) -> None:
    """Make a signed update of an image's parts.

    Example: aminbox update pack two.bundle --kernel kernel.fat --system system.squashfs --key maker.key
    --release release.json --version 2.0
    """
    from appliance.updating.bundle import PRODUCT, Part, UpdateList, write_bundle

    release = msgspec.json.decode(release_file.read_bytes(), type=Release)
    blank = "0" * 64
    listed = UpdateList(
        product=PRODUCT,
        model=release.model,
        version=version,
        number=release.number,
        parts=[Part("kernel", 1, 1, blank), Part("system", 1, 1, blank)],
    )
    private = base64.b64decode(key.read_text(encoding="ascii").strip(), validate=True)
    whole = write_bundle(target, listed, [kernel, system], private)
    click.echo(f"{target}: {whole.version}, number {whole.number}, {target.stat().st_size >> 20} MiB")


@update.command("make-key")
@click.argument("name", type=click.Path(dir_okay=False, path_type=Path))
def make_key(name: Path) -> None:
    """Make a maker's key: NAME.key is secret and signs, NAME.pub goes into the image.

    Example: aminbox update make-key maker
    """
    import os

    from appliance.updating.signatures import make_pair

    private, public = make_pair()
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    for path, data, mode in (
        (name.with_suffix(".key"), private, 0o600),
        (name.with_suffix(".pub"), public, 0o644),
    ):
        with os.fdopen(os.open(path, flags, mode), "w", encoding="ascii") as file:
            file.write(base64.b64encode(data).decode() + "\n")
        click.echo(str(path))


def _release() -> Release:
    release = read_release()
    if release is None:
        raise CommandError("this is no installed box: it has no slots to update")
    return release


def _keep(now: Running, phase: Phase) -> None:
    """Let the panel know what became of the trial; a state that cannot be written must not stop the verdict."""
    from appliance.updating.progress import read_state, write_state

    state = read_state()
    if state.slot == now.slot:
        with contextlib.suppress(OSError):
            write_state(msgspec.structs.replace(state, phase=phase))


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        return ""
