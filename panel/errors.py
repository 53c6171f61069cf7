"""What a user sees when something is refused or broken: one calm Persian page, or one JSON answer to a script."""

from __future__ import annotations

import logging

from flask import Flask, Response, flash, g, jsonify, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from appliance.core.errors import OfficeError
from appliance.core.exchange_client import ExchangeError
from db import DatabaseError
from db.connection import DatabaseUnusableError
from panel.access import wants_json
from panel.context import close_conn, now
from panel.links import path_for
from panel.messages import persian, status_of
from panel.throttle import TooManyTries

log = logging.getLogger("panel")

WORDS: dict[int, tuple[str, str]] = {
    400: ("درخواست ناقص بود", "صفحه را دوباره باز کنید و یک بار دیگر امتحان کنید."),
    401: ("وارد نشده‌اید", "برای دیدن این صفحه وارد پنل شوید."),
    403: ("اجازهٔ دسترسی ندارید", "نقش شما به این بخش دسترسی ندارد. اگر لازم است، از مدیر دفتر بخواهید."),
    404: ("چنین صفحه‌ای نیست", "نشانی را بررسی کنید یا به صفحهٔ آغاز برگردید."),
    405: ("این کار از این راه شدنی نیست", "به صفحهٔ قبل برگردید و از دکمه‌های همان صفحه استفاده کنید."),
    409: ("همکارتان زودتر دست به کار شد", "صفحه را تازه کنید تا آخرین وضعیت را ببینید."),
    413: ("اندازهٔ فرستاده‌شده زیاد است", "چیزی که فرستادید از اندازهٔ مجاز بزرگ‌تر است."),
    421: ("این نشانی پذیرفته نیست", "پنل را با نشانی‌ای باز کنید که هنگام نصب به شما داده شده است."),
    422: ("مقدار پذیرفته نیست", "مقدار نوشته‌شده را بررسی کنید."),
    429: ("تلاش‌ها زیاد بود", "کمی صبر کنید و دوباره امتحان کنید."),
    500: (
        "خطایی در پنل رخ داد",
        "این خطا ثبت شد. تماس‌ها همچنان ثبت می‌شوند. چند لحظه بعد دوباره امتحان کنید.",
    ),
}
_DISK_WORDS = (
    "حافظهٔ دستگاه در دسترس نیست",
    "چیزی ذخیره نشد: حافظه پر یا فقط‌خواندنی است. فضای حافظه و کارت حافظه را بررسی کنید، سپس دوباره امتحان کنید.",
)
_BUSY_WORDS = ("دستگاه مشغول است", "چیزی ذخیره نشد. چند لحظه بعد دوباره امتحان کنید.")
_STALE = "صفحه کهنه شده بود. آن را دوباره باز کنید و یک بار دیگر امتحان کنید."


def install(app: Flask) -> None:
    """Register what happens for every kind of error."""
    app.register_error_handler(HTTPException, _on_http)
    app.register_error_handler(CSRFError, _on_stale_form)
    app.register_error_handler(OfficeError, _on_office)
    app.register_error_handler(ExchangeError, _on_exchange)
    app.register_error_handler(TooManyTries, _on_too_many)
    app.register_error_handler(DatabaseError, _on_database)
    app.register_error_handler(DatabaseUnusableError, _on_database)
    app.register_error_handler(Exception, _on_fault)


def answer(status: int, title: str, text: str) -> Response:
    """Give the page, or the JSON, for a problem. Needs neither session nor database."""
    if wants_json():
        response = make_response(jsonify(ok=False, problem=str(status), notice=text), status)
    else:
        g.user = None  # the page must stand when nothing below it does
        response = make_response(render_template("error.html", status=status, title=title, text=text), status)
    return response


def _on_http(error: HTTPException) -> Response | HTTPException:
    cause = getattr(error, "original_exception", None)
    if isinstance(cause, (DatabaseError, DatabaseUnusableError)):
        return _on_database(cause)
    status = error.code or 500
    if status < 400:
        return error
    response = answer(status, *WORDS.get(status, WORDS[400 if status < 500 else 500]))
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            response.headers[name] = value
    return response


def _on_stale_form(error: CSRFError) -> ResponseReturnValue:
    log.info("form refused reason=%s path=%s", error.description, request.path)
    if request.endpoint == "signin.submit":
        flash(_STALE, "warning")
        return redirect(path_for("signin.form"), 303)
    return answer(400, WORDS[400][0], _STALE)


def _on_office(error: OfficeError) -> Response:
    status = status_of(error)
    return answer(status, WORDS[status][0], persian(error, now()))


def _on_exchange(error: ExchangeError) -> Response:
    log.warning("exchange problem=%s", error)
    return answer(503, "تلفن آزمایشی آماده نیست", persian(error, now()))


def _on_too_many(error: TooManyTries) -> Response:
    response = answer(429, *WORDS[429])
    response.headers["Retry-After"] = str(int(error.seconds) + 1)
    return response


def _on_database(error: Exception) -> Response:
    log.error("database problem=%s path=%s", error, request.path)
    close_conn()
    words = _BUSY_WORDS if "locked" in str(error) else _DISK_WORDS
    return answer(503, *words)


def _on_fault(error: Exception) -> Response:
    log.exception("fault path=%s", request.path, exc_info=error)
    return answer(500, *WORDS[500])
