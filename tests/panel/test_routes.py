"""Every route is tried by every role and by an outsider: none is open by accident."""

from __future__ import annotations

from collections.abc import Callable
from typing import get_args

import pytest
from flask import Flask
from werkzeug.routing import Rule

from appliance.domain.access import ROLE_PERMISSIONS, Permission
from appliance.domain.demo import USERS
from panel.access import rule_of
from panel.context import office_of
from panel.feature import Feature
from tests.panel.world import World

ROLES = {username: role for username, _title, role in USERS}
PUBLIC = {
    "static.file", "static.favicon", "signin.form", "signin.submit", "signin.leave", "start.health",
    "setup.welcome", "setup.enter", "trust.show", "trust.certificate", "trust.reached",
}  # fmt: skip


def routes(app: Flask) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if "GET" in rule.methods or "POST" in rule.methods]


def address(rule: Rule) -> str:
    values = dict.fromkeys(rule.arguments, "0" * 26)
    with_values: str = rule.build(values)[1]  # type: ignore[index]
    return with_values


def method(rule: Rule) -> str:
    return "GET" if "GET" in (rule.methods or ()) else "POST"


@pytest.fixture
def demo(make_world: Callable[..., World]) -> World:
    return make_world(is_demo=True)


def test_every_route_says_who_may_open_it(demo: World) -> None:
    silent = [rule.endpoint for rule in routes(demo.app) if rule_of(demo.app, rule.endpoint) is None]
    assert not silent, f"declare a rule with @public, @signed_in or @permission: {silent}"


def test_only_the_known_routes_are_public(demo: World) -> None:
    found = {rule.endpoint for rule in routes(demo.app) if rule_of(demo.app, rule.endpoint) == "public"}
    assert found == PUBLIC


def test_a_feature_lists_every_permission_its_routes_ask_for(demo: World) -> None:
    for feature in office_of(demo.app).features:
        assert isinstance(feature, Feature)
        asked = {
            rule
            for route in routes(demo.app)
            if route.endpoint.startswith(f"{feature.blueprint.name}.")
            and (rule := rule_of(demo.app, route.endpoint)) in get_args(Permission)
        }
        assert asked == set(feature.permissions), feature.blueprint.name


def test_an_outsider_reaches_nothing_but_the_public_routes(demo: World) -> None:
    outsider = demo.person(None)
    for rule in routes(demo.app):
        if rule.endpoint in PUBLIC:
            continue
        answer = outsider.get(address(rule)) if method(rule) == "GET" else outsider.post(address(rule))
        assert answer.status_code in (302, 303), rule.endpoint
        assert answer.location.startswith("/sign-in"), rule.endpoint


@pytest.mark.parametrize("username", sorted(ROLES))
def test_a_role_is_refused_exactly_what_it_lacks(demo: World, username: str) -> None:
    person = demo.person(username)
    for rule in routes(demo.app):
        wanted = rule_of(demo.app, rule.endpoint)
        if wanted == "public":
            continue
        answer = person.get(address(rule)) if method(rule) == "GET" else person.post(address(rule))
        may = wanted == "signed-in" or wanted in ROLE_PERMISSIONS[ROLES[username]]
        assert (answer.status_code == 403) == (not may), (rule.endpoint, answer.status_code)
        assert answer.status_code < 500 or rule.endpoint == "demo.ring", rule.endpoint


@pytest.mark.parametrize("username", sorted(ROLES))
def test_every_role_has_a_start_page(world: World, username: str) -> None:
    answer = world.person(username).get("/", follow_redirects=True)
    assert answer.status_code == 200


def test_a_route_without_a_rule_stays_shut(world: World) -> None:
    world.app._got_first_request = False
    world.app.add_url_rule("/forgotten", "forgotten", lambda: "open")
    assert world.person("modir").get("/forgotten").status_code == 403


def test_demo_and_developer_pages_do_not_exist_in_an_office(world: World) -> None:
    owner = world.person("modir")
    assert owner.post("/demo/ring").status_code == 404
    assert owner.get("/components").status_code == 404
