"""Files as insurers' systems export them, invented: every profile with its own headers and its own bad habits.

Arabic letters, Jalali text beside Excel's serial numbers, identity numbers without their zeros, mobiles as ``98…``,
names with codes, refunds as positive amounts, rows of another agency, a row that stands there twice. Nobody in them is
real. The same seed gives the same file.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta

from appliance.core import jalali
from appliance.domain.demo_data import names
from appliance.domain.importing.profiles import PROFILES
from appliance.domain.importing.values import EXCEL_EPOCH, Cell
from db.text import ascii_digits

OWN_AGENCY = "51037"
OTHER_AGENCY = "62290"
_ARABIC = str.maketrans({"ی": "ي", "ک": "ك"})
_LINES = ("شخص ثالث", "بدنه", "ثالث", "آتش‌سوزی مسکونی", "مسئولیت")
_MODELS = ("پژو ۲۰۶", "پراید ۱۳۱", "سمند", "تیبا", "دنا")
_FAMILIES = (
    "رضایی",
    "کاظمی",
    "احمدی",
    "کریمی",
    "نوری",
    "اکبری",
    "شریفی",
    "قاسمی",
    "مرادی",
    "صادقی",
    "یزدانی",
    "کیانی",
)
_LETTERS = "بجدسصطقلمنوهی"
_FIRST_CORES = {
    "F1": 58_000, "F2": 157_000, "F4b": 157_000, "F3": 357_000, "F4": 357_000, "F5": 357_000, "F6": 457_000,
    "F6p": 457_000, "F7": 557_000, "F8": 657_000,
}  # fmt: skip
START = date(2025, 3, 25)
C4 = "رضا يوسفي"
"""The customer of the acceptance criteria whose name is typed with Arabic letters."""


class Sample:
    """One invented file."""

    def __init__(self, profile: str, rows: int, seed: int = 1, first_core: int | None = None) -> None:
        self.profile = PROFILES[profile]
        self._rows = rows
        self._chance = random.Random(f"{profile} {seed}")
        # Statements of commission and endorsements are of the policies that another sample brings.
        self._steps = random.Random(f"core {seed}")
        self._core = _FIRST_CORES[profile] if first_core is None else first_core

    def table(self) -> list[list[Cell]]:
        """Give the headers and the rows."""
        titles = list(self.profile.headers)
        if self.profile.key == "F8":
            titles = ["نام و نام خانوادگی", "کد ملی", "موبایل", "آدرس"]
        makers: dict[str, Callable[[], list[dict[str, Cell]]]] = {
            "F1": self._collection, "F2": self._issue, "F3": self._life, "F4": self._life_commission,
            "F4b": self._commission, "F5": self._life_endorsement, "F6": self._hull, "F6p": self._hull_persons,
            "F7": self._vehicles, "F8": self._persons,
        }  # fmt: skip
        body: list[list[Cell]] = []
        while len(body) < self._rows:
            for row in makers[self.profile.key]():
                if "ردیف" in titles:
                    row["ردیف"] = len(body) + 1
                body.append([row.get(title) for title in titles])
        return [[*titles], *body[: self._rows]]

    # Values

    def _next_core(self) -> int:
        self._core += self._steps.randint(1, 3)
        return self._core

    def _name(self) -> str:
        if self._core % 40 == 7:
            return C4
        name = f"{self._chance.choice(names.MEN + names.WOMEN)} {self._chance.choice(_FAMILIES)}"
        return name.translate(_ARABIC)

    def _coded(self, name: str) -> str:
        return f"{name} کد {10_000 + self._core}"

    def _day(self, spread: int = 300) -> date:
        return START + timedelta(days=self._chance.randrange(spread))

    def _written(self, day: date) -> Cell:
        """Write a day as one of the three ways it comes."""
        way = self._chance.random()
        if way < 0.2:
            return (day - EXCEL_EPOCH).days
        text = ascii_digits(jalali.format_date(day))
        return text if way < 0.8 else text.replace("/0", "/")

    def _amount(self) -> int:
        return self._chance.randrange(20, 900) * 110_000

    def _national_id(self) -> Cell:
        digits = f"{self._chance.randrange(10**7, 10**9):09d}"
        rest = sum(int(digit) * (10 - place) for place, digit in enumerate(digits)) % 11
        number = digits + str(rest if rest < 2 else 11 - rest)
        return int(number)  # the zeros in front are lost, as spreadsheets lose them

    def _mobile(self) -> str:
        return f"98999{self._chance.randrange(10**7):07d}"

    def _plate(self) -> str:
        chance = self._chance
        digits = "".join(str(chance.randint(1, 9)) for _ in range(5))
        return f"{digits[:2]} {chance.choice(_LETTERS)} {digits[2:]} ایران {chance.randint(11, 99)}"

    def _agency(self) -> str:
        code = OTHER_AGENCY if self._chance.random() < 0.05 else OWN_AGENCY
        return f"نمايندگي {code}"

    # Files

    def _collection(self) -> list[dict[str, Cell]]:
        core, issued, parts = self._next_core(), self._day(), self._chance.randint(1, 5)
        common: dict[str, Cell] = {
            "رشته": self._chance.choice(_LINES), "شعبه واحد صدور بیمه نامه یا الحاقیه": "شعبه مرکزي",
            "نمایندگی بیمه نامه": self._agency(), "كد رايانه بيمه نامه": core + 900_000,
            "کد رایانه صدور بیمه نامه": core, "پرداخت کننده حق بیمه": self._coded(self._name()),
            "شماره بيمه نامه": str(core % 1000 + 1), "شماره الحاقیه": 0,
            "تاريخ بيمه نامه يا الحاقيه": self._written(issued),
        }  # fmt: skip
        rows = [
            common | self._due(jalali.add_months(issued, place), self._amount()) for place in range(parts)
        ]
        if core % 9 == 0:
            amount = self._chance.randrange(2, 9) * 110_000
            words = "الحاقیه برگشتی" if core % 2 else "الحاقیه اضافی"
            day = issued + timedelta(days=20)
            later = {
                "شماره الحاقیه": 1,
                "تاريخ بيمه نامه يا الحاقيه": self._written(day),
                "شرح عملیات": words,
            }
            rows.append(common | later | self._due(day, amount))
        if core % 31 == 0:
            rows.append(dict(rows[0]))
        return rows

    def _due(self, day: date, amount: int) -> dict[str, Cell]:
        is_paid = self._chance.random() < 0.5
        return {
            "تاریخ سررسید": self._written(day), "مبلغ کل حق بیمه": amount, "مبلغ تسویه شده": amount if is_paid else 0,
            "بدهی باقی مانده": 0 if is_paid else amount, "وضعيت وصول": "وصول شده" if is_paid else "",
        }  # fmt: skip

    def _issue(self) -> list[dict[str, Cell]]:
        core, issued = self._next_core(), self._day()
        row: dict[str, Cell] = {
            "کد رايانه صدور بيمه نامه": core, "بيمه گذار": self._name(), "رشته": self._chance.choice(_LINES),
            "کد ملي بيمه گذار": self._national_id(), "کد صدور": int(OWN_AGENCY), "کد معرف": 0,
            "آدرس": f"تهران، خيابان نمونه، پلاک {core % 90 + 1}", "شماره بيمه نامه": str(core % 1000 + 1),
            "الحاقیه": 0, "تاريخ صدور": self._written(issued), "تاريخ شروع": self._written(issued),
            "تلفن همراه": self._mobile(), "تاريخ پايان": self._written(jalali.add_years(issued, 1)),
            "کل حق بيمه": self._amount(),
        }  # fmt: skip
        if core % 9:
            return [row]
        day = issued + timedelta(days=30)
        later: dict[str, Cell] = {"الحاقیه": 1, "نوع الحاقيه": "برگشتي", "کل حق بيمه": 440_000,
                                  "تاريخ صدور": self._written(day)}  # fmt: skip
        return [row, row | later]

    def _life(self) -> list[dict[str, Cell]]:
        core, issued = self._next_core(), self._day()
        return [{
            "کد معرف": 0, "کد صدور": int(OWN_AGENCY), "مدت": 20, "تاريخ صدور": self._written(issued),
            "تاريخ شروع": self._written(issued), "تاريخ  انقضاء": self._written(jalali.add_years(issued, 20)),
            "شماره رایانه بیمه نامه": core, "روش پرداخت": "ماهانه", "طرح": "مان", "شماره بيمه نامه": f"L{core}",
            "نام بیمه گذار": self._name(), "کد ملی بیمه گذار": self._national_id(), "تعداد اقساط در سال": 12,
            "حق بیمه هر قسط (جمع عمر و پوششها)": self._amount(), "سرمایه فوت": 5_000_000_000,
        }]  # fmt: skip

    def _life_commission(self) -> list[dict[str, Cell]]:
        core, paid = self._next_core(), self._day()
        return [
            {
                "کد رایانه": core, "شماره بیمه نامه": f"L{core}", "شماره قسط یا سررسید": place,
                "تاریخ واریز / اصلاح": self._written(jalali.add_months(paid, place)), "مبلغ واریز": 22_000_000,
                "کارمزد": 2_200_000,
            }
            for place in (1, 2)
        ]  # fmt: skip

    def _commission(self) -> list[dict[str, Cell]]:
        core, amount = self._next_core(), self._amount()
        return [{
            "رشته": "ثالث", "کد رایانه صدور": core, "شماره بيمه نامه": str(core % 1000 + 1),
            "تاریخ صدور بیمه نامه": self._written(self._day()), "کل مبلغ وصول شده": amount, "مبلغ تسويه شده": amount,
            "كارمزد قابل پرداخت": amount // 20,
        }]  # fmt: skip

    def _life_endorsement(self) -> list[dict[str, Cell]]:
        core = self._next_core()
        return [{
            "تاریخ صدور": self._written(self._day() + timedelta(days=310)), "نام بیمه گذار": self._name(),
            "شماره بیمه نامه": f"L{core}", "شماره الحاقیه": 1, "نوع الحاقیه": "اضافی",
            "حق بیمه بر حسب روش پرداخت": 1_100_000, "وضعیت": "صادر شده",
        }]  # fmt: skip

    def _hull(self) -> list[dict[str, Cell]]:
        core, start = self._next_core(), self._day()
        return [{
            "بيمه گذار": self._coded(self._name()), "نوع وسيله نقليه": self._chance.choice(_MODELS),
            "سال ساخت وسيله نقليه": self._chance.randint(1390, 1403), "ارزش وسيله نقليه": 4_000_000_000,
            "شماره موتور": f"M{core}", "شماره شاسي": f"NAAA{core:08d}", "مورد استفاده": "شخصي",
            "شماره پلاک": self._plate(), "شماره بيمه نامه": str(core), "کد رایانه بیمه نامه": core,
            "تاریخ شروع": self._written(start), "تاریخ پایان": self._written(jalali.add_years(start, 1)),
            "حق بیمه با مالیات": self._amount(), "تعداد سال عدم خسارت": self._chance.randint(0, 8),
        }]  # fmt: skip

    def _hull_persons(self) -> list[dict[str, Cell]]:
        self._next_core()
        return [{"نام بيمه گذار": self._coded(self._name()), "کد / شناسه ملي": self._national_id(),
                 "آدرس": "کرج، خیابان نمونه", "موبایل": self._mobile()}]  # fmt: skip

    def _vehicles(self) -> list[dict[str, Cell]]:
        core, start, gross = self._next_core(), self._day(), self._amount()
        return [{
            "شماره بیمه نامه": str(core), "کد رایانه بیمه نامه": core, "بیمه گذار": self._coded(self._name()),
            "وضعیت": "صادر شده", "تاریخ شروع": self._written(start),
            "تاریخ انقضاء": self._written(jalali.add_years(start, 1)), "تاریخ صدور": self._written(start),
            "کل حق بیمه (ریال)": gross * 10 // 11, "مالیات ارزش افزوده": gross - gross * 10 // 11,
            "حق بیمه با مالیات و عوارض": gross, "شماره پلاک": self._plate(),
            "نوع وسیله نقلیه": self._chance.choice(_MODELS), "سال ساخت": self._chance.randint(1390, 1403),
        }]  # fmt: skip

    def _persons(self) -> list[dict[str, Cell]]:
        self._next_core()
        return [{"نام و نام خانوادگی": self._name(), "کد ملی": self._national_id(), "موبایل": self._mobile(),
                 "آدرس": "اصفهان، خیابان نمونه"}]  # fmt: skip
