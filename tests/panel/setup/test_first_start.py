"""The first start: nothing opens before there is an owner, and no step is lost."""

from __future__ import annotations

import msgspec
import pytest

from appliance.core.config import OfficeSection
from appliance.core.config.own_office import with_own_office
from appliance.domain.accounts import sign_in
from appliance.domain.settings.office import read_office
from appliance.domain.settings.setup import read_setup
from db.queries.message_routes import RouteRow, insert_route
from db.queries.users import find_user_by_name, list_users
from panel.ownership import BEFORE_OWNER
from panel.setup.code import spelled
from tests.panel.setup.conftest import OWNER, PASSWORD, Fresh, post
from tests.panel.simulated_calls import SimulatedCall
from tests.panel.test_routes import address, method, routes


def test_nothing_but_the_first_steps_opens_before_there_is_an_owner(fresh: Fresh) -> None:
    for person in (fresh.browser(), fresh.entered()):
        for rule in routes(fresh.world.app):
            if rule.endpoint in BEFORE_OWNER:
                continue
            path = address(rule)
            answer = person.get(path) if method(rule) == "GET" else person.client.post(path)
            assert answer.status_code in (302, 303, 400), (rule.endpoint, answer.status_code)
            if method(rule) == "GET":
                assert answer.location == "/setup", rule.endpoint


@pytest.mark.parametrize(
    "wrong", ["", "xxxx-xxxx-xxxx-xxxx", "aminbox-demo", "aminbox", "password1234", "modir"]
)
def test_only_the_code_of_this_box_begins(fresh: Fresh, wrong: str) -> None:
    person = fresh.browser()
    answer = post(person, "/setup", {"code": wrong})
    assert answer.status_code in (401, 403)
    assert "این کد درست نیست" in answer.text
    assert post(person, "/setup/owner", OWNER).status_code in (302, 303)
    assert len(list_users(fresh.world.conn)) == 1


def test_the_code_is_taken_as_people_type_it(fresh: Fresh) -> None:
    shouted = fresh.code.replace("-", " ").upper()
    assert spelled(f"  {shouted} ") == fresh.code
    assert spelled("گذرواژهٔ خودم") == "گذرواژهٔ خودم"
    assert post(fresh.browser(), "/setup", {"code": shouted}).location == "/setup/owner"


def test_guessing_closes_the_way_for_a_while(fresh: Fresh) -> None:
    person = fresh.browser()
    for _ in range(6):
        answer = post(person, "/setup", {"code": "2222-2222-2222-2222"})
    assert "این کد درست نیست" not in answer.text
    assert post(person, "/setup", {"code": fresh.code}).status_code != 303


def test_the_owner_has_an_own_account_and_the_code_ends(fresh: Fresh) -> None:
    (fresh.folder / "first-code").write_text(fresh.code)
    person = fresh.owned()
    assert not (fresh.folder / "first-code").exists()
    conn = fresh.world.conn
    assert sign_in(conn, fresh.world.clock.now(), "amini", PASSWORD).display_name == "زهرا امینی"
    assert find_user_by_name(conn, "modir") is None
    assert person.get("/setup").location == "/setup/office"
    late = fresh.browser()
    assert late.get("/setup").location == "/"
    assert late.get("/calls").location.startswith("/sign-in")
    assert late.client.post("/setup", data={"code": fresh.code}).status_code in (303, 400)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"display_name": ""}, "این مورد لازم است"),
        ({"username": "دو کلمه"}, "نویسه‌های ناخوانا"),
        ({"again": "چیز دیگری نوشتم"}, "دو گذرواژه یکی نیست"),
        ({"password": "کوتاه", "again": "کوتاه"}, "نویسه"),
        ({"mobile": "12"}, "field-problem"),
    ],
)
def test_an_owner_who_mistypes_keeps_what_was_typed(fresh: Fresh, change: dict[str, str], words: str) -> None:
    person = fresh.entered()
    answer = post(person, "/setup/owner", OWNER | change)
    assert answer.status_code == 422
    assert words in answer.text
    if "username" not in change:
        assert 'value="amini"' in answer.text
    assert PASSWORD not in answer.text
    assert person.get("/calls").location == "/setup"


def test_the_office_is_named_for_pages_papers_and_numbers(fresh: Fresh) -> None:
    person = fresh.owned()
    form = {
        "name": "نمایندگی امینی",
        "area_code": "۰۳۱",
        "agent_code": "1234",
        "phone": "",
        "address": "اصفهان",
    }
    assert post(person, "/setup/office", form).location == "/setup/network"
    own = with_own_office(OfficeSection(), fresh.folder)
    assert (own.name, own.area_code) == ("نمایندگی امینی", "031")
    assert read_office(fresh.world.conn).agent_code == "1234"
    bad = post(person, "/setup/office", form | {"area_code": "7"})
    assert bad.status_code == 422
    assert "پیش‌شمارهٔ شهر" in bad.text


def test_a_damaged_file_of_the_office_is_passed_over(fresh: Fresh) -> None:
    for text in ("name =", 'name = "x"\narea_code = "zz"', "name = 5", "\udcff"):
        (fresh.folder / "office.toml").write_bytes(text.encode(errors="surrogateescape"))
        assert with_own_office(OfficeSection(), fresh.folder) == OfficeSection()


def test_steps_left_for_later_are_found_again_after_a_power_cut(fresh: Fresh) -> None:
    person = fresh.owned()
    for step in ("network", "lines", "messages"):
        answer = post(person, f"/setup/{step}", {"act": "done" if step == "network" else "later"})
    assert answer.location == "/setup/import"
    state = read_setup(fresh.world.conn)
    assert (state.done, state.later) == (["network"], ["lines", "messages"])
    page = person.get("/box").text
    assert "گام از راه‌اندازی مانده است" in page
    again = person.get("/setup")
    assert again.location == "/setup/office"
    assert 'data-state="later"' in person.get("/setup/lines").text


def test_a_line_counts_as_tested_when_a_call_came_in_on_it(fresh: Fresh) -> None:
    person, world = fresh.owned(), fresh.world
    assert "هنوز آزموده نشده" in person.get("/setup/lines").text
    for line in (1, 2):
        call = SimulatedCall(world.bus, world.conn, world.clock.now(), ids=world.ids, line=line)
        call.ring().identify("09121234567").miss()
    page = person.get("/setup/lines").text
    assert "۲ خط، ۲ آزموده" in page
    assert "تماس آمده است" in page


def test_the_sheet_shows_what_was_proven_and_ends_the_first_start(fresh: Fresh) -> None:
    person = fresh.owned()
    page = person.get("/setup/sheet").text
    for words in ("زهرا امینی", "هنوز آزموده نشده", "راه‌اندازی نشده", "مدیر دفتر"):
        assert words in page
    assert post(person, "/setup/sheet", {"act": "done"}).location == "/"
    assert read_setup(fresh.world.conn).finished_at
    assert "گام از راه‌اندازی" not in person.get("/box").text
    assert person.get("/setup/lines").status_code == 200, "steps can be found again"


def test_others_than_the_owner_see_nothing_of_it(world: object) -> None:
    from tests.panel.world import World

    assert isinstance(world, World)
    desk = world.person("monshi")
    assert desk.get("/setup").location == "/"
    assert desk.get("/setup/office").status_code == 403
    assert "راه‌اندازی مانده" not in desk.get("/calls").text
    assert world.person("modir").get("/setup/owner").location == "/setup"
    assert msgspec.to_builtins(read_setup(world.conn))["began_at"] == ""


def test_a_test_message_goes_over_the_first_route_and_its_fate_is_shown(fresh: Fresh) -> None:
    person, conn = fresh.owned(), fresh.world.conn
    assert "هنوز راهی برای پیامک نیست" in person.get("/setup/messages").text
    assert post(person, "/setup/messages/test", {"number": "09121234567"}).location == "/setup/messages"
    assert conn.execute("SELECT COUNT(*) FROM outbox").fetchone()[0] == 0, "without a route nothing is sent"
    row = RouteRow(id=0, name="office", title="پنل دفتر", provider="sink")
    insert_route(conn, row, "2026-01-01T00:00:00.000Z")
    assert post(person, "/setup/messages/test", {"number": "هیچ"}).status_code == 422
    assert post(person, "/setup/messages/test", {"number": "۰۹۱۲ ۱۲۳ ۴۵۶۷"}).location == "/setup/messages"
    assert "در صف" in person.get("/setup/messages").text
    assert 'data-state="open"' in person.get("/setup/messages").text
    conn.execute("UPDATE outbox SET state = 'sent', route = 'office', sent_at = created_at")
    page = person.get("/setup/sheet").text
    assert "پیامک آزمایشی: فرستاده‌شده" in page
    again = post(person, "/setup/messages/test", {"number": "09121234567"})
    assert again.status_code == 303
    numbers = [row[0] for row in conn.execute("SELECT DISTINCT number FROM outbox")]
    assert numbers == ["+989121234567"]
    assert conn.execute("SELECT COUNT(*) FROM outbox").fetchone()[0] == 2
