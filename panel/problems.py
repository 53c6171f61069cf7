"""What a refused field says in Persian, by the codes of `domain.fields` and `core.identity`; nowhere else."""

from __future__ import annotations

from appliance.core.jalali import persian_digits

_WORDS = {
    "missing": "این مورد لازم است.",
    "national-id.digits": "کد ملی فقط رقم دارد.",
    "national-id.length": "کد ملی ده رقم است.",
    "national-id.repeated": "این کد ملی ساختگی است؛ همهٔ رقم‌هایش یکی است.",
    "national-id.checksum": "رقم کنترل کد ملی درست نیست؛ یکی از رقم‌ها اشتباه است.",
    "national-id.taken": "این کد ملی پیش‌تر برای شخص دیگری ثبت شده است.",
    "legal-id.digits": "شناسهٔ ملی فقط رقم دارد.",
    "legal-id.length": "شناسهٔ ملی شرکت یازده رقم است.",
    "legal-id.checksum": "رقم کنترل شناسهٔ ملی درست نیست؛ یکی از رقم‌ها اشتباه است.",
    "foreigner-id.digits": "کد فراگیر فقط رقم دارد.",
    "foreigner-id.length": "کد فراگیر دوازده رقم است.",
    "iban.length": "شبا با IR آغاز می‌شود و ۲۴ رقم دارد.",
    "iban.checksum": "رقم‌های کنترل شبا درست نیست.",
    "bank-card.digits": "شمارهٔ کارت فقط رقم دارد.",
    "bank-card.length": "شمارهٔ کارت ۱۶ رقم است.",
    "bank-card.checksum": "شمارهٔ کارت درست نیست؛ یکی از رقم‌ها اشتباه است.",
    "postal-code.digits": "کد پستی فقط رقم دارد.",
    "postal-code.length": "کد پستی ده رقم است.",
    "sayad-id.digits": "شناسهٔ صیاد فقط رقم دارد.",
    "sayad-id.length": "شناسهٔ صیاد ۱۶ رقم است.",
    "plate.form": "پلاک را مانند «۱۲ ب ۳۴۵ ایران ۶۷» بنویسید.",
    "plate.letter": "این حرف روی پلاک خودرو نیست.",
    "plate.zero": "در پلاک، جز رقم آخر شهر، صفر نیست.",
    "vin.form": "شماره شاسی ۵ تا ۱۷ حرف و رقم لاتین است.",
    "phone.form": "این شمارهٔ تلفن نیست؛ همراه را با ۰۹ و ثابت را با پیش‌شماره بنویسید.",
    "phone.not-mobile": "شمارهٔ همراه ۱۱ رقم است و با ۰۹ آغاز می‌شود.",
    "rial.digits": "مبلغ را به ریال و با رقم بنویسید.",
    "rial.large": "این مبلغ بیش از اندازه بزرگ است.",
    "number.digits": "این‌جا عدد بنویسید.",
    "day.form": "تاریخ را مانند ۱۴۰۵/۰۹/۰۱ بنویسید؛ چنین روزی در تقویم نیست.",
    "day.far": "این تاریخ خیلی دور است.",
    "day.future": "این تاریخ هنوز نیامده است.",
    "choice.unknown": "یکی از گزینه‌ها را انتخاب کنید.",
    "text.control": "این نوشته نویسه‌های ناخوانا دارد.",
    "phone.taken": "این شماره پیش‌تر برای همین شخص ثبت شده است.",
    "email.form": "رایانامه را مانند name@example.com بنویسید.",
    "site.form": "نشانی وب‌گاه را مانند example.ir بنویسید.",
    "messenger.form": "شناسهٔ پیام‌رسان فقط حرف، رقم، نقطه و خط زیر دارد.",
    "electronic.taken": "این نشانی پیش‌تر برای همین شخص ثبت شده است.",
    "relation.self": "کسی با خودش نسبتی ندارد.",
    "relation.taken": "نسبت این دو نفر پیش‌تر ثبت شده است.",
    "person.unknown": "کسی با این نشانی پیدا نشد؛ نام، شماره یا کد ملی را بنویسید.",
    "person.several": "چند نفر پیدا شدند؛ یکی را انتخاب کنید.",
    "need.has-case": "برای این نیاز پیش‌تر پرونده باز شده است.",
    "archive.has-policies": "این مشتری بیمه‌نامهٔ جاری دارد و بایگانی نمی‌شود.",
    "group.rule-empty": "برای گروه خودکار، دست‌کم یک شرط بنویسید.",
    "group.by-rule": "عضوهای این گروه را شرط‌های آن تعیین می‌کنند.",
    "region.loop": "یک منطقه زیرمجموعهٔ خودش نمی‌شود.",
    "region.used": "این منطقه زیرمنطقه یا مشتری دارد و حذف نمی‌شود.",
    "referrer.self": "کسی معرف خودش نیست.",
    "policy.taken": "بیمه‌نامه‌ای با همین شماره ثبت شده است.",
    "policy.ends-before-start": "انقضا پیش از شروع است.",
    "policy.cancelled": "این بیمه‌نامه ابطال شده است.",
    "policy.renewed": "این بیمه‌نامه تمدید شده است؛ نخست پیوند تمدید را بردارید.",
    "refund.more-than-charged": "برگشتی از حق بیمهٔ دریافت‌شده بیشتر است.",
    "endorsement.outside-cover": "این تاریخ بیرون از مدت بیمه‌نامه است.",
    "renewal.other-person": "بیمه‌نامهٔ قبلی از آنِ شخص دیگری است.",
    "renewal.taken": "این بیمه‌نامه پیش‌تر تمدید شده است.",
    "renewal.cancelled": "بیمه‌نامهٔ ابطال‌شده تمدید نمی‌شود.",
    "user.last-owner": "دست‌کم یک مدیر فعال باید بماند.",
    "user.oneself": "خودتان را نمی‌توانید غیرفعال کنید.",
    "role.owner-whole": "دسترسی‌های مدیر کم نمی‌شود.",
    "role.in-use": "این نقش به کاری می‌آید و حذف نمی‌شود؛ نخست نقش کاربرانش را عوض کنید.",
    "plan.down-too-large": "پیش‌پرداخت از حق بیمه بیشتر است.",
    "cover.twice": "این پوشش دو بار نوشته شده است.",
    "file.missing": "فایلی انتخاب نشده است.",
    "file.large": "این فایل از اندازهٔ مجاز بزرگ‌تر است.",
    "file.empty": "این فایل خالی است.",
    "file.kind": "فقط PDF، JPG، PNG، XLSX، DOCX و TXT پذیرفته می‌شود.",
    "file.content": "محتوای فایل با نوع آن نمی‌خواند.",
    "file.active": "این فایل ماکرو یا برنامه دارد و پذیرفته نمی‌شود.",
    "time.form": "ساعت را مانند ۱۱:۳۰ بنویسید.",
    "delivery.no-address": "برای این روش، نشانی تحویل لازم است.",
    "taken": "این نام پیش‌تر به کار رفته است.",
}


def field_problem(code: str) -> str:
    """Say a field's problem. What follows a code's first blank are its numbers."""
    name, *numbers = code.split(" ")
    if words := _WORDS.get(name):
        return words
    if code.startswith("text.longer than"):
        return f"این نوشته بلند است؛ بیشتر از {persian_digits(numbers[-1])} نویسه نمی‌شود."
    if name == "password.short":
        return f"گذرواژه دست‌کم {persian_digits(numbers[0])} نویسه باشد."
    if name == "number.range":
        return f"عددی از {persian_digits(numbers[0])} تا {persian_digits(numbers[1])} بنویسید."
    return "این مقدار پذیرفته نیست."
