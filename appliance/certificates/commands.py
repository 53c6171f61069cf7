"""``aminbox certificate``: make the panel's certificate when it is due, and say what people compare."""

from __future__ import annotations

import click

from appliance.core.command import EXIT_IO, CommandError, with_config
from appliance.core.config import Config


@click.command()
@with_config
def certificate(config: Config) -> None:
    """Make the panel's certificate when there is none or it ends soon; print the authority's fingerprint.

    Example: aminbox certificate
    """
    from appliance.certificates.addresses import own_names
    from appliance.certificates.keeping import CertificateError, ensure, files_of, fingerprint
    from appliance.core.clock import SystemClock

    files = files_of(config.data.folder)
    try:
        is_new = ensure(files, own_names(config.panel.allowed_hosts), SystemClock().now())
        click.echo(f"{'made' if is_new else 'good'}: {fingerprint(files)}")
    except CertificateError as error:
        raise CommandError(str(error), EXIT_IO) from None
