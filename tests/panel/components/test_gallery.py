"""The page of components shows each piece a screen is built from."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from panel.components.form import TEXTS
from tests.panel.world import EVERYBODY, World


@pytest.mark.parametrize("username", EVERYBODY)
def test_every_piece_is_shown_to_everybody(make_world: Callable[..., World], username: str) -> None:
    page = make_world(is_demo=True).person(username).get("/components")
    assert page.status_code == 200
    for mark in (
        'class="plate',
        'class="chip"',
        "toast-line",
        "<progress",
        "list-table",
        "timeline-row",
        "<dialog",
    ):
        assert mark in page.text, mark


def test_the_sample_form_says_what_is_wrong(make_world: Callable[..., World]) -> None:
    page = make_world(is_demo=True).person("modir").get("/components").text
    assert "رقم کنترل کد ملی" in page
    assert "چنین روزی در تقویم نیست" in page
    wrong = [key for key in TEXTS if f'id="f-{key}-problem"' in page]
    assert wrong == ["code", "mobile", "day"]
