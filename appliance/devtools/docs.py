"""``python -m appliance.devtools.docs``: write the generated pages of docs/, or with ``--check`` say which are stale.

A page is generated when it would otherwise repeat the code: events, configuration, commands, jobs, the data
model.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click

from appliance.devtools.commands_page import commands_page
from appliance.devtools.configuration_page import configuration_page
from appliance.devtools.data_model_page import data_model_page
from appliance.devtools.events_page import events_page
from appliance.devtools.jobs_page import jobs_page

FOLDER = Path(__file__).parents[2] / "docs"
HEADER = "<!-- Written by 'make docs' from the code; change the code and run it again. -->\n\n"
PAGES: dict[str, Callable[[], str]] = {
    "commands.md": commands_page,
    "configuration.md": configuration_page,
    "data-model.md": data_model_page,
    "events.md": events_page,
    "jobs.md": jobs_page,
}


def stale_pages(folder: Path = FOLDER) -> list[str]:
    """Give the names of the pages that differ from what the code says now."""
    return [name for name, page in PAGES.items() if _read(folder / name) != HEADER + page()]


def write_pages(folder: Path = FOLDER) -> list[str]:
    """Write every page that is stale; give their names."""
    stale = stale_pages(folder)
    for name in stale:
        (folder / name).write_text(HEADER + PAGES[name](), encoding="utf-8")
    return stale


@click.command()
@click.option("--check", is_flag=True, help="Write nothing; exit status 1 when a page is stale.")
def main(check: bool) -> None:
    """Write the generated pages of docs/.

    Example: python -m appliance.devtools.docs --check
    """
    if not check:
        for name in write_pages():
            click.echo(f"docs/{name} written")
        return
    if stale := stale_pages():
        raise click.ClickException(f"stale: {', '.join(f'docs/{name}' for name in stale)}; run 'make docs'")


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


if __name__ == "__main__":
    main()
