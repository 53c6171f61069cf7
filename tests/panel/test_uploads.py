"""A file that comes as a request's body is kept whole or not at all."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from panel.uploads import receive_body
from tests.panel.world import World


@pytest.mark.parametrize(("sent", "is_kept"), [(b"0123456789", True), (b"01234", False)])
def test_a_body_that_ends_early_replaces_nothing(
    world: World, tmp_path: Path, sent: bytes, is_kept: bool
) -> None:
    file = tmp_path / "copy.age"
    file.write_bytes(b"before")
    # As the panel's server hands a body over: it knows its end, and says no more when the browser went away.
    server = {"wsgi.input_terminated": True, "CONTENT_LENGTH": "10"}
    with world.app.test_request_context(
        method="POST", input_stream=io.BytesIO(sent), environ_overrides=server
    ):
        if is_kept:
            receive_body(file)
        else:
            with pytest.raises(EOFError):
                receive_body(file)
    assert file.read_bytes() == (sent if is_kept else b"before")
    assert [one.name for one in tmp_path.iterdir() if one.name.endswith(".part")] == []
