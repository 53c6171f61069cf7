"""The other decoders, fed with the same scenes: spandsp, minimodem, multimon-ng as Debian packages them.

Each is a program of its own; none is part of the product. One that is not there is left out, with the reason.
A message counts as read when the number sent is in what the program prints.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np
from scipy.signal import resample_poly  # type: ignore[import-untyped]

from callerid.dsp.message import Samples
from tests.bench.fsk_scenes import RATE_HZ

SOURCE = Path(__file__).with_name("spandsp_adsi.c")
MULTIMON_RATE_HZ = 22050
TIMEOUT_S = 20
DIALECT = {"fsk-bell202": "bell", "fsk-v23": "v23"}

Reads = Callable[[Samples, str, str], bool]
"""Says whether a program reads the number (third) from samples in a standard (second)."""


def _linear(samples: Samples) -> bytes:
    return (np.clip(samples, -1.0, 1.0) * 32767.0).astype("<i2").tobytes()


def _run(command: list[str], given: bytes) -> bytes:
    done = subprocess.run(command, input=given, capture_output=True, timeout=TIMEOUT_S, check=False)
    return done.stdout


def spandsp_program(folder: Path) -> Path | str:
    """Compile our small program around libspandsp; gives its path, or the reason there is none."""
    compiler = shutil.which("cc")
    if compiler is None:
        return "no C compiler"
    program = folder / "spandsp_adsi"
    command = [compiler, "-O2", "-o", str(program), str(SOURCE), "-lspandsp", "-lm"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return program if done.returncode == 0 else "libspandsp-dev is not installed"


def spandsp_message(program: Path, standard: str, number: str, date: str) -> Samples:
    """Let spandsp make a message: a generator that shares nothing with ours."""
    raw = _run([str(program), "tx", DIALECT[standard], number, date], b"")
    samples: Samples = (np.frombuffer(raw, dtype="<i2") / 32768.0).astype(np.float32)
    return samples


def peers(folder: Path) -> tuple[dict[str, Reads], dict[str, str]]:
    """Give the programs that are there, and why the others are not."""
    found: dict[str, Reads] = {}
    missing: dict[str, str] = {}
    program = spandsp_program(folder)
    if isinstance(program, Path):

        def spandsp(samples: Samples, standard: str, number: str) -> bool:
            heard = _run([str(program), "rx", DIALECT[standard]], _linear(samples))
            return number.encode().hex().encode() in heard

        found["spandsp"] = spandsp
    else:
        missing["spandsp"] = program
    if shutil.which("minimodem"):
        found["minimodem"] = _minimodem
    else:
        missing["minimodem"] = "not installed"
    if shutil.which("multimon-ng"):
        found["multimon-ng"] = _multimon
    else:
        missing["multimon-ng"] = "not installed"
    return found, missing


def _minimodem(samples: Samples, standard: str, number: str) -> bool:
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        with wave.open(file.name, "wb") as out:
            out.setnchannels(1)
            out.setsampwidth(2)
            out.setframerate(RATE_HZ)
            out.writeframes(_linear(samples))
        mode = ["callerid"] if standard == "fsk-bell202" else ["-M", "1300", "-S", "2100", "1200"]
        heard = _run(["minimodem", "--rx", "--quiet", "--file", file.name, *mode], b"")
    return number.encode() in heard


def _multimon(samples: Samples, standard: str, number: str) -> bool:
    up, down = MULTIMON_RATE_HZ // 50, RATE_HZ // 50
    faster = resample_poly(samples.astype(np.float64), up, down)
    heard = _run(["multimon-ng", "-q", "-t", "raw", "-a", "CLIPFSK", "-"], _linear(faster.astype(np.float32)))
    return number.encode() in heard
