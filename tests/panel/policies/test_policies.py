"""The screens of policies: list, page, issue, renew, edit, endorse, cancel, lose, propose."""

from __future__ import annotations

import re

import pytest

from db.records import find_row
from tests.panel.policies.conftest import THIRD_PARTY, Issue
from tests.panel.world import Person, World


@pytest.fixture
def owner(world: World) -> Person:
    return world.person("modir")


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_the_list_is_narrowed_by_number_line_and_days(owner: Person, issue: Issue) -> None:
    wanted = issue()
    other = issue(policy_no="930", line_code="LIA", issue_date="1404/01/10")
    for query, shown in [
        ("", {wanted, other}),
        ("?f.policy_no.contains=۱۹۴", {wanted}),
        ("?f.line_code.is=LIA", {other}),
        ("?f.person.contains=رضایی&f.status.is=expired", {other}),
        ("?f.premium.from=120000000", set()),
        ("?f.end_date.until=1405/12/29", {other}),
    ]:
        page = owner.get(f"/policies{query}").text
        assert {int(row) for row in re.findall(r'data-row="(\d+)"', page)} == shown, query


def test_a_plate_is_shown_as_a_plate(owner: Person, issue: Issue) -> None:
    issue()
    assert 'aria-label="پلاک ۱۲ ب ۳۴۵ ایران ۶۷"' in owner.get("/policies").text


def test_a_policy_is_issued_for_somebody_found_by_number(owner: Person, issue: Issue, world: World) -> None:
    issue(policy_no="1")
    found = owner.get("/policies/new?q=0912000").text
    assert "علی رضایی" in found
    assert "/policies/new?person=1" in found
    assert 'name="line_code"' in owner.get("/policies/new?person=1").text
    answer = owner.post(
        "/policies/new", THIRD_PARTY | {"person_id": "1", "policy_no": "200", "cover_0_title": "مالی"}
    )
    assert answer.status_code == 303
    page = text_of(owner.get(answer.location).text)
    for words in ("۱۱۰٬۰۰۰٬۰۰۰", "۱۴۰۶/۰۱/۱۰", "اقساط مشتری", "تعهد به بیمه‌گر", "مالی", "کارمزد مورد انتظار"):
        assert words in page, words


def test_a_refused_form_comes_back_with_what_was_typed(owner: Person, issue: Issue) -> None:
    issue()
    texts = THIRD_PARTY | {
        "person_id": "1",
        "object_plate": "12x",
        "net_premium": "زیاد",
        "cover_0_ceiling": "5",
    }
    answer = owner.post("/policies/new", texts)
    assert answer.status_code == 422
    assert 'value="زیاد"' in answer.text
    assert "پلاک را مانند" in answer.text
    assert "f-cover_0_title-problem" in answer.text


def test_what_follows_is_shown_before_saving_without_scripts(
    owner: Person, issue: Issue, world: World
) -> None:
    issue()
    answer = owner.post(
        "/policies/new", THIRD_PARTY | {"person_id": "1", "policy_no": "9", "step": "compute"}
    )
    assert answer.status_code == 200
    assert re.search(r'name="end_date" value="۱۴۰۶/۰۱/۱۰"', answer.text)
    assert re.search(r'name="vat" value="10,000,000"', answer.text)
    assert world.conn.execute("SELECT COUNT(*) FROM policies").fetchone()[0] == 1


def test_the_script_is_told_what_follows_and_the_objects_fields(owner: Person, issue: Issue) -> None:
    issue()
    told = owner.get("/policies/following?line_code=FIR-R&issue_date=1405/02/01&net_premium=1000").get_json()
    assert told["kind"] == "place"
    assert "object_postal_code" in told["object"]
    assert told["hints"]["end_date"] == "خالی بماند: ۱۴۰۶/۰۲/۰۱"
    assert told["hints"]["vat"] == "خالی بماند: ۱۰۰ ریال"


def test_a_renewal_begins_where_the_old_one_ends(owner: Person, issue: Issue, world: World) -> None:
    old = issue(no_claim_years="4", issue_date="1404/10/01")
    form = owner.get(f"/policies/{old}/renew").text
    for name, value in (
        ("start_date", "۱۴۰۵/۱۰/۰۱"), ("end_date", "۱۴۰۶/۱۰/۰۱"), ("no_claim_years", "5"), ("policy_no", ""),
        ("net_premium", ""), ("object_plate", "۱۲ ب ۳۴۵ ایران ۶۷"),
    ):  # fmt: skip
        assert re.search(rf'name="{name}" value="{value}"', form), name
    answer = owner.post(
        f"/policies/{old}/renew", THIRD_PARTY | {"policy_no": "201", "start_date": "1405/10/01"}
    )
    assert answer.status_code == 303
    new = int(answer.location.rsplit("/", 1)[1])
    row = find_row(world.conn, "policies", new)
    assert row is not None
    assert row["renews_id"] == old
    assert f'href="/policies/{old}"' in owner.get(f"/policies/{new}").text
    assert "تمدیدشده" in text_of(owner.get(f"/policies/{old}").text)
    again = owner.post(f"/policies/{old}/renew", THIRD_PARTY | {"policy_no": "202"})
    assert again.status_code == 422
    assert "پیش‌تر تمدید شده" in again.text


def test_who_comes_second_is_told_and_keeps_his_words(owner: Person, desk: Person, issue: Issue) -> None:
    policy_id = issue()
    first = THIRD_PARTY | {"revision": "1", "note": "اولی"}
    assert desk.post(f"/policies/{policy_id}/edit", first).status_code == 303
    answer = owner.post(f"/policies/{policy_id}/edit", THIRD_PARTY | {"revision": "1", "note": "دومی"})
    assert answer.status_code == 409
    assert "منشی" in answer.text
    assert ">دومی</textarea>" in answer.text
    assert re.search(r'name="revision" value="2"', answer.text)
    assert "اولی" in owner.get(f"/policies/{policy_id}").text


def test_an_endorsement_takes_its_sign_from_its_kind(owner: Person, issue: Issue) -> None:
    policy_id = issue(issue_date="1404/06/01")
    texts = {"issue_date": "1404/08/01", "effective_date": "1404/08/01", "amount": "20,000,000"}
    assert owner.post(f"/policies/{policy_id}/endorse", texts | {"kind": "return"}).status_code == 303
    page = text_of(owner.get(f"/policies/{policy_id}").text)
    assert "−۲۰٬۰۰۰٬۰۰۰" in page
    assert "−۲٬۰۰۰٬۰۰۰" in page
    refused = owner.post(f"/policies/{policy_id}/endorse", texts | {"kind": "return", "amount": "80,000,001"})
    assert refused.status_code == 422
    assert "برگشتی از حق بیمهٔ دریافت‌شده بیشتر است" in refused.text


def test_a_cancellation_proposes_the_days_left_and_is_final(
    owner: Person, desk: Person, issue: Issue
) -> None:
    policy_id = issue(issue_date="1404/06/01", end_date="1405/06/01")
    form = owner.get(f"/policies/{policy_id}/cancel?on=1404/06/01").text
    assert 'name="refund" value="100,000,000"' in form
    assert desk.get(f"/policies/{policy_id}/cancel").status_code == 403
    assert owner.post(f"/policies/{policy_id}/cancel", {"on": "1404/09/01", "reason": ""}).status_code == 422
    texts = {"on": "1404/09/01", "reason": "فروش خودرو", "refund": "70,000,000"}
    assert owner.post(f"/policies/{policy_id}/cancel", texts).status_code == 303
    page = owner.get(f"/policies/{policy_id}").text
    assert "فروش خودرو" in page
    assert f"/policies/{policy_id}/renew" not in page
    assert owner.post(f"/policies/{policy_id}/cancel", texts).status_code == 422


def test_a_lost_policy_says_why_and_comes_back(owner: Person, issue: Issue) -> None:
    policy_id = issue(issue_date="1404/01/01")
    reason = re.search(r'<option value="(\d+)">قیمت', owner.get(f"/policies/{policy_id}/lost").text)
    assert reason is not None
    assert owner.post(f"/policies/{policy_id}/lost", {"lost_reason_id": "999999"}).status_code == 422
    assert owner.post(f"/policies/{policy_id}/lost", {"lost_reason_id": reason[1]}).status_code == 303
    assert "از دست رفته اعلام شد: قیمت" in text_of(owner.get(f"/policies/{policy_id}").text)
    owner.post(f"/policies/{policy_id}/lost", {"back": "1"})
    assert "منقضی" in text_of(owner.get(f"/policies/{policy_id}").text)


def test_proposals_wait_on_a_page_until_decided(owner: Person, issue: Issue, world: World) -> None:
    old = issue(issue_date="1404/01/10")
    new = issue(policy_no="195")
    page = owner.get("/policies/renewals").text
    assert f"/policies/{new}/renews/{old}" in page
    answer = owner.post(
        f"/policies/{new}/renews/{old}", {"decision": "confirm", "back": "/policies/renewals"}
    )
    assert answer.location == "/policies/renewals"
    assert f"/policies/{new}/renews/{old}" not in owner.get("/policies/renewals").text
    row = find_row(world.conn, "policies", new)
    assert row is not None
    assert row["renews_id"] == old


def test_a_prospects_policy_with_somebody_else_needs_little(
    owner: Person, issue: Issue, world: World
) -> None:
    issue()
    form = owner.get("/policies/new?person=3&elsewhere=1").text
    assert 'name="commission"' not in form
    texts = {
        "person_id": "3",
        "elsewhere": "1",
        "line_code": "TPL",
        "insurer_id": "2",
        "end_date": "1405/06/20",
    }
    answer = owner.post("/policies/new", texts)
    assert answer.status_code == 303
    page = text_of(owner.get(answer.location).text)
    assert "نزد دیگران" in page
    assert "۱۴۰۴/۰۶/۲۰" in page
    assert world.conn.execute("SELECT standing FROM persons WHERE id = 3").fetchone()[0] == "prospect"


def test_the_offices_own_fields_appear_everywhere_at_once(owner: Person, desk: Person, issue: Issue) -> None:
    policy_id = issue()
    assert "شماره بایگانی" not in owner.get("/policies").text
    texts = {"field_1.title": "شماره بایگانی", "field_1.type": "text", "field_1.is_on": "1"}
    assert desk.post("/policies/fields", texts).status_code == 403
    assert owner.post("/policies/fields", texts).status_code == 303
    assert "شماره بایگانی" in owner.get(f"/policies/{policy_id}/edit").text
    assert (
        owner.post(
            f"/policies/{policy_id}/edit", THIRD_PARTY | {"revision": "1", "field_1": "ب-۷"}
        ).status_code
        == 303
    )
    page = owner.get("/policies?f.field_1.contains=ب-7").text
    assert f'data-row="{policy_id}"' in page
    assert page.count("شماره بایگانی") >= 3
    assert "ب-۷" in owner.get(f"/policies/{policy_id}").text
    assert "شماره بایگانی" in owner.get("/messages/templates/new").text
    texts = {
        "name": "بایگانی", "event": "policy.issued", "kind": "transactional", "channel": "sms",
        "body": "بیمه‌نامهٔ {شماره بیمه‌نامه} با شمارهٔ {شماره بایگانی} نگهداری می‌شود.",
    }  # fmt: skip
    assert owner.post("/messages/templates/new", texts | {"event": "person.birthday"}).status_code == 422
    assert owner.post("/messages/templates/new", texts).status_code == 303
    refused = owner.post("/policies/fields", {"field_1.title": "", "field_1.is_on": "1"})
    assert refused.status_code == 422


def test_who_may_not_see_money_sees_none_and_posts_none(world: World, issue: Issue) -> None:
    policy_id = issue()
    world.conn.execute("UPDATE policies SET created_by = (SELECT id FROM users WHERE username = 'bazaryab')")
    page = world.person("bazaryab").get(f"/policies/{policy_id}")
    assert page.status_code == 200
    assert "۱۱۰٬۰۰۰٬۰۰۰" not in page.text
    assert "۱۰۰٬۰۰۰٬۰۰۰" not in page.text


def test_what_is_out_of_reach_is_not_there(world: World, issue: Issue) -> None:
    policy_id = issue(unit_id="2")
    world.conn.execute("UPDATE roles SET scope = 'unit' WHERE name = 'desk'")
    world.conn.execute("UPDATE users SET unit_id = 1 WHERE username = 'monshi'")
    desk = world.person("monshi")
    for path in ("", "/edit", "/renew", "/endorse", "/lost"):
        assert desk.get(f"/policies/{policy_id}{path}").status_code == 404, path
    assert desk.post(f"/policies/{policy_id}/edit", {"revision": "1", "note": "x"}).status_code == 404
    assert f'data-row="{policy_id}"' not in desk.get("/policies").text


def test_a_policys_page_lists_what_it_brought_with_links(owner: Person, issue: Issue) -> None:
    policy_id = issue(issue_date="1405/09/01", commission="9,000,000")
    page = owner.get(f"/policies/{policy_id}").text
    for target in (
        "/persons/1",
        "#plan-customer",
        "#plan-insurer",
        "#commission",
        "/calendar?",
    ):
        assert f'href="{target}' in page, target
    reminder = re.search(r'href="(/calendar\?[^"]+)"', page)
    assert reminder is not None
    assert f'href="/policies/{policy_id}"' in owner.get(reminder[1].replace("&amp;", "&")).text
    assert "۱۴۰۶/۰۸/۰۱" in page


@pytest.mark.parametrize(
    ("text", "person_id"),
    [("عل", 1), ("رضایی علی", 1), ("۰۹۱۲۰۰۰", 1), ("12ب345", 1), ("رض", 4), ("۱۹۴", 1), ("ناشناس", None)],
)
def test_a_person_is_found_by_whatever_is_known(
    owner: Person, issue: Issue, text: str, person_id: int | None
) -> None:
    issue()
    page = owner.get("/policies/new", query_string={"q": text}).text
    found = {int(one) for one in re.findall(r"/policies/new\?person=(\d+)", page)}
    assert person_id in found if person_id else not found


def test_the_list_leaves_as_a_file_with_the_offices_own_field(
    owner: Person, desk: Person, issue: Issue
) -> None:
    issue()
    owner.post(
        "/policies/fields", {"field_1.title": "شماره بایگانی", "field_1.type": "text", "field_1.is_on": "1"}
    )
    path = re.search(r'href="(/policies\?[^"]*csv[^"]*)"', owner.get("/policies").text)
    assert path is not None
    file = owner.get(path[1].replace("&amp;", "&"), buffered=True).data.decode("utf-8-sig")
    assert "شماره بایگانی" in file.splitlines()[0]
    assert "194" in file
    assert "csv" not in desk.get("/policies").text
