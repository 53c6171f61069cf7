"""The process that sets one document: an order as JSON on its input, a PDF file on its output.

What people typed reaches the template as data, never as markup, and the template may read nothing but its folder.
"""

from __future__ import annotations

import contextlib
import os
import sys

import msgspec
import typst

from panel.typesetting import FOLDER, FONTS

NICENESS = 10
"""A call on the line goes before a file."""


def main() -> None:
    """Set the document."""
    with contextlib.suppress(PermissionError):
        # Where a service may not change priorities, the file is set at the panel's own.
        os.nice(NICENESS)
    order = msgspec.json.decode(sys.stdin.buffer.read())
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])
    document = msgspec.json.encode(order["document"]).decode()
    compiler = typst.Compiler(
        input=str(FOLDER / order["template"]),
        root=FOLDER,
        font_paths=fonts,
        sys_inputs={"document": document},
    )
    made = compiler.compile(format="pdf", timestamp=order["at_s"])
    assert isinstance(made, bytes), "a PDF is one file"
    sys.stdout.buffer.write(made)


if __name__ == "__main__":
    main()
