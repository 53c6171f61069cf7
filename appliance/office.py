"""``aminbox run``: the whole office on this machine, or the demo office with a simulated exchange line."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from appliance.core.bells import restored_bell
from appliance.core.clock import SystemClock
from appliance.core.command import EXIT_IO, CommandError, usable_config
from appliance.core.config import (
    Config,
    ConfigError,
    DataSection,
    LineSection,
    PanelSection,
    load_config,
    load_text,
    with_own_lines,
)
from appliance.core.config.finding import ENVIRONMENT, remember_started
from appliance.core.config.own_lines import lines_file
from appliance.core.jalali import persian_digits
from appliance.core.service import set_up_logging, stop_on_signals
from appliance.diagnostics import check_all
from appliance.supervisor import Role, Supervisor

if TYPE_CHECKING:
    from db import Connection

log = logging.getLogger("run")

DEMO_LINES = 2
DEMO_FOLDER = "data"
DEMO_PORT = 8080
DEMO_SUBMIT_S = "0.4"
"""Seconds the demo's network takes over a part."""
DEMO_LEAST_FREE_PERCENT = 1
"""The demo's invented calls are recorded also on a developer's full disk."""


@click.command()
@click.option("--demo", is_flag=True, help="The demo office: invented people, a simulated exchange line.")
@click.option(
    "--config", "config_file", type=click.Path(dir_okay=False, path_type=Path), help="Configuration file."
)
@click.option("--data", type=click.Path(file_okay=False, path_type=Path), help="Demo: data folder [data].")
@click.option("--port", type=click.IntRange(1, 65535), help="Demo: port of the panel [8080].")
@click.option("--host", help="Demo: address to listen on [127.0.0.1].")
@click.option("--https", is_flag=True, help="Demo: serve HTTPS with a certificate of its own.")
@click.option("--lines", type=click.IntRange(1, 8), default=DEMO_LINES, help="Demo: simulated lines [2].")
def run(
    demo: bool,
    config_file: Path | None,
    data: Path | None,
    port: int | None,
    host: str | None,
    https: bool,
    lines: int,
) -> None:
    """Start every role as a child process and restart what dies; Ctrl-C ends all.

    Example: aminbox run --demo --port 8081 --data folder
    """
    set_up_logging("run")
    if demo:
        listen = PanelSection(host=host or "127.0.0.1", port=port or DEMO_PORT, https=https)
        config, path = _demo_config(data or Path(DEMO_FOLDER), listen, lines)
    else:
        if data or port or host or https:
            raise CommandError(
                "--data, --port, --host and --https belong to --demo; the configuration file has them", 2
            )
        config, path = usable_config(config_file)
    environment = os.environ | {ENVIRONMENT: str(path.resolve())}
    if demo:
        environment["AMINBOX_DEMO"] = "1"
    problems = check_all(config)
    if problems:
        raise CommandError("\n".join(str(problem) for problem in problems), problems[0].exit_code)
    _prepare(config, demo)
    remember_started(path)
    wanted = _follow(path, config, demo)
    supervisor = Supervisor(_roles(config, demo), environment, config.data.runtime_folder, wanted)
    stop = stop_on_signals()
    status = supervisor.run(stop.is_set, lambda: _announce(config, demo))
    if status:
        raise CommandError("a role could not start; its message stands above", status)


def _roles(config: Config, demo: bool) -> list[Role]:
    simulated = [str(line.number) for line in config.lines if line.driver == "sim"]
    restored = str(_stamp(restored_bell(config.data.folder)))
    roles = [Role("panel", ("panel",), is_vital=True, has_many_threads=True, mark=restored)]
    if simulated:
        roles.append(Role("exchange", ("sim", "exchange"), mark=" ".join(simulated) + restored))
    roles += [
        Role(
            f"line {line.number}",
            ("line", str(line.number)),
            mark=f"{msgspec.structs.astuple(line)} {restored}",
        )
        for line in config.lines
    ]
    if demo:
        words = ("simmodem", "--office", "--submit-s", DEMO_SUBMIT_S, "--port", str(_modem_port(config)))
        roles.append(Role("modem", words, is_patient=True))
    patient = ("sms", "scheduler")
    return [*roles, *(Role(name, (name,), is_patient=True, mark=restored) for name in patient)]


def _modem_port(config: Config) -> Path:
    """Give the path the demo's simulated modem appears at."""
    return config.data.runtime_folder / "modem"


def _follow(path: Path, config: Config, demo: bool) -> Callable[[], list[Role] | None]:
    """Give the question whether lines were set up in the panel or records restored; the answer: roles, or None."""
    files = (lines_file(config.data.folder), restored_bell(config.data.folder))
    seen = [_stamp(file) for file in files]

    def wanted() -> list[Role] | None:
        nonlocal seen
        stamp = [_stamp(file) for file in files]
        if stamp == seen:
            return None
        seen = stamp
        try:
            return _roles(load_config(path), demo)
        except ConfigError as error:
            log.error("happening=configuration-refused problem=%s", error)
            return None

    return wanted


def _stamp(file: Path) -> tuple[int, int] | None:
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


def _demo_config(folder: Path, panel: PanelSection, lines: int) -> tuple[Config, Path]:
    """Write the demo's configuration into its data folder, so that other commands find it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "demo.toml"
        sections = [
            LineSection(number=number, title=f"خط {persian_digits(number)}") for number in range(1, lines + 1)
        ]
        text = _demo_text(folder.resolve(), panel, sections)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise CommandError(
            f"the data folder {folder} cannot be written ({error.strerror}): choose another with --data "
            "(make run DATA=folder), or give this user the right to write there",
            EXIT_IO,
        ) from None
    return with_own_lines(load_text(text, str(path))), path


def _demo_text(folder: Path, panel: PanelSection, lines: list[LineSection]) -> str:
    quoted = str(folder).replace("\\", "\\\\").replace('"', '\\"')
    parts = [
        "# Written by 'aminbox run --demo' at each start.",
        '[office]\nname = "دفتر نمونهٔ ۵۱۰"\narea_code = "021"',
        f'[data]\nfolder = "{quoted}"\nruntime = "{DataSection(folder=str(folder)).runtime_folder}"',
        f'[panel]\nhost = "{panel.host}"\nport = {panel.port}\nhttps = {str(panel.https).lower()}',
        '[sms]\nroute = "sink"',
        f"[recording]\nlines = [{', '.join(str(line.number) for line in lines)}]\n"
        f"least_free_percent = {DEMO_LEAST_FREE_PERCENT}",
    ]
    parts += [
        f'[[lines]]\nnumber = {line.number}\ntitle = "{line.title}"\ndriver = "{line.driver}"'
        for line in lines
    ]
    return "\n\n".join(parts) + "\n"


def _prepare(config: Config, demo: bool) -> None:
    """Make the runtime folder and bring the database up to date before any role starts."""
    from appliance.domain.demo import furnish
    from db import DatabaseError, connect, migrate
    from db.connection import DatabaseUnusableError
    from db.schema import SchemaError

    try:
        _own_runtime(config.data.runtime_folder)
        if not _is_current(config.data.database):
            migrate(config.data.database)
        if demo:
            conn = connect(config.data.database)
            try:
                if furnish(conn, SystemClock().now()):
                    _enter_records(conn, config.office.time_zone)
                    _enter_messages(conn, _modem_port(config))
            finally:
                conn.close()
        else:
            _enter_owner(config)
    except (DatabaseUnusableError, SchemaError, DatabaseError, OSError) as error:
        raise CommandError(str(error), EXIT_IO) from None


def _enter_owner(config: Config) -> None:
    """Enter the first owner of a new office; the code of the first start is printed as the box's screen shows it."""
    from appliance.core.whole_files import write_whole
    from appliance.provisioning.owner import CODE_FILE, enter_owner, is_code_used
    from appliance.provisioning.sections import OwnerSection
    from db import connect

    owner, file = OwnerSection(), Path(config.data.folder) / CODE_FILE
    conn = connect(config.data.database)
    try:
        if code := enter_owner(conn, owner):
            write_whole(file, f"{code}\n".encode(), 0o600)
        elif is_code_used(conn, owner.username):
            file.unlink(missing_ok=True)
    finally:
        conn.close()
    if file.exists():
        click.echo(f"Code of the first start: {file.read_text(encoding='ascii').strip()}")


def _enter_records(conn: Connection, zone: str) -> None:
    """Give the demo's people their policies, cheques and a claim."""
    from appliance.domain.acting import acting
    from appliance.domain.demo import give_marketer_his_own
    from appliance.domain.demo_data.reference import enter_reference

    with acting(conn, SystemClock().now(), None, lambda _fact: None) as act:
        entered = enter_reference(act, zone)
        give_marketer_his_own(act, entered.persons["C1"], entered.policies["P1"])


def _enter_messages(conn: Connection, port: Path) -> None:
    """Let the demo send and receive through the simulated modem."""
    from appliance.domain.acting import acting
    from appliance.domain.demo_data.messages import enter_messages

    with acting(conn, SystemClock().now(), None, lambda _fact: None) as act:
        enter_messages(act, str(port))


def _own_runtime(folder: Path) -> None:
    """Make the folder of sockets; refuse one that somebody else prepared."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        raise CommandError(f"{folder} belongs to another user: remove it, or set data.runtime", EXIT_IO)


def _is_current(database: Path) -> bool:
    """Tell whether the database needs no migration, without loading what migrating needs."""
    from db import connect, require_current
    from db.schema import SchemaError

    if not database.exists():
        return False
    conn = connect(database)
    try:
        require_current(conn)
    except SchemaError:
        return False
    finally:
        conn.close()
    return True


def _announce(config: Config, demo: bool) -> None:
    shown = "127.0.0.1" if config.panel.host in ("0.0.0.0", "::") else config.panel.host
    scheme = "https" if config.panel.https else "http"
    lines = [f"AminBox is ready: {scheme}://{shown}:{config.panel.port}/"]
    if demo:
        from appliance.domain.demo import PASSWORD, USERS

        lines.append(f"Users (password of all: {PASSWORD}):")
        lines += [f"  {username:<10} {role}" for username, _title, role in USERS]
        lines += [
            "Make the telephone ring, in another terminal:",
            "  .venv/bin/aminbox sim ring 09121234567                       a known customer, FSK Bell 202",
            "  .venv/bin/aminbox sim ring 02110000001 --standard dtmf       a number two persons share",
            "  .venv/bin/aminbox sim ring 07110000009 --standard fsk-v23    an unknown number",
            "  .venv/bin/aminbox sim ring --withheld                        a withheld number",
        ]
        if config.panel.host not in ("127.0.0.1", "localhost", "::1"):
            lines.append(
                "Warning: the demo's password is public, and this address is reachable from the network."
            )
    lines.append("Ctrl-C ends it.")
    click.echo("\n".join(lines))
