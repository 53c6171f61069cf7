"""Kavenegar's return codes and message states (kavenegar.com/rest.html, section "errors")."""

from __future__ import annotations

from sms_modem.providers.faults import Fault
from sms_modem.routes import ReportState

BAD_INPUT = Fault(code="bad-input", persian="سرویس‌دهنده مقدار یکی از فیلدهای پیام را نپذیرفت.")
BAD_NUMBER = Fault(code="bad-number", persian="شمارهٔ گیرنده درست نیست.")
BAD_LINE = Fault(code="bad-line", persian="خط ارسال درست نیست یا به این حساب تعلق ندارد.", is_route=True)
BAD_TEXT = Fault(code="bad-text", persian="متن پیام خالی یا بیش از اندازه بلند است.")
LINK = Fault(code="link", persian="این حساب اجازهٔ ارسال پیوند (لینک) ندارد.")
ACCOUNT = Fault(code="account", persian="حساب کاربری غیرفعال است یا اجازهٔ این کار را ندارد.", is_route=True)
WRONG_KEY = Fault(code="wrong-key", persian="کلید وب‌سرویس (API Key) درست نیست.", is_route=True)
WRONG_IP = Fault(
    code="wrong-ip", persian="نشانی اینترنتی دفتر در پنل سرویس‌دهنده ثبت نشده است.", is_route=True
)
NO_CREDIT = Fault(
    code="no-credit", persian="اعتبار پیامک تمام شده است؛ پس از شارژ، صف ادامه می‌یابد.", is_permanent=False,
    is_route=True,
)  # fmt: skip
BUSY = Fault(
    code="busy", persian="سرویس‌دهنده اکنون پاسخگو نیست؛ دوباره تلاش می‌شود.", is_permanent=False, is_route=True
)
TOO_OFTEN = Fault(
    code="too-often",
    persian="درخواست‌ها بیش از حد مجاز بود؛ کمی بعد ادامه می‌یابد.",
    is_permanent=False,
    is_route=True,
)
FAILED = Fault(code="operation-failed", persian="عملیات ناموفق بود؛ نتیجه پیگیری می‌شود.", is_unknown=True)
OUR_BUG = Fault(
    code="our-fault", persian="درخواست دستگاه را سرویس‌دهنده نشناخت؛ به پشتیبانی خبر دهید.", is_route=True
)
TEST_ACCOUNT = Fault(
    code="test-account", persian="حساب آزمایشی است و تنها به شمارهٔ صاحب حساب می‌فرستد.", is_route=True
)
BLOCKED = Fault(code="receiver-blocks", persian="گیرنده دریافت پیامک تبلیغاتی را بسته است.", is_blocked=True)
NOT_SENT = Fault(code="line-failed", persian="پیام در خط ارسال با خطا روبه‌رو شد.", is_permanent=False)
CANCELLED = Fault(code="cancelled-there", persian="پیام نزد سرویس‌دهنده لغو شد و هزینهٔ آن برگشت.")

RETURN: dict[int, Fault] = {
    400: BAD_INPUT, 401: ACCOUNT, 402: FAILED, 403: WRONG_KEY, 404: OUR_BUG, 405: OUR_BUG, 406: BAD_INPUT,
    407: WRONG_IP, 409: BUSY, 411: BAD_NUMBER, 412: BAD_LINE, 413: BAD_TEXT, 414: OUR_BUG, 415: OUR_BUG,
    416: WRONG_IP, 417: BAD_INPUT, 418: NO_CREDIT, 419: OUR_BUG, 420: LINK, 422: BAD_TEXT, 424: BAD_INPUT,
    426: ACCOUNT, 427: ACCOUNT, 428: BAD_INPUT, 429: WRONG_IP, 431: BAD_INPUT, 432: BAD_INPUT, 451: TOO_OFTEN,
    501: TEST_ACCOUNT, 607: BAD_INPUT,
}  # fmt: skip
STATUS_NOT_KNOWN = 100
"""The id is unknown, foreign or too old."""
REFUSING: dict[int, Fault] = {6: NOT_SENT, 13: CANCELLED, 14: BLOCKED}
"""Message states in the answer to a send that mean: not sent."""
STATES: dict[int, ReportState] = {
    1: "waiting", 2: "waiting", 4: "waiting", 5: "waiting", 6: "undelivered", 10: "delivered", 11: "undelivered",
    13: "cancelled", 14: "blocked",
}  # fmt: skip
RETURNED = frozenset({13, 14})
"""States after which the money is back."""
FAULTS = (*RETURN.values(), *REFUSING.values())
