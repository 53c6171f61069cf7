"""Persian words of campaigns: states, refused files, and for whom a campaign is."""

from __future__ import annotations

import msgspec

from appliance.core.errors import InvalidInputError
from appliance.core.jalali import persian_digits
from appliance.domain.messaging.gathering import Audience
from panel.campaigns.tables import LARGEST_BYTES, MOST_ROWS
from panel.sms.compose import body_problem
from panel.sms.words import STATES, StateWords

CAMPAIGN_STATES: dict[str, tuple[str, str]] = {
    "draft": ("پیش‌نویس", "calm"),
    "running": ("در حال ارسال", "ring"),
    "paused": ("نگه‌داشته‌شده", "warn"),
    "finished": ("تمام‌شده", "good"),
    "cancelled": ("متوقف‌شده", "bad"),
}
RESULT_STATES = STATES | {
    "pending": StateWords("در انتظار نوبت", "calm", "clock", "هنوز پیامی برای او ساخته نشده است."),
    "skipped": StateWords("کنار گذاشته", "warn", "ban", "پیش از ارسال کنار گذاشته شد."),
}
FILE_PROBLEMS = {
    "missing": "فایل را انتخاب کنید.",
    "empty": "این فایل خالی است.",
    "kind": "این فایل خوانده نشد؛ فایل متنی (txt)، CSV یا اکسل (xlsx) بفرستید.",
    "large": f"فایل بزرگ‌تر از {persian_digits(LARGEST_BYTES // 1024 // 1024)} مگابایت است.",
    "rows": f"فایل بیش از {persian_digits(f'{MOST_ROWS:,}'.replace(',', '٬'))} ردیف دارد.",
}


def audience_of(stored: str) -> Audience | None:
    """Give a campaign's audience as it was kept; None for one made elsewhere."""
    try:
        return msgspec.json.decode(stored, type=Audience)
    except msgspec.ValidationError:
        return None


def audience_title(stored: str) -> str:
    """Say whom a campaign is for."""
    audience = audience_of(stored)
    return audience.title if audience else ""


def draft_problems(error: InvalidInputError) -> dict[str, str]:
    """Say what is wrong with a draft, by field of its form."""
    if error.field == "title":
        return {"title": "نامی برای این ارسال بنویسید."}
    return {"body": body_problem(error)}
