"""How one contact of the time-line looks: its icon, its tone, its words, where it leads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from appliance.core.jalali import persian_digits
from appliance.domain.fields import Field
from appliance.domain.fields.kinds import Listed
from appliance.domain.people.fields import PERSONS
from appliance.domain.policies.changing import ENDORSEMENT_TITLES
from db.queries.audit import AuditEntry
from db.queries.timeline import TimelineRow

MESSAGE_STATES = {
    "queued": ("در صف ارسال", "calm"), "armed": ("در حال ارسال", "calm"), "sent": ("فرستاده شد", "good"),
    "delivered": ("تحویل شد", "good"), "failed": ("ناموفق", "bad"), "blocked": ("فرستاده نشد", "bad"),
    "cancelled": ("لغو شد", "calm"), "uncertain": ("نامعلوم", "calm"),
}  # fmt: skip
ACTIVITY_STATES = {
    "open": ("برنامه‌ریزی شده", "calm"), "done": ("انجام شد", "good"), "not-done": ("انجام نشد", "bad"),
    "cancelled": ("لغو شد", "calm"),
}  # fmt: skip
COMPLAINT_STATES = {
    "open": ("در حال رسیدگی", "bad"), "satisfied": ("رضایت داد", "good"), "unsatisfied": ("ناراضی", "bad"),
    "withdrawn": ("پس گرفت", "calm"),
}  # fmt: skip
CHANNEL_WORDS = {"sms": "پیامک", "email": "رایانامه", "fax": "دورنگار"}
CHEQUE_STATES = {
    "on-hand": ("نزد ما", "calm"), "deposited": ("واگذار به بانک", "calm"), "cleared": ("وصول شد", "good"),
    "bounced": ("برگشتی", "bad"), "handed-over": ("خرج شد", "calm"), "returned": ("پس داده شد", "calm"),
    "settled": ("تسویه شد", "good"), "legal": ("حقوقی", "bad"),
}  # fmt: skip


@dataclass(frozen=True)
class ContactWords:
    """One line of the time-line."""

    icon: str
    tone: str
    title: str
    state: str = ""
    link: str = ""


def contact_words(row: TimelineRow, page_of: Callable[..., str]) -> ContactWords:
    """Give the words of a contact; `page_of` gives a screen's address or nothing."""
    match row.kind:
        case "call":
            return _call(row, page_of("calls.show", call_id=row.id))
        case "sent":
            state, tone = MESSAGE_STATES.get(row.state, ("", "calm"))
            name = CHANNEL_WORDS.get(row.result, "پیام")
            icon = {"email": "mail", "fax": "printer"}.get(row.result, "message")
            return ContactWords(
                icon, tone, f"{name}: {row.title}" if row.title else f"{name} به مشتری", state
            )
        case "received":
            state = {"opt-out": "لغو دریافت پیام", "opt-in": "پذیرش دریافت پیام"}.get(row.state, "")
            return ContactWords("inbox", "out", "پیامک از مشتری", state)
        case "activity":
            state, tone = ACTIVITY_STATES[row.state]
            return ContactWords("calendar-event", tone, row.title, state)
        case "complaint":
            state, tone = COMPLAINT_STATES[row.state]
            title = f"شکایت: {row.title}" if row.title else "شکایت"
            return ContactWords(
                "flag", tone, title, state, page_of("complaints.show", complaint_id=int(row.id))
            )
        case "endorsement":
            kind = ENDORSEMENT_TITLES[row.state]  # type: ignore[index]
            return ContactWords(
                "file-text",
                "calm",
                f"الحاقیهٔ {kind} {row.title}",
                "",
                page_of("policies.show", policy_id=int(row.id)),
            )
    state = "تمدید" if row.state == "renewal" else "صدور"
    return ContactWords(
        "license", "good", f"بیمه‌نامهٔ {row.title}", state, page_of("policies.show", policy_id=int(row.id))
    )


PART_TITLES = {
    "phones": "تلفن", "addresses": "نشانی", "electronic": "نشانی الکترونیکی", "relation": "نسبت", "need": "نیاز",
    "channels": "راه‌های اطلاع‌رسانی", "archived_at": "بایگانی", "contact-rules": "الگوهای تماس",
    "rank_grade": "رتبهٔ دستی", "rank_reason": "دلیل رتبهٔ دستی", "rank_until": "رتبهٔ دستی تا",
}  # fmt: skip


def change_words(entry: AuditEntry, title_of: Callable[[str, Any], str]) -> list[tuple[str, str, str]]:
    """Give what an entry of the log changed as (title, before, after); `title_of` names a row of a list."""
    return [
        (
            PART_TITLES.get(key) or (one.title if one else key),
            _value_words(one, before, title_of),
            _value_words(one, after, title_of),
        )
        for key, (before, after) in entry.differences.items()
        for one in [None if key in PART_TITLES else PERSONS.field(key)]
    ]


def _value_words(one: Field | None, value: Any, title_of: Callable[[str, Any], str]) -> str:
    if value in (None, ""):
        return ""
    if one is None:
        return persian_digits(value)
    if isinstance(one.kind, Listed):
        return title_of(one.kind.listing, value) or str(value)
    return one.kind.show(value)


def _call(row: TimelineRow, link: str) -> ContactWords:
    if row.direction == "out":
        return ContactWords(
            "phone-outgoing", "calm", "تماس با مشتری", "" if row.ended_at else "در حال تماس", link
        )
    if row.state == "ringing":
        return ContactWords("phone-ringing", "ring", "تماس مشتری", "در حال زنگ", link)
    if row.state == "missed":
        return ContactWords("phone-x", "bad", "تماس مشتری", "بی‌پاسخ", link)
    return ContactWords("phone-incoming", "good", "تماس مشتری", "پاسخ داده شد", link)
