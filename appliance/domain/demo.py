"""A demo office of invented people, small enough to know by heart.

Names are invented; telephone numbers use blocks that are not assigned.
"""

from __future__ import annotations

from datetime import datetime

from appliance.core.phone import parse_phone
from appliance.domain.access import Role
from appliance.domain.accounts import create_user
from appliance.domain.acting import Acting
from appliance.domain.persons import enter_person
from db import Connection, transaction
from db.queries import persons
from db.queries.users import find_user_by_name
from db.records import find_row, update_row

PASSWORD = "aminbox-demo"
"""Password of every demo user; the demo listens on this machine alone unless told otherwise."""

MARKETER = "bazaryab"
USERS: tuple[tuple[str, str, Role], ...] = (
    ("modir", "مدیر", "owner"),
    ("monshi", "منشی", "desk"),
    (MARKETER, "بازاریاب", "marketer"),
    ("hesabdar", "حسابدار", "accountant"),
    ("nassab", "نصاب", "installer"),
)
# kind, standing, first name, last name, city, note, numbers
PERSONS: tuple[tuple[str, str, str, str, str, str, tuple[str, ...]], ...] = (
    ("natural", "customer", "علی", "رضایی", "تهران", "شخص ثالث و بدنه", ("09120000001", "02110000001")),
    ("legal", "customer", "", "شرکت آفتاب", "کرج", "آتش‌سوزی انبار", ("02610000002",)),
    ("natural", "prospect", "مریم", "کاظمی", "شیراز", "ثالث نزد بیمه‌گر دیگر", ("09350000003",)),
    ("natural", "customer", "رضا", "یوسفی", "تهران", "", ("09120000004",)),
    ("natural", "customer", "زهرا", "رضایی", "تهران", "همسر علی رضایی", ("02110000001",)),
    ("natural", "customer", "نرگس", "احمدی‌پور", "اصفهان", "درمان خانواده", ("09121234567", "03110000006")),
    ("natural", "customer", "کاوه", "ژاله‌فر", "مشهد", "عمر و تأمین آتیه", ("05110000007",)),
    (
        "legal",
        "customer",
        "",
        "کارگاه چوب سپیدار",
        "تبریز",
        "مسئولیت کارفرما",
        ("04110000008", "09140000008"),
    ),
    ("natural", "prospect", "پویا", "گل‌محمدی", "رشت", "معرفی نرگس احمدی‌پور", ("01310000009",)),
)


def furnish(conn: Connection, now: datetime) -> bool:
    """Fill an empty database with the demo office; False, changing nothing, when it has users already."""
    with transaction(conn):
        if find_user_by_name(conn, USERS[0][0]) or persons.count_persons(conn):
            return False
        act = Acting(conn, now, None)
        for username, display_name, role in USERS:
            create_user(conn, username=username, display_name=display_name, role=role, password=PASSWORD)
        for kind, standing, first, last, city, note, numbers in PERSONS:
            keys = [number.key for text in numbers if (number := parse_phone(text))]
            enter_person(
                act, first_name=first, last_name=last, numbers=keys, kind=kind, standing=standing,
                city=city, note=note,
            )  # fmt: skip
    return True


def give_marketer_his_own(act: Acting, person_id: int, policy_id: int) -> None:
    """Let the demo's marketer be the one of a policy and its customer his own: what he may not see is worth a look."""
    user = find_user_by_name(act.conn, MARKETER)
    policy = find_row(act.conn, "policies", policy_id)
    if user is None or policy is None or policy["marketer_id"] is None:
        return
    own = {"marketer_id": policy["marketer_id"]}
    update_row(act.conn, "users", user.id, own)
    update_row(act.conn, "persons", person_id, own)
