"""Ghasedak's status codes and message states (ghasedak.me/docs)."""

from __future__ import annotations

from sms_modem.providers.faults import Fault
from sms_modem.routes import ReportState

BAD_INPUT = Fault(code="bad-input", persian="سرویس‌دهنده مقدار یکی از فیلدهای پیام را نپذیرفت.")
WRONG_KEY = Fault(code="wrong-key", persian="کلید وب‌سرویس درست نیست.", is_route=True)
NO_CREDIT = Fault(
    code="no-credit", persian="اعتبار پیامک تمام شده است؛ پس از شارژ، صف ادامه می‌یابد.", is_permanent=False,
    is_route=True,
)  # fmt: skip
ACCOUNT = Fault(code="account", persian="حساب کاربری اجازهٔ این کار را ندارد.", is_route=True)
BAD_NUMBER = Fault(code="bad-number", persian="شمارهٔ گیرنده درست نیست.")
BAD_LINE = Fault(code="bad-line", persian="خط ارسال درست نیست یا به این حساب تعلق ندارد.", is_route=True)
BAD_TEXT = Fault(code="bad-text", persian="متن پیام پذیرفته نشد.")
TOO_OFTEN = Fault(
    code="too-often",
    persian="درخواست‌ها بیش از حد مجاز بود؛ کمی بعد ادامه می‌یابد.",
    is_permanent=False,
    is_route=True,
)

STATUS: dict[int, Fault] = {
    400: BAD_INPUT, 401: WRONG_KEY, 402: NO_CREDIT, 403: ACCOUNT, 406: BAD_INPUT, 412: BAD_LINE, 413: BAD_TEXT,
    418: NO_CREDIT, 419: BAD_NUMBER, 422: BAD_INPUT, 429: TOO_OFTEN,
}  # fmt: skip
STATES: dict[int, ReportState] = {
    0: "waiting", 1: "undelivered", 2: "waiting", 3: "waiting", 4: "waiting", 5: "undelivered", 6: "undelivered",
    7: "cancelled", 8: "blocked", 9: "waiting", 10: "waiting", 11: "waiting", 12: "blocked", 13: "undelivered",
    14: "delivered", 15: "blocked", 16: "undelivered", 17: "waiting",
}  # fmt: skip
FAULTS = tuple(STATUS.values())
