"""An e-mail as Persian readers need it: text and HTML, both from right to left."""

from __future__ import annotations

import html
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, formataddr

from sms_modem.routes import Parcel

STYLE = "font-family:Vazirmatn,Tahoma,sans-serif;font-size:15px;line-height:1.9;text-align:right"


def compose(parcel: Parcel, *, sender: str, sender_name: str, reply_to: str, at: datetime) -> EmailMessage:
    """Give the message with its plain and HTML text and its attachments.

    Its id is made of the client key, so that the same message sent again is known by mail servers and readers.
    Line ends in subject or names cannot add headers: the standard library refuses them, so they are taken out.
    """
    message = EmailMessage()
    domain = sender.rpartition("@")[2] or "localhost"
    message["From"] = formataddr((_line(sender_name), sender))
    message["To"] = parcel.number
    message["Subject"] = _line(parcel.subject) or "پیام"
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<aminbox.{parcel.client_key}@{domain}>"
    if reply_to:
        message["Reply-To"] = reply_to
    if parcel.kind == "advertising":
        message["Precedence"] = "bulk"
    message.set_content(parcel.text)
    message.add_alternative(as_html(parcel.text), subtype="html")
    for file in parcel.attachments:
        maintype, _, subtype = file.media_type.partition("/")
        message.add_attachment(
            file.content, maintype=maintype, subtype=subtype or "octet-stream", filename=_line(file.file_name)
        )
    return message


def as_html(text: str) -> str:
    """Give a text as a page from right to left; each empty line begins a paragraph."""
    paragraphs = [part for part in text.split("\n\n") if part.strip()]
    body = "\n".join(f"<p>{html.escape(part.strip()).replace(chr(10), '<br>')}</p>" for part in paragraphs)
    return (
        '<!doctype html>\n<html lang="fa" dir="rtl">\n<head><meta charset="utf-8"></head>\n'
        f'<body dir="rtl" style="{STYLE}">\n{body}\n</body>\n</html>\n'
    )


def _line(text: str) -> str:
    return " ".join(text.split())
