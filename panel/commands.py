"""The command ``aminbox panel``: checks what would stop it, in one clear line each, and serves."""

from __future__ import annotations

import os
from pathlib import Path

import click

from appliance.core.command import EXIT_CONFIG, EXIT_IO, CommandError, with_config
from appliance.core.config import Config
from appliance.core.config.finding import ENVIRONMENT

DEMO = "AMINBOX_DEMO"


@click.command()
@with_config
def panel(config: Config) -> None:
    """Serve the panel to the office's browsers, until stopped.

    Example: aminbox panel --config /etc/aminbox/aminbox.toml
    """
    from appliance.core.service import set_up_logging
    from panel.server import PanelServer, PortError, open_port

    set_up_logging("panel")
    if named := click.get_current_context().params.get("config_file"):
        # The worker reads it again when lines were set up, and asks `aminbox detect`: both mean this office.
        os.environ[ENVIRONMENT] = str(Path(named).resolve())
    check_database(config)
    check_folders(config)
    check_certificate(config)
    try:
        listener = open_port(config.panel.host, config.panel.port)
    except PortError as error:
        raise CommandError(str(error), EXIT_IO) from None
    server = PanelServer(config, listener, is_demo=os.environ.get(DEMO) == "1")
    server.run()  # type: ignore[no-untyped-call]


def check_database(config: Config) -> None:
    """End the command unless the database can be written and has this version's schema."""
    from db import DatabaseError, connect, require_current, transaction
    from db.connection import DatabaseUnusableError
    from db.schema import SchemaError

    path = config.data.database
    if not path.exists():
        raise CommandError(
            f"there is no database at {path}: run 'aminbox migrate' once, or start with 'aminbox run'",
            EXIT_IO,
        )
    try:
        conn = connect(path)
        try:
            require_current(conn)
            with transaction(conn):
                conn.execute("PRAGMA user_version")
        finally:
            conn.close()
    except SchemaError as error:
        raise CommandError(str(error), EXIT_CONFIG) from None
    except DatabaseUnusableError as error:
        raise CommandError(str(error), EXIT_IO) from None
    except DatabaseError as error:
        raise CommandError(
            f"the database {path} cannot be written ({error}): check the owner of {path.parent} and that the "
            "disk is neither full nor read-only",
            EXIT_IO,
        ) from None


def check_certificate(config: Config) -> None:
    """Make the certificate when the panel serves HTTPS and it is due; end the command when that fails."""
    from appliance.certificates.keeping import CertificateError
    from panel.tls import TlsKeeper

    if not config.panel.https:
        return
    try:
        TlsKeeper(config)
    except CertificateError as error:
        raise CommandError(str(error), EXIT_IO) from None


def check_folders(config: Config) -> None:
    """End the command unless the key file and the folder of sockets can be used."""
    from appliance.core.bus import UnixBus
    from panel.secret import SecretKeyError, secret_key

    try:
        secret_key(Path(config.data.folder))
    except SecretKeyError as error:
        raise CommandError(str(error), EXIT_IO) from None
    runtime = config.data.runtime_folder
    try:
        UnixBus(runtime).close()
    except OSError as error:
        raise CommandError(
            f"the folder of sockets {runtime} cannot be used ({error.strerror}): check its owner, or set "
            "data.runtime in the configuration",
            EXIT_IO,
        ) from None
