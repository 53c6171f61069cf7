"""The browser counts a text as the box does."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from appliance.core.smstext import measure

MODULE = Path(__file__).parents[3] / "panel/static/js/smstext.js"
TEXTS = ["", "a", "a" * 160, "a" * 161, "a" * 306, "a" * 307, "^" * 80, "^" * 81, "a" * 152 + "^" + "a" * 10,
         "ا" * 70, "ا" * 71, "ا" * 134, "ا" * 135, "😀" * 35, "😀" * 36, "ا" * 66 + "😀" + "ا" * 5, "€" * 80,
         "سلام\nخوبی؟",
         "تخفیف ویژه\nلغو۱۱", "x" * 1000, "ی" * 1000, "@£$¥\n\f", "a`b"]  # fmt: skip


def test_the_browsers_counter_gives_what_the_box_gives() -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed here; the browser test counts in Chromium")
    script = (
        f"import {{ measure }} from {json.dumps(MODULE.as_uri())};"
        "const texts = JSON.parse(process.argv[1]);"
        "console.log(JSON.stringify(texts.map((one) => { const m = measure(one);"
        " return [m.encoding, m.units, m.parts, m.left]; })));"
    )
    done = subprocess.run(
        [node, "--input-type=module", "-e", script, json.dumps(TEXTS)],
        capture_output=True, text=True, timeout=20, check=True,
    )  # fmt: skip
    told = json.loads(done.stdout)
    for text, (encoding, units, parts, left) in zip(TEXTS, told, strict=True):
        found = measure(text)
        assert (encoding, units, parts, left) == (found.encoding, found.units, found.parts, found.left), text[
            :20
        ]
