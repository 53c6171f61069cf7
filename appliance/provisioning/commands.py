"""``aminbox provision`` and ``aminbox first-owner``: the box's own first steps, run by their units."""

from __future__ import annotations

import contextlib
import grp
from pathlib import Path

import click

from appliance.core.command import EXIT_IO, CommandError, with_config
from appliance.core.config import Config

ROOT = click.Path(file_okay=False, path_type=Path)


@click.command()
@click.option("--root", type=ROOT, default=Path("/"), help="Work below another folder than /.")
def provision(root: Path) -> None:
    """Take over the installer's file from the card's first partition; mistakes are reported, never fatal.

    Example: aminbox provision
    """
    from appliance.core.boot_partition import overwrite_in_place, writable
    from appliance.provisioning.applying import Places
    from appliance.provisioning.applying import provision as take_over

    def rewrite(path: Path, data: bytes) -> None:
        with writable(path.parent):
            overwrite_in_place(path, data)

    group = -1
    with contextlib.suppress(KeyError):
        group = grp.getgrnam("aminbox").gr_gid if root == Path("/") else -1
    try:
        report = take_over(Places(root), rewrite=rewrite, group=group)
    except OSError as error:
        raise CommandError(f"the installer's file was not taken over: {error}", EXIT_IO) from None
    for problem in report.problems:
        click.echo(f"aminbox.toml: {problem.technical}", err=True)
    click.echo(report.address)


@click.command("first-owner")
@click.option(
    "--handed-over", type=click.Path(dir_okay=False, path_type=Path), required=True, help="File of the owner."
)
@click.option(
    "--code-file", type=click.Path(dir_okay=False, path_type=Path), required=True, help="File of the code."
)
@with_config
def first_owner(config: Config, handed_over: Path, code_file: Path) -> None:
    """Enter the first owner of a new box; the code for the first sign-in stands in a file that the screen shows.

    Example: aminbox first-owner --handed-over first-owner.json --code-file first-code
    """
    from appliance.core.errors import InvalidInputError
    from appliance.core.whole_files import write_whole
    from appliance.provisioning.owner import enter_owner, is_code_used, read_owner
    from db import DatabaseError, connect
    from db.connection import DatabaseUnusableError

    owner = read_owner(handed_over)
    try:
        conn = connect(config.data.database)
        try:
            code = enter_owner(conn, owner)
            shown = _shown(code_file)
            is_over = code is None and shown is not None and is_code_used(conn, shown)
        finally:
            conn.close()
        handed_over.unlink(missing_ok=True)
        if is_over:
            code_file.unlink(missing_ok=True)
        if code:
            write_whole(code_file, f"{owner.username}\n{code}\n".encode(), 0o600)
    except (DatabaseUnusableError, DatabaseError, InvalidInputError, OSError) as error:
        raise CommandError(f"the first owner was not entered: {error}", EXIT_IO) from None


def _shown(code_file: Path) -> str | None:
    """Give the name the code on the screen belongs to."""
    try:
        return code_file.read_text(encoding="utf-8").splitlines()[0]
    except (OSError, IndexError):
        return None
