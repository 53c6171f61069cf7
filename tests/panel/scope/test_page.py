"""The page around the live picture: where it is found, for whom, and what stands on it without a script."""

from __future__ import annotations

import re
from typing import get_args

import pytest

from appliance.core.scope import Advice
from panel.scope.watching import State
from tests.panel.world import World


def test_each_line_leads_to_its_scope(world: World) -> None:
    page = world.person("nassab").get("/lines").text
    assert 'href="/lines/1/scope"' in page
    assert 'href="/lines/2/scope"' in page


def test_the_page_names_its_line(world: World) -> None:
    installer = world.person("nassab")
    assert "<h1>اسکوپ خط ۱</h1>" in installer.get("/lines/1/scope").text
    assert "<h1>اسکوپ خط دوم</h1>" in installer.get("/lines/2/scope").text


@pytest.mark.parametrize("path", ["/lines/0/scope", "/lines/3/scope", "/lines/x/scope", "/lines/-1/scope"])
def test_a_line_that_is_not_configured_has_no_page(world: World, path: str) -> None:
    assert world.person("nassab").get(path).status_code == 404


@pytest.mark.parametrize(("username", "status"), [("monshi", 200), ("bazaryab", 403), ("hesabdar", 403)])
def test_who_sees_lines_sees_their_scope(world: World, username: str, status: int) -> None:
    assert world.person(username).get("/lines/1/scope").status_code == status


def test_every_advice_and_state_has_its_words(world: World) -> None:
    page = world.person("nassab").get("/lines/1/scope").text
    worded = set(re.findall(r'data-scope-advice="([\w-]+)"', page))
    assert worded == set(get_args(Advice)) | set(get_args(State)) - {"live"}


def test_without_a_script_the_page_says_what_it_needs(world: World) -> None:
    page = world.person("nassab").get("/lines/1/scope").text
    (words,) = re.findall(r"<noscript>(.*?)</noscript>", page, re.DOTALL)
    assert "جاوااسکریپت" in words


def test_the_page_has_no_inline_style_or_script(world: World) -> None:
    page = world.person("nassab").get("/lines/1/scope").text
    assert " style=" not in page
    assert not re.search(r"<script(?![^>]*src=)", page)
    assert not re.search(r"\son\w+=", page)
