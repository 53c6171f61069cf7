"""Ranks on the screens: the explanation, a rank by hand, the rules, the list, and who may see what of them."""

from __future__ import annotations

import re

import pytest

from appliance.domain.acting import acting
from appliance.domain.demo_data.reference import Reference, enter_reference
from appliance.domain.ranking.computing import compute_everybody
from appliance.domain.ranking.criteria import CRITERIA
from appliance.domain.ranking.settings import read_settings, values_of
from appliance.domain.ranking.standing import standing_of
from panel.ranking.words import number, short_rial
from tests.fakes.book_of_customers import TODAY
from tests.panel.world import FETCH, Person, World

ZONE = "Asia/Tehran"
BY_HAND = {"grade": "gold", "until": "1405/12/29", "reason": "معرف چند شرکت"}


@pytest.fixture
def reference(world: World) -> Reference:
    """Give the reference office, ranked."""
    world.conn.execute("DELETE FROM persons")
    with acting(world.conn, world.clock.now(), None, lambda fact: None) as act:
        found = enter_reference(act, ZONE)
    compute_everybody(world.conn, world.clock.now())
    return found


def plain(text: str) -> str:
    """Give the words of a page without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


def ratios(page: str) -> list[str]:
    """Give the loss ratios of a page's table."""
    return re.findall(r'class="loss-ratio[^"]*"><bdi>([^<]+)<', page)


def test_the_explanation_has_every_criterion_with_its_points_weight_and_share(
    world: World, desk: Person, reference: Reference
) -> None:
    page = plain(desk.get(f"/persons/{reference.persons['C1']}/rank").text)
    standing = standing_of(world.conn, reference.persons["C1"], TODAY)
    assert standing is not None
    for part in standing.score.parts:
        assert CRITERIA[part.criterion] in page
        assert number(part.points) in page
        assert number(part.share) in page
    assert f"امتیاز {number(standing.score.total)} از ۱۰۰" in page
    assert "۱ خسارت، ۳۰۰ میلیون ریال" in page
    assert "راه رتبهٔ بعدی" in page


@pytest.mark.parametrize("path", ["rank/why", "rank?fragment", "rank?fragment=1"])
def test_the_fragment_is_the_explanation_alone(desk: Person, reference: Reference, path: str) -> None:
    answer = desk.get(f"/persons/{reference.persons['C1']}/{path}", headers=FETCH)
    assert answer.status_code == 200
    assert 'class="rank"' in answer.text
    assert "<html" not in answer.text
    assert answer.text.count("<form") == 0


def test_the_customers_page_has_badge_question_and_loss_ratios(
    world: World, desk: Person, reference: Reference
) -> None:
    c1 = reference.persons["C1"]
    page = desk.get(f"/persons/{c1}").text
    standing = standing_of(world.conn, c1, TODAY)
    assert standing is not None
    assert f'data-rank-dialog="/persons/{c1}/rank/why"' in page
    assert f"{standing.badge.title} " in plain(page)
    assert ratios(page) == ["۶۲٫۵۰٪", "۷۵٫۰۰٪", "۰٫۰۰٪"]
    prospect = desk.get(f"/persons/{reference.persons['C3']}").text
    assert "چرا؟" not in prospect
    assert "ضریب خسارت" not in prospect
    assert ratios(desk.get(f"/persons/{reference.persons['C3']}/rank").text) == ["—"]


def test_a_customer_who_does_not_pay_is_called_so(desk: Person, reference: Reference) -> None:
    assert "بدحساب – ۱ چک برگشتی" in desk.get(f"/persons/{reference.persons['C4']}").text
    rank = plain(desk.get(f"/persons/{reference.persons['C1']}/rank").text)
    assert "بدون سابقهٔ پرداخت" in rank
    assert "۲۰٬۰۰۰٬۰۰۰ ریال" in rank


def test_a_cheque_settled_a_moment_ago_counts_already(
    world: World, desk: Person, reference: Reference
) -> None:
    c4 = reference.persons["C4"]
    assert "۱ چک تسویه‌نشده" in desk.get(f"/persons/{c4}/rank/why").text
    world.conn.execute("UPDATE cheques SET state = 'settled' WHERE person_id = ?", (c4,))
    page = desk.get(f"/persons/{c4}/rank/why").text
    assert "۱ چک تسویه‌شده" in page
    assert "تسویه‌نشده" not in page


def test_period_and_basis_of_the_loss_ratio_are_chosen(
    world: World, desk: Person, reference: Reference
) -> None:
    world.conn.execute("UPDATE claims SET outstanding = 180000000")
    path = f"/persons/{reference.persons['C1']}/rank"
    assert ratios(desk.get(path).text) == ["۱۰۰٫۰۰٪", "۱۲۰٫۰۰٪", "۰٫۰۰٪"]
    assert ratios(desk.get(f"{path}?months=36&basis=paid").text) == ["۶۲٫۵۰٪", "۷۵٫۰۰٪", "۰٫۰۰٪"]
    assert desk.get(f"{path}?months=7&basis=x").status_code == 200


def test_amounts_are_for_who_may_see_money_and_others_customers_do_not_exist(
    world: World, reference: Reference
) -> None:
    marketer = world.person("bazaryab")
    c1, c2 = reference.persons["C1"], reference.persons["C2"]
    user = world.conn.execute("SELECT id FROM users WHERE username = 'bazaryab'").fetchone()[0]
    world.conn.execute("UPDATE persons SET created_by = ? WHERE id = ?", (user, c1))
    page = plain(marketer.get(f"/persons/{c1}/rank").text)
    assert "میلیون ریال امسال" not in page
    assert "۳۰۰ میلیون ریال" not in page
    assert "خوش‌حسابی" not in page
    assert "تعیین رتبه" not in page
    for path in (f"/persons/{c2}/rank", f"/persons/{c2}/rank/why", f"/persons/{c2}/rank?fragment"):
        assert marketer.get(path).status_code == 404


def test_the_owner_sets_a_rank_by_hand_and_takes_it_back(world: World, reference: Reference) -> None:
    owner, c1 = world.person("modir"), reference.persons["C1"]
    assert owner.post(f"/persons/{c1}/rank", BY_HAND).status_code == 303
    page = plain(owner.get(f"/persons/{c1}/rank").text)
    assert "رتبهٔ دستی تا ۱۴۰۵/۱۲/۲۹، از مدیر: معرف چند شرکت" in page
    assert "طلایی" in plain(owner.get(f"/persons/{c1}").text)
    for path in (f"/persons/{c1}?tab=audit", "/audit"):
        log = plain(owner.get(path).text)
        for words in ("رتبهٔ دستی", "طلایی", "دلیل رتبهٔ دستی", "معرف چند شرکت", "۱۴۰۵/۱۲/۲۹"):
            assert words in log, (path, words)
        assert "rank_" not in log
    assert owner.post(f"/persons/{c1}/rank/computed").status_code == 303
    assert "معرف چند شرکت" not in owner.get(f"/persons/{c1}/rank").text


def test_a_refused_rank_comes_back_with_what_was_typed(world: World, reference: Reference) -> None:
    answer = world.person("modir").post(
        f"/persons/{reference.persons['C1']}/rank", BY_HAND | {"until": "1404/01/01"}
    )
    assert answer.status_code == 422
    assert "این روز گذشته است." in answer.text
    assert "معرف چند شرکت" in answer.text


def test_only_who_may_sets_ranks_and_rules(world: World, desk: Person, reference: Reference) -> None:
    c1 = reference.persons["C1"]
    assert desk.post(f"/persons/{c1}/rank", BY_HAND).status_code == 403
    assert desk.post(f"/persons/{c1}/rank/computed").status_code == 403
    assert desk.get("/settings/ranking").status_code == 403
    assert "تعیین رتبه" not in desk.get(f"/persons/{c1}/rank").text


def test_weights_must_add_up_to_a_hundred(world: World, reference: Reference) -> None:
    owner = world.person("modir")
    first = {key: str(value) for key, value in values_of(world.conn).items()}
    refused = owner.post("/settings/ranking", first | {"weight_amount": "۴۰"})
    assert refused.status_code == 422
    assert "جمع وزن‌ها باید ۱۰۰ باشد؛ اکنون ۱۱۵ است." in refused.text
    assert re.search(r'name="weight_amount" value="۴۰"', refused.text)
    assert (
        owner.post("/settings/ranking", first | {"weight_amount": "40", "weight_count": "0"}).status_code
        == 303
    )
    assert read_settings(world.conn).weights.amount == 40
    page = owner.get("/settings/ranking").text
    assert re.search(r'name="weight_amount" value="40"', page)
    assert "در حال محاسبه" in page
    log = plain(owner.get("/audit").text)
    assert "رتبه‌بندی و خوش‌حسابی" in log
    assert "weight_" not in log


def test_new_weights_count_on_the_page_at_once(world: World, desk: Person, reference: Reference) -> None:
    first = {key: str(value) for key, value in values_of(world.conn).items()}
    weights = {f"weight_{criterion}": "0" for criterion in CRITERIA} | {"weight_cheques": "100"}
    world.person("modir").post("/settings/ranking", first | weights)
    assert "امتیاز ۱۰۰٫۰۰ از ۱۰۰" in plain(desk.get(f"/persons/{reference.persons['C1']}/rank/why").text)


def test_customers_are_listed_by_rank(world: World, desk: Person, reference: Reference) -> None:
    page = desk.get("/persons?sort=-score&columns=name,grade,score,loss_ratio&f.standing.is=customer").text
    rows = world.conn.execute(
        "SELECT TRIM(first_name || ' ' || last_name) AS name, rank_score FROM persons WHERE rank_score IS NOT NULL "
        "ORDER BY rank_score DESC, sort_key"
    ).fetchall()
    shown = re.findall(r'class="row-link"[^>]*>([^<]+)<', page)
    assert shown[: len(rows)] == [row["name"] for row in rows]
    assert number(rows[0]["rank_score"]) in page
    assert 'name="f.grade.is"' in page
    best = world.conn.execute("SELECT id, rank_grade FROM persons ORDER BY rank_score DESC").fetchone()
    of_grade = desk.get(f"/persons?f.grade.is={best['rank_grade']}&sort=-score").text
    assert f'href="/persons/{best["id"]}"' in of_grade
    assert f'href="/persons/{reference.persons["C3"]}"' not in of_grade


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (0, "۰ ریال"),
        (999_500, "۹۹۹٬۵۰۰ ریال"),
        (88_000_000, "۸۸ میلیون ریال"),
        (1_500_000_000, "۱٫۵ میلیارد ریال"),
    ],
)
def test_amounts_are_said_shortly(amount: int, text: str) -> None:
    assert short_rial(amount) == text
