"""The commands that belong to no single daemon: check, doctor, events, migrate, user."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from appliance.core.command import EXIT_IO, CommandError, usable_config, with_config
from appliance.core.config import Config

if TYPE_CHECKING:
    from db import Connection


@click.command()
@click.option(
    "--config", "config_file", type=click.Path(dir_okay=False, path_type=Path), help="Configuration file."
)
def check(config_file: Path | None) -> None:
    """Print every problem of the configuration with its remedy; exit status 0 only when there is none.

    Example: aminbox check --config /etc/aminbox/aminbox.toml
    """
    from appliance.diagnostics import check_all

    config, path = usable_config(config_file)
    problems = check_all(config)
    if problems:
        raise CommandError("\n".join(str(problem) for problem in problems), problems[0].exit_code)
    click.echo(f"{path}: no problem found")


@click.command()
@with_config
def doctor(config: Config) -> None:
    """Print versions, devices, permissions, disk, database and who listens on the bus.

    Example: aminbox doctor
    """
    from appliance.diagnostics import report_all

    for finding in report_all(config):
        click.echo(f"{'ok  ' if finding.is_fine else 'LOOK'} {finding.subject:<12} {finding.state}")


@click.command()
@click.option("--follow", is_flag=True, help="Go on and print what happens, until Ctrl-C.")
@click.option("--last", type=click.IntRange(0, 500), default=20, help="How many stored events first [20].")
@with_config
def events(config: Config, follow: bool, last: int) -> None:
    """Print the office's events as JSON, one a line: the last stored ones, then those on the bus.

    Example: aminbox events --follow
    """
    from appliance.core.bus import UnixBus
    from appliance.core.events import encode
    from db.queries.events import find_last_seq, list_events_after

    with contextlib.ExitStack() as stack:
        subscription = None
        if follow:
            try:
                bus = UnixBus(config.data.runtime_folder)
                subscription = bus.subscribe(f"events-{time.monotonic_ns()}")
            except OSError as error:
                raise CommandError(f"the bus cannot be heard: {error}", EXIT_IO) from None
            stack.callback(bus.close)
            stack.callback(subscription.close)
        with _database(config, read_only=True) as conn:
            for stored in list_events_after(conn, find_last_seq(conn) - last):
                click.echo(stored.body)
        if subscription is None:
            return
        try:
            while True:
                event = subscription.receive(1.0)
                if event is not None:
                    click.echo(encode(event).decode())
        except KeyboardInterrupt:
            click.echo(err=True)


@click.command()
@with_config
def migrate(config: Config) -> None:
    """Bring the database to this version's schema; a copy is left beside it first.

    Example: aminbox migrate
    """
    from db import migrate as migrate_database
    from db.connection import DatabaseUnusableError
    from db.schema import SchemaError

    try:
        done = migrate_database(config.data.database)
    except (DatabaseUnusableError, SchemaError) as error:
        raise CommandError(str(error), EXIT_IO) from None
    click.echo(f"{config.data.database}: {', '.join(done) if done else 'already current'}")


@click.command()
@click.argument("username")
@click.option("--name", "display_name", required=True, help="Name shown in the panel.")
@click.option(
    "--role", type=click.Choice(["owner", "desk", "marketer", "accountant", "installer"]), required=True
)
@click.password_option(help="At least 12 characters; asked for when not given.")
@with_config
def user(config: Config, username: str, display_name: str, role: str, password: str) -> None:
    """Add a user of the panel.

    Example: aminbox user modir --name مدیر --role owner
    """
    from appliance.core.errors import InvalidInputError
    from appliance.domain.accounts import create_user
    from db import transaction

    with _database(config) as conn:
        try:
            with transaction(conn):
                create_user(conn, username=username, display_name=display_name, role=role, password=password)
        except InvalidInputError as error:
            raise CommandError(str(error), 2) from None
    click.echo(f"user {username} added")


@contextlib.contextmanager
def _database(config: Config, *, read_only: bool = False) -> Iterator[Connection]:
    """Open the office's database, or end the command with what is wrong with it."""
    from db import DatabaseError, connect, require_current
    from db.connection import DatabaseUnusableError
    from db.schema import SchemaError

    try:
        conn = connect(config.data.database, read_only=read_only)
        try:
            require_current(conn)
            yield conn
        finally:
            conn.close()
    except (DatabaseUnusableError, DatabaseError, SchemaError) as error:
        raise CommandError(str(error), EXIT_IO) from None
