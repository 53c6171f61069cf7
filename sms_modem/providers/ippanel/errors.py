"""IPPanel's (Edge) message codes and states (ippanelcom/Edge-Document, docs/send and docs/report)."""

from __future__ import annotations

from sms_modem.providers.faults import Fault
from sms_modem.routes import ReportState

WRONG_KEY = Fault(code="wrong-key", persian="کلید وب‌سرویس درست نیست یا منقضی شده است.", is_route=True)
BAD_NUMBER = Fault(code="bad-number", persian="شمارهٔ گیرنده درست نیست.")
BAD_LINE = Fault(code="bad-line", persian="خط ارسال درست نیست یا به این حساب تعلق ندارد.", is_route=True)
BAD_TEXT = Fault(code="bad-text", persian="متن پیام پذیرفته نشد.")
BAD_INPUT = Fault(code="bad-input", persian="سرویس‌دهنده مقدار یکی از فیلدهای پیام را نپذیرفت.")
NO_CREDIT = Fault(
    code="no-credit", persian="اعتبار پیامک تمام شده است؛ پس از شارژ، صف ادامه می‌یابد.", is_permanent=False,
    is_route=True,
)  # fmt: skip
TOO_OFTEN = Fault(
    code="too-often",
    persian="درخواست‌ها بیش از حد مجاز بود؛ کمی بعد ادامه می‌یابد.",
    is_permanent=False,
    is_route=True,
)

FIELDS: dict[str, Fault] = {
    "recipients": BAD_NUMBER, "from_number": BAD_LINE, "message": BAD_TEXT, "credit": NO_CREDIT,
}  # fmt: skip
"""Which field a 422 names; the first that fits decides."""
HTTP: dict[int, Fault] = {401: WRONG_KEY, 402: NO_CREDIT, 403: WRONG_KEY, 429: TOO_OFTEN}
DELIVERY: dict[int, ReportState] = {
    0: "waiting", 1: "waiting", 2: "delivered", 3: "undelivered", 4: "blocked",
}  # fmt: skip
FAULTS = (*FIELDS.values(), *HTTP.values(), BAD_INPUT)
