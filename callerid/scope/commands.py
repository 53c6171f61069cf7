"""``aminbox scope``: a line's level, waveform and spectrum in the terminal."""

from __future__ import annotations

import itertools
import sys

import click

from appliance.core.command import EXIT_UNAVAILABLE, CommandError, with_config
from appliance.core.config import Config
from appliance.core.scope import SPECTRUM_TOP_HZ, ScopeError, ScopeFrame, watch

METER_WIDTH = 40
METER_FLOOR_DBM0 = -70.0
METER_TOP_DBM0 = 3.0
SHADES = " .:-=+*#%@"
SPECTRUM_FLOOR_DBM0 = -80.0
SPECTRUM_TOP_DBM0 = -10.0
ADVICE = {
    "no-line": "no sound at all: is the line plugged in, the right channel chosen?",
    "gain-low": "gain too low: raise the card's input until speech reaches about -20 dBm0",
    "gain-high": "gain too high: lower the card's input",
    "clipping": "clipping: lower the card's input",
    "hum": "hum: check the isolation transformer and the shield",
    "dc": "direct current on the input: a capacitor is missing or the card has a bias",
    "fine": "fine",
}


@click.command()
@click.option("--line", type=click.IntRange(min=1), default=1, help="Line [1].")
@click.option(
    "--frames", type=click.IntRange(min=0), default=0, help="Stop after so many (10 a second); 0: Ctrl-C."
)
@click.option("--plain", is_flag=True, help="One line of text a frame instead of a picture that redraws.")
@with_config
def scope(config: Config, line: int, frames: int, plain: bool) -> None:
    """Show a telephone line live: level, hum, noise, spectrum, and what the decoders hear.

    Example: aminbox scope --line 1
    """
    is_picture = not plain and sys.stdout.isatty()
    try:
        pictures = watch(config.data.runtime_folder, line)
        for frame in itertools.islice(pictures, frames or None):
            if is_picture:
                click.echo("\x1b[H\x1b[J" + picture(frame))
            else:
                click.echo(summary(frame))
    except ScopeError as error:
        raise CommandError(str(error), EXIT_UNAVAILABLE) from None
    except KeyboardInterrupt:
        click.echo(err=True)


def summary(frame: ScopeFrame) -> str:
    """Give a frame as one line of text."""
    state = "ring" if frame.ring else "off-hook" if frame.off_hook else "on-hook"
    return (
        f"line={frame.line} level={frame.level_dbm0:.1f} dBm0 noise={frame.noise_dbm0:.1f} "
        f"snr={frame.level_dbm0 - frame.noise_dbm0:.1f} dB hum={frame.hum_dbm0:.1f} peak={frame.peak:.2f} "
        f"clipped={frame.clipped} dc={frame.dc:+.3f} {state} advice={frame.advice} "
        f"heard={'; '.join(frame.heard) or '-'}"
    )


def picture(frame: ScopeFrame) -> str:
    """Give a frame as a small picture in text."""
    level = _share(frame.level_dbm0, METER_FLOOR_DBM0, METER_TOP_DBM0)
    bar = "#" * round(level * METER_WIDTH)
    shades = "".join(
        SHADES[round(_share(value, SPECTRUM_FLOOR_DBM0, SPECTRUM_TOP_DBM0) * (len(SHADES) - 1))]
        for value in frame.spectrum
    )
    return "\n".join(
        [
            f"level    [{bar:<{METER_WIDTH}}] {frame.level_dbm0:6.1f} dBm0",
            f"spectrum [{shades}] 0-{SPECTRUM_TOP_HZ:.0f} Hz",
            summary(frame),
            f"advice: {ADVICE[frame.advice]}",
        ]
    )


def _share(value: float, floor: float, top: float) -> float:
    return min(max((value - floor) / (top - floor), 0.0), 1.0)
