"""An e-mail is read from right to left, in text and HTML, and nobody's text becomes a header or a tag."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from sms_modem.providers.email.letter import as_html, compose
from sms_modem.routes import Attachment, Parcel
from tests.fakes.clock import START


def letter(**fields: object) -> EmailMessage:
    given = {
        "message_id": "m", "client_key": 77, "number": "ali@example.test", "text": "سلام\nخط دوم\n\nبند دوم",
        "kind": "service", "subject": "تمدید بیمه‌نامه",
    }  # fmt: skip
    parcel = Parcel(**{**given, **fields})  # type: ignore[arg-type]
    made = compose(parcel, sender="office@example.test", sender_name="دفتر نمونه", reply_to="", at=START)
    read = message_from_bytes(made.as_bytes(policy=policy.SMTP), policy=policy.default)
    assert isinstance(read, EmailMessage)
    return read


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def test_both_texts_are_there_and_the_html_runs_from_right_to_left() -> None:
    message = letter()
    assert message["Subject"] == "تمدید بیمه‌نامه"
    assert message["From"].addresses[0].display_name == "دفتر نمونه"
    assert body(message, "plain").rstrip("\n") == "سلام\nخط دوم\n\nبند دوم"
    assert '<html lang="fa" dir="rtl">' in body(message, "html")
    assert "<p>سلام<br>خط دوم</p>\n<p>بند دوم</p>" in body(message, "html")


def test_the_same_message_has_the_same_id_each_time() -> None:
    assert letter()["Message-ID"] == letter()["Message-ID"] == "<aminbox.77@example.test>"


def test_a_text_cannot_become_a_tag() -> None:
    assert "<script>" not in as_html("<script>alert(1)</script>")


@pytest.mark.parametrize("subject", ["a\r\nBcc: x@example.test", "a\nBcc: x@example.test"])
def test_a_subject_cannot_become_a_header(subject: str) -> None:
    message = letter(subject=subject)
    assert message["Bcc"] is None
    assert message["Subject"] == "a Bcc: x@example.test"


def test_attachments_arrive_whole() -> None:
    files = (Attachment(file_name="بیمه‌نامه.pdf", media_type="application/pdf", content=b"%PDF\r\n.\r\n"),)
    (part,) = letter(attachments=files).iter_attachments()
    assert (part.get_filename(), part.get_content_type()) == ("بیمه‌نامه.pdf", "application/pdf")
    assert part.get_content() == b"%PDF\r\n.\r\n"
