"""Reading the configuration file, with every problem said once and with its remedy."""

from __future__ import annotations

import tomllib
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from appliance.core.config.own_lines import merged_lines, read_own_lines
from appliance.core.config.own_office import with_own_office
from appliance.core.config.sections import Config

LARGEST_FILE_BYTES = 1 << 20


class ConfigError(ValueError):
    """The configuration cannot be used; the message names the file, the key and the remedy."""


def load_config(path: Path) -> Config:
    """Read a configuration file, and the lines and the office as the panel set them up. Raises `ConfigError`."""
    return with_own_lines(load_text(_read(path), str(path)))


def with_own_lines(config: Config) -> Config:
    """Give a configuration with what was set up in the panel: lines, and the office's name and area code."""
    own = read_own_lines(config.data.folder)
    office = with_own_office(config.office, config.data.folder)
    return msgspec.structs.replace(config, lines=merged_lines(config.lines, own), office=office)


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_FILE_BYTES + 1)
        if len(data) > LARGEST_FILE_BYTES:
            raise ConfigError(f"{path}: larger than 1 MiB, this is no configuration file")
        text = data.decode("utf-8-sig")
    except FileNotFoundError:
        raise ConfigError(
            f"{path}: there is no such file; name another with --config, or use --demo"
        ) from None
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: byte {error.start} is not UTF-8 text; save the file as UTF-8") from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}); check its owner and mode") from None
    return text


def load_text(text: str, source: str) -> Config:
    """Read a configuration from TOML text; `source` names it in errors. Raises `ConfigError`."""
    try:
        raw = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        # Beside its own error, tomllib lets those of absurd numbers, dates and depths through.
        raise ConfigError(f"{source}: not valid TOML: {error}") from None
    try:
        config = msgspec.convert(raw, Config)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{source}: {error}; docs/configuration.md lists every key") from None
    _check(config, source)
    return config


def _check(config: Config, source: str) -> None:
    numbers = [line.number for line in config.lines]
    if twice := {number for number in numbers if numbers.count(number) > 1}:
        raise ConfigError(f"{source}: line {min(twice)} is given twice in [[lines]]; number each line once")
    try:
        ZoneInfo(config.office.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ConfigError(
            f"{source}: office.time_zone {config.office.time_zone!r} is not known; Iran is 'Asia/Tehran'"
        ) from None
