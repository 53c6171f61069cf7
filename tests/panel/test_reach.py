"""A user limited to a unit: another unit's records do not exist for him, by whatever address he asks."""

from __future__ import annotations

from typing import get_args

import pytest
from werkzeug.routing import Rule

from appliance.domain.access import Permission
from appliance.domain.acting import acting
from appliance.domain.demo_data.reference import Reference, enter_reference
from db.queries.audit import list_entries
from tests.panel.world import Person, World

FOREIGN, NAME, NUMBER = "C1", "رضایی", "09120000001"


class Limited:
    """The office, somebody of another unit with every right, and whose records stay away from him."""

    def __init__(self, world: World) -> None:
        self.world = world
        with acting(world.conn, world.clock.now(), None, lambda _event: None) as act:
            self.records: Reference = enter_reference(act, "Asia/Tehran")
        world.conn.execute("INSERT INTO roles (name, title, scope) VALUES ('branch', 'مسئول شعبه', 'unit')")
        world.conn.executemany(
            "INSERT INTO role_permissions (role, permission, is_granted) VALUES ('branch', ?, 1)",
            [(name,) for name in get_args(Permission)],
        )
        mine, other = self.records.structure.units[1], self.records.structure.units[0]
        world.conn.execute("UPDATE persons SET unit_id = ?", (other,))
        world.conn.execute("UPDATE policies SET unit_id = ?", (other,))
        world.conn.execute("UPDATE users SET role = 'branch', unit_id = ? WHERE username = 'monshi'", (mine,))
        self.person: Person = world.person("monshi")
        self.person_id = self.records.persons[FOREIGN]
        self.policy_id = next(iter(self.records.policies.values()))

    def rules(self) -> list[Rule]:
        """Give the routes that name a person or a policy."""
        return [
            rule
            for rule in self.world.app.url_map.iter_rules()
            if {"person_id", "policy_id"} & set(rule.arguments)
        ]

    def address(self, rule: Rule) -> str:
        """Give a route's address of the other unit's record."""
        known = {"person_id": self.person_id, "policy_id": self.policy_id}
        built = rule.build({name: known.get(name, 1) for name in rule.arguments})
        assert built is not None
        return built[1]

    def state(self) -> list[tuple[object, ...]]:
        """Give every row a request could have changed."""
        tables = (
            "persons", "person_phones", "person_addresses", "person_electronic", "person_needs", "person_relations",
            "person_group_members", "policies", "endorsements", "insured_objects", "renewal_proposals",
        )  # fmt: skip
        return [tuple(row) for table in tables for row in self.world.conn.execute(f"SELECT * FROM {table}")]


@pytest.fixture
def limited(world: World) -> Limited:
    return Limited(world)


def test_no_route_opens_another_unit_s_record(limited: Limited) -> None:
    rules = limited.rules()
    assert len(rules) > 20
    before = limited.state()
    for rule in rules:
        address = limited.address(rule)
        if "GET" in (rule.methods or ()):
            assert limited.person.get(address).status_code == 404, rule.endpoint
        if "POST" in (rule.methods or ()):
            assert limited.person.post(address, data={"first_name": "دیگری"}).status_code == 404, (
                rule.endpoint
            )
    assert limited.state() == before


def test_somebody_who_sees_all_reaches_the_same_records(limited: Limited) -> None:
    owner = limited.world.person("modir")
    assert owner.get(f"/persons/{limited.person_id}").status_code == 200
    assert owner.get(f"/policies/{limited.policy_id}").status_code == 200


@pytest.mark.parametrize(
    "address",
    ["/persons", "/policies", f"/search?q={NAME}", f"/search?q={NUMBER}", f"/persons?f.name.contains={NAME}"],
)
def test_lists_and_search_leave_them_out(limited: Limited, address: str) -> None:
    answer = limited.person.get(address)
    assert answer.status_code == 200
    assert f"/persons/{limited.person_id}" not in answer.text
    assert f'href="/policies/{limited.policy_id}"' not in answer.text
    assert f"/persons/{limited.person_id}" in limited.world.person("modir").get("/persons").text


@pytest.mark.parametrize("subject", ["persons", "policies"])
def test_an_export_has_the_own_unit_s_rows_only_and_is_logged(limited: Limited, subject: str) -> None:
    answer = limited.person.get(f"/{subject}?export=csv")
    assert answer.status_code == 200
    assert NAME not in answer.get_data().decode("utf-8-sig")
    everything = limited.world.person("modir").get(f"/{subject}?export=csv").get_data().decode("utf-8-sig")
    assert NAME in everything
    counts = {
        entry.user_name: entry.row_count
        for entry in list_entries(limited.world.conn, limit=20)
        if entry.action == "export" and entry.object_kind == subject
    }
    assert counts["منشی"] == 0
    assert counts["مدیر"]


@pytest.mark.parametrize("subject", ["persons", "policies"])
def test_an_export_needs_its_own_right(world: World, subject: str) -> None:
    assert world.person("monshi").get(f"/{subject}").status_code == 200
    assert world.person("monshi").get(f"/{subject}?export=csv").status_code == 403
