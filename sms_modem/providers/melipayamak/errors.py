"""Melipayamak's answers to a send and its delivery states (melipayamak.com/api, melipayamak.com/help)."""

from __future__ import annotations

from sms_modem.providers.faults import Fault
from sms_modem.routes import ReportState

WRONG_LOGIN = Fault(code="wrong-login", persian="نام کاربری یا گذرواژهٔ وب‌سرویس درست نیست.", is_route=True)
NO_CREDIT = Fault(
    code="no-credit", persian="اعتبار پیامک تمام شده است؛ پس از شارژ، صف ادامه می‌یابد.", is_permanent=False,
    is_route=True,
)  # fmt: skip
DAILY = Fault(
    code="daily-limit", persian="سقف ارسال روزانهٔ حساب پر شده است.", is_permanent=False, is_route=True
)
VOLUME = Fault(
    code="volume-limit", persian="سقف حجم ارسال حساب پر شده است.", is_permanent=False, is_route=True
)
BAD_LINE = Fault(code="bad-line", persian="خط ارسال درست نیست یا به این حساب تعلق ندارد.", is_route=True)
UPDATING = Fault(
    code="busy", persian="سامانهٔ سرویس‌دهنده در حال به‌روزرسانی است؛ دوباره تلاش می‌شود.", is_permanent=False,
    is_route=True,
)  # fmt: skip
FILTERED = Fault(code="filtered-word", persian="متن پیام واژه‌ای دارد که سرویس‌دهنده نمی‌پذیرد.")
PUBLIC_LINE = Fault(code="public-line", persian="ارسال از خط عمومی با وب‌سرویس ممکن نیست.", is_route=True)
INACTIVE = Fault(code="account", persian="حساب کاربری فعال نیست.", is_route=True)
NOT_SENT = Fault(code="not-accepted", persian="سرویس‌دهنده پیام را نفرستاد.", is_permanent=False)
PAPERS = Fault(code="papers", persian="مدارک حساب نزد سرویس‌دهنده کامل نیست.", is_route=True)
LINK = Fault(code="link", persian="متن پیام پیوند (لینک) دارد و این حساب اجازهٔ آن را ندارد.")
FOOTER = Fault(code="no-footer", persian="پیام گروهی باید با «لغو۱۱» پایان یابد.")
BLOCKED = Fault(code="receiver-blocks", persian="گیرنده دریافت پیامک تبلیغاتی را بسته است.", is_blocked=True)

SEND: dict[int, Fault] = {
    0: WRONG_LOGIN, 2: NO_CREDIT, 3: DAILY, 4: VOLUME, 5: BAD_LINE, 6: UPDATING, 7: FILTERED, 9: PUBLIC_LINE,
    10: INACTIVE, 11: NOT_SENT, 12: PAPERS, 14: LINK, 15: FOOTER, 35: BLOCKED,
}  # fmt: skip
LARGEST_CODE = 1000
"""Message ids are long numbers; anything below is a code."""
DELIVERY: dict[int, ReportState] = {
    0: "waiting", 1: "delivered", 2: "undelivered", 3: "undelivered", 5: "waiting", 8: "waiting",
    16: "undelivered", 35: "blocked", 100: "waiting", 200: "waiting", 300: "undelivered", 400: "waiting",
    500: "undelivered",
}  # fmt: skip
FAULTS = tuple(SEND.values())
