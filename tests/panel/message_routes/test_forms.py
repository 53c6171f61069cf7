"""Setting up routes: every installed kind has a form, keys are written and never shown, wrong values are named."""

from __future__ import annotations

import pytest

from db.queries.message_routes import RouteRow, find_rate, find_route, list_routes, read_secrets
from panel.message_routes.kinds import find_kind, kinds, settings_of
from tests.panel.world import MODIR, NASSAB, Person, World

KAVENEGAR = {
    "title": "کاوه‌نگار دفتر", "k.api_key": "very-secret-key", "s.line": "۱۰۰۰۵۹۶۴۴۶",
    "s.inbox_lines": "1000596446، 2000",
    "s.base": "https://api.kavenegar.com/v1", "s.answer_s": "30", "carries.service": "1", "carries.advertising": "1",
    "daily_cap": "۵۰۰", "pace": "", "persian_rial": "۱٬۲۰۰", "vat": "۱۰", "low_credit_rial": "۵۰۰٬۰۰۰",
    "is_active": "1",
}  # fmt: skip


@pytest.fixture
def modir(world: World) -> Person:
    return world.person(MODIR)


@pytest.mark.parametrize("name", [kind.name for kind in kinds()])
def test_every_installed_kind_has_a_form_in_persian(modir: Person, name: str) -> None:
    page = modir.get(f"/messages/routes/new?kind={name}")
    assert page.status_code == 200
    for one in settings_of(find_kind(name)):
        assert one.title != one.name, f"no Persian title for {one.name}"
        assert one.title in page.text


def test_at_least_three_providers_and_the_sink_may_be_chosen(modir: Person) -> None:
    page = modir.get("/messages/routes/new").text
    for title in ("کاوه‌نگار", "SMS.ir", "ملی‌پیامک", "خروجی آزمایشی", "مودم پیامک"):
        assert title in page


def test_a_key_is_kept_and_never_shown_again(world: World, modir: Person) -> None:
    assert modir.post("/messages/routes/new?kind=kavenegar", KAVENEGAR).status_code == 303
    row = find_route(world.conn, "kavenegar")
    assert row is not None
    assert row.settings.startswith('{"line":"1000596446","inbox_lines":["1000596446","2000"]')
    assert (row.carries_code, row.daily_cap, row.low_credit_rial) == (False, 500, 500_000)
    rate = find_rate(world.conn, "kavenegar", "9999-01-01")
    assert rate is not None
    assert (rate.persian_rial, rate.latin_rial, rate.vat_bp) == (1_200, 1_200, 1_000)
    page = modir.get(f"/messages/routes/{row.id}").text
    assert "very-secret-key" not in page
    assert "ثبت شده؛ برای عوض‌کردن بنویسید" in page
    assert (
        modir.post(f"/messages/routes/{row.id}", KAVENEGAR | {"k.api_key": "", "title": "دیگر"}).status_code
        == 303
    )
    assert read_secrets(world.conn, row.id) == {"api_key": "very-secret-key"}
    assert "دیگر" in modir.get("/messages/routes").text


@pytest.mark.parametrize(
    ("kind", "changes", "words"),
    [
        ("kavenegar", {"k.api_key": ""}, "این مورد لازم است."),
        ("kavenegar", {"title": " "}, "نامی برای این مسیر بنویسید."),
        ("kavenegar", {"carries.service": "", "carries.advertising": ""}, "دست‌کم یک نوع پیام"),
        ("kavenegar", {"daily_cap": "بسیار"}, "این‌جا عدد بنویسید."),
        ("smsir", {"s.line": ""}, "این مورد لازم است."),
        ("smsir", {"s.line": "سه هزار"}, "این مقدار پذیرفته نشد."),
        ("modem", {"s.baud": "7"}, "این مقدار پذیرفته نشد."),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(
    world: World, modir: Person, kind: str, changes: dict[str, str], words: str
) -> None:
    answer = modir.post(f"/messages/routes/new?kind={kind}", KAVENEGAR | changes)
    assert answer.status_code == 422
    assert words in answer.text
    assert "very-secret-key" not in answer.text
    assert list_routes(world.conn) == []


def test_order_is_changed_and_a_route_is_taken_out(world: World, modir: Person) -> None:
    for kind in ("sink", "kavenegar"):
        modir.post(f"/messages/routes/new?kind={kind}", KAVENEGAR | {"s.file_name": "out.jsonl"})
    first, second = list_routes(world.conn)
    assert [first.name, second.name] == ["sink", "kavenegar"]
    modir.post(f"/messages/routes/{second.id}/move", {"to": "up"})
    assert [one.name for one in list_routes(world.conn)] == ["kavenegar", "sink"]
    assert modir.post(f"/messages/routes/{first.id}/delete").status_code == 303
    assert [one.name for one in list_routes(world.conn)] == ["kavenegar"]
    assert modir.get(f"/messages/routes/{first.id}").status_code == 404


def test_a_second_account_of_a_kind_has_a_name_of_its_own(world: World, modir: Person) -> None:
    for _ in range(2):
        modir.post("/messages/routes/new?kind=kavenegar", KAVENEGAR)
    assert [one.name for one in list_routes(world.conn)] == ["kavenegar", "kavenegar-2"]
    assert isinstance(list_routes(world.conn)[0], RouteRow)


def test_who_may_not_manage_messages_sees_no_form(world: World) -> None:
    assert world.person(NASSAB).get("/messages/routes/new?kind=kavenegar").status_code == 403
