"""The other DTMF receivers, fed with the same sound: spandsp and multimon-ng as Debian packages them.

Each is a program of its own, none is part of the product. One that is not there is left out, with the reason.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from scipy.signal import resample_poly  # type: ignore[import-untyped]

from callerid.dsp.message import Samples

SOURCE = Path(__file__).with_name("spandsp_dtmf.c")
MULTIMON_RATE_HZ = 22050
RATE_HZ = 8000
TIMEOUT_S = 600
STRING = re.compile(r"[ABCD](\d{3,20})[ABCD#]")

Clip = Callable[[Samples], str | None]
"""Gives the number of the first caller-ID message in samples at 8 kHz."""
Keys = Callable[[Samples], str]
"""Gives every digit heard in samples at 8 kHz."""


class Peer:
    """One program: how it reads caller ID and digits."""

    def __init__(self, name: str, keys: Keys, clip: Clip) -> None:
        self.name, self.keys, self.clip = name, keys, clip


def peers() -> tuple[list[Peer], dict[str, str]]:
    """Give the programs that are there, and why the others are not."""
    found: list[Peer] = []
    missing: dict[str, str] = {}
    program = _compiled()
    if isinstance(program, Path):
        found.append(Peer("spandsp", _spandsp_keys(program), _spandsp_clip(program)))
    else:
        missing["spandsp"] = program
    if shutil.which("multimon-ng"):
        found.append(Peer("multimon-ng", _multimon_keys, lambda samples: _framed(_multimon_keys(samples))))
    else:
        missing["multimon-ng"] = "not installed"
    return found, missing


def _run(command: list[str], samples: Samples) -> str:
    linear = (np.clip(samples, -1.0, 1.0) * 32767.0).astype("<i2").tobytes()
    done = subprocess.run(command, input=linear, capture_output=True, timeout=TIMEOUT_S, check=False)
    return done.stdout.decode("ascii", "replace")


def _framed(keys: str) -> str | None:
    match = STRING.search(keys)
    return match[1] if match else None


def _compiled() -> Path | str:
    compiler = shutil.which("cc")
    if compiler is None:
        return "no C compiler"
    program = Path(tempfile.mkdtemp(prefix="aminbox-bench-")) / "spandsp_dtmf"
    command = [compiler, "-O2", "-o", str(program), str(SOURCE), "-lspandsp", "-lm"]
    done = subprocess.run(command, capture_output=True, check=False)
    return program if done.returncode == 0 else "libspandsp-dev is not installed"


def _spandsp_keys(program: Path) -> Keys:
    return lambda samples: _run([str(program), "digits"], samples)


def _spandsp_clip(program: Path) -> Clip:
    def clip(samples: Samples) -> str | None:
        for line in _run([str(program), "clip"], samples).splitlines():
            number = _framed(line.removeprefix("MSG "))
            if number:
                return number
        return None

    return clip


def _multimon_keys(samples: Samples) -> str:
    faster = resample_poly(samples.astype(np.float64), MULTIMON_RATE_HZ // 50, RATE_HZ // 50)
    heard = _run(["multimon-ng", "-q", "-t", "raw", "-a", "DTMF", "-"], faster.astype(np.float32))
    return "".join(re.findall(r"DTMF: (.)", heard))
