"""docs/commands.md, from the help texts of every `aminbox` command."""

from __future__ import annotations

from collections.abc import Iterator

import click

from appliance.cli import main

WIDTH = 100
_INTRODUCTION = """\
What every command prints with `--help`. Exit status: 0 done; 1 the answer is "no"; 2 wrong use; 69 something
needed is not running; 74 a device, file or port cannot be used; 78 the configuration is wrong.
"""


def commands_page() -> str:
    """Give the page."""
    parts = ["# Commands\n", _INTRODUCTION]
    for path, text in help_texts():
        parts.append(f"## `{path}`\n\n```text\n{text}\n```\n")
    return "\n".join(parts)


def help_texts() -> Iterator[tuple[str, str]]:
    """Give each command's words and its help text, sub-commands after their command."""
    yield from _walk(main, "aminbox", None)


def _walk(command: click.Command, name: str, above: click.Context | None) -> Iterator[tuple[str, str]]:
    context = click.Context(
        command, info_name=name, parent=above, terminal_width=WIDTH, max_content_width=WIDTH
    )
    yield context.command_path, "\n".join(line.rstrip() for line in command.get_help(context).splitlines())
    if isinstance(command, click.Group):
        for below in command.list_commands(context):
            found = command.get_command(context, below)
            if found is not None and not found.hidden:
                yield from _walk(found, below, context)
