"""The `aminbox` command: finds what each folder contributes and imports only the one that is called.

Commands are entry points of the group ``aminbox.commands``, so this module knows no daemon and no arrow runs up.
"""

from __future__ import annotations

import sys

import click

from appliance.core.contributions import contributed, load
from appliance.version import VERSION

GROUP = "aminbox.commands"


class ContributedCommands(click.Group):
    """A group whose commands are loaded when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Give the names of all contributed commands."""
        return list(contributed(GROUP))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load one command."""
        value = contributed(GROUP).get(cmd_name)
        if value is None:
            return None
        command = load(value)
        assert isinstance(command, click.Command)
        return command


@click.command(
    cls=ContributedCommands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Example: aminbox run --demo",
)
@click.version_option(VERSION, prog_name="aminbox")
def main() -> None:
    """AminBox: caller ID, call log and messages for an insurance agency's office."""


if __name__ == "__main__":
    sys.exit(main())
