"""The command that fills an office with invented records: ``aminbox demo-data``."""

from __future__ import annotations

from pathlib import Path

import click

from appliance.core.command import EXIT_IO, CommandError, with_config
from appliance.core.config import Config

SAMPLE_ROWS = 200


@click.command("demo-data")
@click.option("--persons", type=click.IntRange(1, 1_000_000), help="How many invented persons to add.")
@click.option("--policies", type=click.IntRange(0), help="How many policies [2.5 a person].")
@click.option("--calls", type=click.IntRange(0), help="How many calls [5 a person].")
@click.option("--reference", is_flag=True, help="Add the reference records of the acceptance criteria.")
@click.option("--reference-report", is_flag=True, help="Add the four policies of the printed sample report.")
@click.option(
    "--import-samples",
    "samples",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write a sample file of every import profile into this folder instead.",
)
@click.option("--seed", type=int, default=1, help="The same seed gives the same office [1].")
@with_config
def demo_data(
    config: Config, persons: int | None, policies: int | None, calls: int | None, reference: bool,
    reference_report: bool, samples: Path | None, seed: int,
) -> None:  # fmt: skip
    """Fill the office's database with invented persons, policies and calls; nobody in them is real.

    Example: aminbox demo-data --persons 2000
    """
    from appliance.core.clock import SystemClock
    from appliance.domain.acting import acting
    from appliance.domain.demo_data import (
        Sizes,
        enter_printed_sample,
        enter_reference,
        fill,
        is_reference_entered,
        is_sample_entered,
    )
    from db import DatabaseError, connect, migrate
    from db.connection import DatabaseUnusableError

    if samples is not None:
        _write_samples(samples, seed)
        return
    if not persons and not reference and not reference_report:
        raise CommandError("say what to add: --persons N, --reference, --reference-report, or several", 2)
    now, zone = SystemClock().now(), config.office.time_zone
    try:
        migrate(config.data.database)
        conn = connect(config.data.database)
        try:
            if reference and is_reference_entered(conn):
                click.echo("the reference records are there already")
            elif reference:
                with acting(conn, now, None, lambda _fact: None) as act:
                    enter_reference(act, zone)
                click.echo("the reference records are entered")
            if reference_report and is_sample_entered(conn):
                click.echo("the printed sample's policies are there already")
            elif reference_report:
                with acting(conn, now, None, lambda _fact: None) as act:
                    enter_printed_sample(act)
                click.echo("the printed sample's policies are entered")
            if persons:
                usual = Sizes.of(persons)
                sizes = Sizes(
                    persons,
                    usual.policies if policies is None else policies,
                    usual.calls if calls is None else calls,
                )
                with click.progressbar(length=sizes.rows, label="rows") as bar:
                    fill(conn, sizes, now, zone, seed=seed, tell=bar.update)
                click.echo(f"{sizes.persons:,} persons, {sizes.policies:,} policies, {sizes.calls:,} calls")
        finally:
            conn.close()
    except (DatabaseError, DatabaseUnusableError, OSError) as error:
        raise CommandError(f"the records could not be stored ({error})", EXIT_IO) from None


def _write_samples(folder: Path, seed: int) -> None:
    """Write one workbook of each profile, as an insurer's system would."""
    import xlsxwriter

    from appliance.domain.demo_data.import_samples import Sample
    from appliance.domain.importing.profiles import PROFILES

    try:
        folder.mkdir(parents=True, exist_ok=True)
        for key in PROFILES:
            with xlsxwriter.Workbook(str(folder / f"{key}.xlsx")) as book:
                sheet = book.add_worksheet("NewDataSet1")
                for place, row in enumerate(Sample(key, SAMPLE_ROWS, seed).table()):
                    sheet.write_row(place, 0, row)
    except OSError as error:
        raise CommandError(f"the samples could not be written ({error})", EXIT_IO) from None
    click.echo(f"{len(PROFILES)} files of {SAMPLE_ROWS} rows in {folder}")
