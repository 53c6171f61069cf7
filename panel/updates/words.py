"""Updates in Persian: why a file is refused, and how far one is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from appliance.updating.progress import UpdateState

_REFUSED = {
    "foreign-file": "این پرونده به‌روزرسانی این دستگاه نیست.",
    "unsigned": "امضای این پرونده از سازندهٔ دستگاه نیست؛ نصب نمی‌شود.",
    "foreign-product": "این پرونده برای مدل دیگری است.",
    "older": "این نسخه از نسخهٔ کنونی تازه‌تر نیست؛ برگشت به نسخهٔ کهنه شدنی نیست.",
    "truncated": "پرونده ناتمام است؛ دوباره بگیرید و بفرستید.",
    "damaged": "پرونده در راه خراب شده است؛ دوباره بگیرید و بفرستید.",
    "too-large": "این نسخه در جای خود روی کارت نمی‌گنجد.",
    "no-keys": "این دستگاه کلید سازنده را ندارد؛ با پشتیبانی تماس بگیرید.",
    "busy": "تماسی در جریان است؛ پس از پایان آن دوباره بزنید.",
    "unwritable": "نوشتن روی کارت انجام نشد؛ کارت رو به خرابی است.",
    "cut": "برق در میانهٔ نوشتن رفت؛ نسخهٔ کنونی دست‌نخورده است. دوباره نصب کنید.",
    "full": "روی کارت جا نیست.",
}
_OTHER = "به‌روزرسانی انجام نشد؛ نسخهٔ کنونی دست‌نخورده است."


@dataclass(frozen=True)
class Progress:
    """What the page says of an update."""

    title: str
    text: str
    icon: str
    tone: Literal["good", "warn", "bad", "calm"]
    is_moving: bool = False


def refused_words(reason: str) -> str:
    """Say why a file is refused."""
    return _REFUSED.get(reason, _OTHER)


def progress_of(state: UpdateState) -> Progress | None:
    """Say how far an update is; None when there is none to speak of."""
    if state.phase == "none":
        return None
    if state.phase in ("refused", "failed"):
        return Progress("نصب نشد", refused_words(state.reason), "circle-x", "bad")
    if state.phase == "ready" and state.reason == "busy":
        return Progress("آمادهٔ آزمایش", refused_words("busy"), "clock", "warn")
    return {
        "writing": Progress(
            "در حال نوشتن", "دستگاه کار عادی‌اش را می‌کند؛ برق را نکشید.", "download", "calm", is_moving=True
        ),
        "ready": Progress(
            "آمادهٔ آزمایش",
            "با روشن شدن دوباره، نسخهٔ تازه یک بار آزموده می‌شود؛ حدود یک دقیقه تماسی ثبت نمی‌شود.",
            "clock",
            "warn",
        ),
        "trial": Progress(
            "در حال آزمایش",
            "نسخهٔ تازه کار می‌کند و پنج دقیقه زیر نظر است؛ اگر بخشی از آن از کار بیفتد، دستگاه خودش برمی‌گردد.",
            "activity",
            "warn",
            is_moving=True,
        ),
        "good": Progress("نصب شد", "نسخهٔ تازه آزموده و پذیرفته شد.", "circle-check", "good"),
        "fell-back": Progress(
            "به نسخهٔ پیشین برگشت",
            "نسخهٔ تازه سالم بالا نیامد و دستگاه خودش برگشت؛ اطلاعات دست‌نخورده است. به پشتیبانی خبر دهید.",
            "rotate",
            "bad",
        ),
    }[state.phase]
