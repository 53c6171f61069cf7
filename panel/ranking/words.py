"""A rank in words: raw values, shares, and the ways to the next grade, as Persian readers expect numbers."""

from __future__ import annotations

from dataclasses import dataclass

from appliance.core.jalali import persian_digits
from appliance.domain.people.fields import GRADES
from appliance.domain.ranking.climbing import Climb, Way
from appliance.domain.ranking.criteria import CRITERIA, Criterion
from appliance.domain.ranking.loss_ratio import shown_ratio
from appliance.domain.ranking.standing import Standing
from appliance.domain.ranking.values import loss_ratio_points

MILLION, MILLIARD = 10**6, 10**9
HIDDEN = "—"
YEARS = ("امسال", "پارسال", "پیرارسال")
HOW: dict[Criterion, str] = {
    "amount": "جایگاه حق بیمهٔ هر سال در میان مشتریان همان سال",
    "count": "جایگاه تعداد بیمه‌نامه در میان همهٔ مشتریان",
    "commission": "جایگاه کارمزد در میان همهٔ مشتریان",
    "claims": "بدون خسارت ۱۰۰؛ وگرنه هرچه خسارت بیشتر، کمتر",
    "loss_ratio": "ضریب تعدیل‌شده تا ۳۰٪ امتیاز ۱۰۰ و از ۱۵۰٪ صفر",
    "cheques": "بدون برگشتی ۱۰۰؛ با برگشتی تسویه‌نشده صفر",
    "recency": "تا ۳۰ روز پس از خرید ۱۰۰؛ از ۷۳۰ روز صفر",
}
"""How each criterion gives its points, in a line."""


@dataclass(frozen=True)
class PartWords:
    """One line of the explanation."""

    title: str
    raw: str
    how: str
    points: float
    weight: int
    share: float


def number(value: float, decimals: int = 2) -> str:
    """Write a number with Persian digits and decimal sign."""
    return persian_digits(f"{value:.{decimals}f}").replace(".", "٫")


def short_rial(amount: int) -> str:
    """Write rials in millions or milliards: «۸۸ میلیون ریال»."""
    for unit, title in ((MILLIARD, "میلیارد"), (MILLION, "میلیون")):
        if amount >= unit:
            text = f"{amount / unit:.2f}".rstrip("0").rstrip(".")
            return f"{persian_digits(text).replace('.', '٫')} {title} ریال"
    return f"{persian_digits(f'{amount:,}').replace(',', '٬')} ریال"


def part_words(standing: Standing, *, sees_money: bool) -> list[PartWords]:
    """Give the lines of an explanation; amounts are for who may see money."""
    return [
        PartWords(
            title=CRITERIA[part.criterion],
            raw=_raw(part.criterion, standing, sees_money=sees_money),
            how=HOW[part.criterion],
            points=part.points,
            weight=part.weight,
            share=part.share,
        )
        for part in standing.score.parts
    ]


def _raw(criterion: Criterion, standing: Standing, *, sees_money: bool) -> str:
    values, own = standing.values, standing.values.counted
    match criterion:
        case "amount":
            if not sees_money:
                return HIDDEN
            years = [
                f"{title} {short_rial(premium) if premium else 'بدون خرید'}"
                for title, premium in zip(YEARS, own.premiums, strict=True)
                if premium is not None
            ]
            return "، ".join(years)
        case "count":
            months = persian_digits(standing.settings.window_months)
            return f"{persian_digits(own.count)} بیمه‌نامه در {months} ماه"
        case "commission":
            return short_rial(own.commission) if sees_money else HIDDEN
        case "claims":
            if not values.claim_count:
                return "بدون خسارت"
            times = f"{persian_digits(values.claim_count)} خسارت"
            return f"{times}، {short_rial(own.claims)}" if sees_money else times
        case "loss_ratio":
            plain = shown_ratio(loss_ratio_points(own.claims, values.premium))
            return f"{plain}؛ تعدیل‌شده {number(standing.score.adjusted_loss_ratio)}٪"
        case "cheques":
            return _cheques(values.unsettled, values.settled)
        case "recency":
            days = (standing.today - values.last_day).days
            return "امروز" if days <= 0 else f"{persian_digits(days)} روز پیش"


def _cheques(unsettled: int, settled: int) -> str:
    found = []
    if unsettled:
        found.append(f"{persian_digits(unsettled)} چک تسویه‌نشده")
    if settled:
        found.append(f"{persian_digits(settled)} چک تسویه‌شده")
    return "، ".join(found) or "ندارد"


def way_words(way: Way, *, sees_money: bool) -> str:
    """Say a way to the next grade as something a colleague can propose."""
    steps = []
    if way.cheques:
        amount = f" ({short_rial(way.cheques_amount)})" if sees_money and way.cheques_amount else ""
        steps.append(f"تسویهٔ {persian_digits(way.cheques)} چک برگشتی{amount}")
    if way.premium and not way.policies:
        steps.append(f"افزایش پوشش بیمه‌نامهٔ جاری با الحاقیه‌ای به مبلغ دست‌کم {short_rial(way.premium)}")
    if way.policies:
        steps.append(
            f"خرید {persian_digits(way.policies)} بیمه‌نامهٔ تازه"
            f"{' روی هم' if way.policies > 1 else ''} با حق بیمهٔ دست‌کم {short_rial(way.premium)}"
        )
    return " و ".join(steps)


def climb_words(climb: Climb) -> str:
    """Say what lies between the customer and the next grade."""
    grade = GRADES[climb.grade]
    if climb.missing:
        return f"تا رتبهٔ {grade} (از {persian_digits(climb.from_score)}) {number(climb.missing)} امتیاز مانده است."
    return f"امتیاز رتبهٔ {grade} را دارد و تنها چک برگشتی تسویه‌نشده جلوی آن را گرفته است."
