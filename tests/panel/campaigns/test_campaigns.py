"""Campaigns in the panel: what is shown before confirming is what goes out, and nothing goes out before."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest

from appliance.domain.acting import acting
from db import transaction
from db.queries.message_routes import RouteRow, insert_route
from db.queries.opt_outs import insert_opt_out
from sms_modem.campaigning import advance
from tests.panel.campaigns.test_tables import workbook
from tests.panel.policies.conftest import Issue
from tests.panel.policies.conftest import issue as issue
from tests.panel.typed_numbers import TEN
from tests.panel.world import MODIR, MONSHI, Person, World


@pytest.fixture
def modir(world: World) -> Person:
    return world.person(MODIR)


def make(modir: Person, **fields: Any) -> str:
    form = {"title": "آزمون", "who": "typed", "numbers": TEN, "body": "سلام", "kind": "service"} | fields
    answer = modir.client.post(
        "/messages/campaigns/new", data=form, headers={"X-CSRFToken": modir.token()},
        content_type="multipart/form-data",
    )  # fmt: skip
    assert answer.status_code == 303, re.findall(r'field-problem"[^>]*>([^<]+)', answer.text)
    return str(answer.headers["Location"])


def outbox(world: World) -> list[dict[str, Any]]:
    return [
        dict(row)
        for row in world.conn.execute("SELECT * FROM outbox WHERE campaign_id IS NOT NULL ORDER BY id")
    ]


def run(world: World) -> None:
    while advance(world.conn, world.clock.now(), lambda event: None, "Asia/Tehran"):
        pass


def test_ten_pasted_numbers_are_counted_and_the_bad_ones_named_by_line(world: World, modir: Person) -> None:
    path = make(modir)
    page = modir.get(path).text
    assert "تأیید و فرستادن ۸ پیام" in page
    skipped = modir.get(f"{path}?state=skipped").text
    assert "این خط شمارهٔ همراه نیست." in skipped
    assert re.findall(r'col-place">(خط [۰-۹]+)', skipped) == ["خط ۸", "خط ۹"]
    assert "02188776655" in re.sub(r"<[^>]+>|\s", "", skipped)
    assert not outbox(world)
    assert modir.post(f"{path}/confirm").status_code == 303
    run(world)
    assert len({row["number"] for row in outbox(world)}) == len(outbox(world)) == 8


def test_a_group_of_three_gets_three_messages_without_doubles_and_opted_out(
    world: World, modir: Person
) -> None:
    rows = world.conn.execute(
        "SELECT person_id, number FROM person_phones WHERE number LIKE '+989%' GROUP BY number HAVING COUNT(*) = 1 "
        "ORDER BY person_id LIMIT 3"
    ).fetchall()
    with transaction(world.conn):
        world.conn.execute(
            "INSERT INTO person_groups (id, title, rule, created_at) VALUES (70, 'سه نفر', 'null', '2026-01-01')"
        )
        for row in rows:
            world.conn.execute(
                "INSERT INTO person_group_members (group_id, person_id, added_at) VALUES (70, ?, '2026-01-01')",
                (row["person_id"],),
            )
        insert_opt_out(world.conn, rows[0]["number"], "reply", "2026-01-01T00:00:00.000Z")
    shown = modir.get("/groups/70").text
    target = re.search(r'href="(/messages/campaigns/new[^"]+)"', shown)
    assert target
    form = modir.get(target[1].replace("&amp;", "&")).text
    assert "گروه سه نفر" in form
    path = make(modir, who="list", listing="persons", query="group=70", kind="advertising",
                body="{نام بیمه‌گذار} گرامی، {نام دفتر}")  # fmt: skip
    assert "لغو کرده است" in modir.get(path).text
    modir.post(f"{path}/confirm")
    run(world)
    sent = outbox(world)
    assert len(sent) == 2
    assert all(row["body"].endswith("دفتر آزمون\nلغو۱۱") for row in sent)
    assert all(row["person_id"] for row in sent)


def test_a_thousand_rows_of_a_sheet_are_read_once_each_and_the_file_is_not_kept(
    world: World, modir: Person
) -> None:
    rows: list[list[object]] = [["شهر", "تلفن همراه", "نام"]]
    rows += [["کرج", f"0935{place % 990:07d}", f"مشتری {place}"] for place in range(1000)]
    file = (io.BytesIO(workbook(rows)), "numbers.xlsx")
    path = make(modir, who="file", file=file, body="{نام} از {شهر}")
    page = modir.get(path).text
    assert "تأیید و فرستادن ۹۹۰ پیام" in page
    assert "این شماره دو بار در فهرست بود." in page
    assert "مشتری ۰ از کرج" in page or "مشتری 0 از کرج" in page
    wrong = modir.post(f"{path}/columns", {"number": 0, "name": -1})
    assert wrong.status_code == 303
    assert "کسی نمانده است" in modir.get(path).text
    modir.post(f"{path}/columns", {"number": 1, "name": 2})
    modir.post(f"{path}/confirm")
    kept = world.conn.execute("SELECT fields FROM campaign_recipients WHERE place = 1").fetchone()["fields"]
    assert "تلفن" not in kept
    run(world)
    assert len(outbox(world)) == 990


def test_policies_of_a_list_give_one_message_a_person(world: World, modir: Person, issue: Issue) -> None:
    first, second = [
        row["person_id"]
        for row in world.conn.execute(
            "SELECT person_id FROM person_phones WHERE number LIKE '+989%' GROUP BY number HAVING COUNT(*) = 1 "
            "ORDER BY person_id LIMIT 2"
        )
    ]
    issue(person_id=first)
    issue(person_id=first, policy_no="195", object_plate="")
    issue(person_id=second, policy_no="196", object_plate="")
    path = make(modir, who="policies:current", body="بیمه‌نامهٔ {رشته} شما تا {تاریخ انقضا} است.")
    assert "این شماره دو بار در فهرست بود." in modir.get(path).text
    modir.post(f"{path}/confirm")
    run(world)
    sent = outbox(world)
    assert {row["person_id"] for row in sent} == {first, second}
    assert len(sent) == 2
    assert all(re.search(r"تا ۱۴۰[۰-۹]/", row["body"]) for row in sent)


def test_prospects_come_only_when_they_are_chosen(world: World, modir: Person) -> None:
    def people(who: str) -> set[int]:
        path = make(modir, who=who)
        campaign_id = int(path.rpartition("/")[2])
        rows = world.conn.execute(
            "SELECT person_id FROM campaign_recipients WHERE campaign_id = ?", (campaign_id,)
        )
        return {row["person_id"] for row in rows}

    prospects = {
        row["id"]
        for row in world.conn.execute(
            "SELECT id FROM persons WHERE standing = 'prospect' AND archived_at IS NULL"
        )
    }
    assert prospects
    assert people("persons:prospect") == prospects
    assert not people("persons:customer") & prospects


def test_a_campaign_is_held_goes_on_and_is_stopped(world: World, modir: Person) -> None:
    path = make(modir, per_hour="60")
    modir.post(f"{path}/confirm")
    run(world)
    assert modir.post(f"{path}/pause").status_code == 303
    assert "نگه‌داشته‌شده" in modir.get(path).text
    modir.post(f"{path}/resume")
    assert modir.post(f"{path}/stop").status_code == 303
    assert {row["state"] for row in outbox(world)} == {"cancelled"}
    assert modir.post(f"{path}/resume").status_code == 409


def test_a_draft_is_changed_and_thrown_away(world: World, modir: Person) -> None:
    path = make(modir)
    assert TEN.splitlines()[0] in modir.get(f"{path}/edit").text
    answer = modir.post(
        f"{path}/edit", {"title": "دیگر", "who": "typed", "numbers": "09351112233", "body": "سلام"}
    )
    assert answer.status_code == 303
    assert "تأیید و فرستادن ۱ پیام" in modir.get(path).text
    assert modir.post(f"{path}/discard").status_code == 303
    assert modir.get(path).status_code == 404
    assert world.conn.execute("SELECT COUNT(*) AS n FROM campaign_recipients").fetchone()["n"] == 0


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"title": ""}, "نامی برای این ارسال بنویسید."),
        ({"who": ""}, "گیرندگان را انتخاب کنید."),
        ({"who": "group:99"}, "گیرندگان را انتخاب کنید."),
        ({"body": "{رشته}"}, "فیلد «رشته» برای این گیرندگان مقداری ندارد."),
        ({"body": "}"}, "آکولاد"),
        ({"numbers": ""}, "دست‌کم یک شماره بنویسید."),
        ({"who": "file"}, "فایل را انتخاب کنید."),
        ({"start_day": "۱۴۰۵/۱۳/۰۱"}, "تاریخ را مانند"),
        ({"start_time": "۲۵:۰۰"}, "ساعت را مانند"),
        ({"per_hour": "۰"}, "عددی از ۱"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(
    world: World, modir: Person, fields: dict[str, str], words: str
) -> None:
    form = {"title": "ن", "who": "typed", "numbers": "09351112233", "body": "سلام"} | fields
    answer = modir.post("/messages/campaigns/new", form)
    assert answer.status_code == 422
    assert words in answer.text
    assert not world.conn.execute("SELECT 1 FROM campaigns").fetchone()


def test_without_the_permission_there_is_no_campaign(world: World) -> None:
    desk = world.person(MONSHI)
    assert desk.get("/messages/campaigns").status_code == 403
    assert "ارسال انبوه" not in desk.get("/messages").text
    assert desk.post("/messages/campaigns/new", {}).status_code == 403


def test_progress_says_what_became_of_each(world: World, modir: Person) -> None:
    path = make(modir)
    modir.post(f"{path}/confirm")
    run(world)
    with acting(world.conn, world.clock.now(), None, lambda _fact: None):
        world.conn.execute(
            "UPDATE outbox SET state = 'delivered', sent_at = created_at, cost_rial = 400 "
            "WHERE id IN (SELECT id FROM outbox WHERE campaign_id IS NOT NULL ORDER BY id LIMIT 6)"
        )
    part = modir.get(f"{path}/progress").text
    assert "<b>۶</b> از ۸ گیرنده" in part
    assert "۲٬۴۰۰ ریال" in part
    assert "۷۵٪" in part


def test_a_file_is_kept_when_its_maker_ticks_so_and_forgotten_when_not(world: World, modir: Person) -> None:
    content = "شماره\n09121110001\n".encode()
    path = make(modir, who="file", file=(io.BytesIO(content), "فهرست.csv"), keep_file="1")
    assert f"{path}/file" in modir.get(path).text
    given = modir.get(f"{path}/file")
    assert given.data == content
    assert given.headers["Content-Disposition"].startswith("attachment")
    form = {"title": "آزمون", "who": "file", "body": "سلام", "kind": "service"}
    for keeps, status in ((form | {"keep_file": "1"}, 200), (form, 404)):
        modir.client.post(
            f"{path}/edit",
            data=keeps,
            headers={"X-CSRFToken": modir.token()},
            content_type="multipart/form-data",
        )
        assert modir.get(f"{path}/file").status_code == status
    other = make(modir, who="file", file=(io.BytesIO(content), "a.csv"))
    assert modir.get(f"{other}/file").status_code == 404


def test_who_confirms_is_told_when_no_route_carries_such_messages(world: World, modir: Person) -> None:
    words = "هیچ مسیر روشنی پیام تبلیغاتی نمی‌برد"
    row = RouteRow(id=0, name="m", title="مودم", provider="modem", carries_advertising=False)
    insert_route(world.conn, row, "2026-01-01T00:00:00.000Z")
    assert words in modir.get(make(modir, kind="advertising")).text
    assert "هیچ مسیر روشنی" not in modir.get(make(modir, kind="service")).text
    row = RouteRow(id=0, name="k", title="سرویس", provider="kavenegar", place=2)
    insert_route(world.conn, row, "2026-01-01T00:00:00.000Z")
    assert words not in modir.get(make(modir, kind="advertising")).text
