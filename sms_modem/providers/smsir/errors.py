"""SMS.ir's application states and delivery states (sms.ir/rest-api)."""

from __future__ import annotations

from sms_modem.providers.faults import Fault
from sms_modem.routes import ReportState

SYSTEM = Fault(code="system", persian="سامانهٔ سرویس‌دهنده خطا داد؛ نتیجه پیگیری می‌شود.", is_unknown=True)
WRONG_KEY = Fault(code="wrong-key", persian="کلید وب‌سرویس (API Key) درست نیست یا غیرفعال است.", is_route=True)
WRONG_IP = Fault(
    code="wrong-ip", persian="کلید وب‌سرویس به نشانی اینترنتی دیگری محدود شده است.", is_route=True
)
ACCOUNT = Fault(code="account", persian="حساب کاربری غیرفعال یا معلق است.", is_route=True)
TOO_OFTEN = Fault(
    code="too-often",
    persian="درخواست‌ها بیش از حد مجاز بود؛ کمی بعد ادامه می‌یابد.",
    is_permanent=False,
    is_route=True,
)
BAD_LINE = Fault(code="bad-line", persian="خط ارسال درست نیست یا فعال نشده است.", is_route=True)
NO_CREDIT = Fault(
    code="no-credit", persian="اعتبار پیامک تمام شده است؛ پس از شارژ، صف ادامه می‌یابد.", is_permanent=False,
    is_route=True,
)  # fmt: skip
BAD_TEXT = Fault(code="bad-text", persian="متن پیام خالی است یا تأیید نشده است.")
BAD_NUMBER = Fault(code="bad-number", persian="شمارهٔ گیرنده یا متن پیام درست نیست.")
BAD_INPUT = Fault(code="bad-input", persian="سرویس‌دهنده مقدار یکی از فیلدهای پیام را نپذیرفت.")
OUR_BUG = Fault(
    code="our-fault", persian="درخواست دستگاه را سرویس‌دهنده نپذیرفت؛ به پشتیبانی خبر دهید.", is_route=True
)
PLAN = Fault(code="plan", persian="تعداد مجاز یا نوع اشتراک حساب اجازهٔ این ارسال را نمی‌دهد.", is_route=True)
BLOCKED = Fault(code="receiver-blocks", persian="گیرنده دریافت پیامک تبلیغاتی را بسته است.", is_blocked=True)

STATUS: dict[int, Fault] = {
    0: SYSTEM, 10: WRONG_KEY, 11: WRONG_KEY, 12: WRONG_IP, 13: ACCOUNT, 14: ACCOUNT, 20: TOO_OFTEN, 101: BAD_LINE,
    102: NO_CREDIT, 103: BAD_TEXT, 104: BAD_NUMBER, 105: OUR_BUG, 106: OUR_BUG, 107: OUR_BUG, 108: OUR_BUG,
    109: BAD_INPUT, 110: OUR_BUG, 111: BAD_INPUT, 112: BAD_INPUT, 113: BAD_INPUT, 114: BAD_INPUT, 115: BLOCKED,
    116: BAD_INPUT, 117: BAD_TEXT, 118: PLAN, 119: PLAN, 123: BAD_LINE,
}  # fmt: skip
DELIVERY: dict[int, ReportState] = {
    1: "delivered", 2: "undelivered", 3: "waiting", 4: "waiting", 5: "waiting", 6: "undelivered", 7: "blocked",
}  # fmt: skip
FAULTS = tuple(STATUS.values())
