"""Pages for paper as PDF files, set by typst in a process of its own (decision 21).

The process gets one JSON document and gives back one file, so the memory of setting a long report goes with it, and
the panel loads nothing of it.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import msgspec

FOLDER = Path(__file__).parent
FONTS = FOLDER.parent / "static" / "vendor" / "vazirmatn"
LONGEST_S = 90.0
"""Seconds a file may take; 2,000 rows took 4 to 5 s on the measuring machine."""
_one_at_a_time = threading.Lock()


class TypesettingError(RuntimeError):
    """The file could not be made; the message is the typesetter's own."""


def make_pdf(template: str, document: dict[str, Any], at_s: int) -> bytes:
    """Give a document as a PDF file; `template` is a ``.typ`` file here, `at_s` its date of making (Unix seconds).

    One file is made at a time: the box has little memory. Raises `TypesettingError`.
    """
    order = msgspec.json.encode({"template": template, "document": document, "at_s": at_s})
    with _one_at_a_time:
        try:
            done = subprocess.run(
                [sys.executable, "-m", "panel.typesetting"],
                input=order, capture_output=True, timeout=LONGEST_S, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise TypesettingError(f"{template} took longer than {LONGEST_S:.0f} s") from None
    if done.returncode or not done.stdout.startswith(b"%PDF-"):
        raise TypesettingError(
            done.stderr.decode(errors="replace").strip()[-500:] or f"status {done.returncode}"
        )
    return done.stdout
