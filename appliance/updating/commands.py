"""``aminbox update``: put an update into the other slot, watch a trial, make one for others."""

from __future__ import annotations

import base64
import time
from pathlib import Path

import click
import msgspec

from appliance.core.command import EXIT_IO, CommandError, with_config
from appliance.core.config import Config

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
RELEASE = Path("/usr/share/aminbox/release.json")
CARD = Path("/etc/aminbox-card")
COMMAND_LINE = Path("/proc/cmdline")


class Release(msgspec.Struct, frozen=True):
    """What this system is; written when the image is built."""

    model: str
    number: int


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
    try:
        return msgspec.json.decode(RELEASE.read_bytes(), type=Release)
    except (OSError, msgspec.DecodeError):
        raise CommandError("this is no installed box: it has no slots to update") from None


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        return ""
