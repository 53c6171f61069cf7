"""What every `aminbox` command shares: where the configuration comes from, and errors as one clear line.

Exit status: 0 done, 1 the answer is "no" (a check that failed), 2 wrong use, 69 something needed is not running,
74 a device, file or port cannot be used, 78 the configuration is wrong (numbers of sysexits(3)).
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from appliance.core.config import Config, ConfigError
from appliance.core.config.finding import find_config

EXIT_UNAVAILABLE = 69
EXIT_IO = 74
EXIT_CONFIG = 78

Function = TypeVar("Function", bound=Callable[..., Any])


class CommandError(click.ClickException):
    """Ends a command with one line for the user and an exit status that means something."""

    def __init__(self, message: str, exit_code: int = 1) -> None:
        super().__init__(message)
        self.exit_code = exit_code  # type: ignore[misc]  # click declares it on the class


def with_config(command: Function) -> Function:
    """Give a click command a ``--config`` option and pass it the `Config` as its first argument."""

    @click.option(
        "--config",
        "config_file",
        type=click.Path(dir_okay=False, path_type=Path),
        help="Configuration file; without it the installed one, or the office started last.",
    )
    @functools.wraps(command)
    def wrapper(*args: Any, config_file: Path | None, **kwargs: Any) -> Any:
        config, _path = usable_config(config_file)
        return command(config, *args, **kwargs)

    return wrapper  # type: ignore[return-value]


def usable_config(config_file: Path | None) -> tuple[Config, Path]:
    """Give the configuration a command runs with, or end it with the problem and its remedy."""
    try:
        return find_config(config_file)
    except ConfigError as error:
        raise CommandError(str(error), EXIT_CONFIG) from None
