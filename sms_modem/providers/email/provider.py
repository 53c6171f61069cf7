"""E-mail by SMTP (RFC 5321): armed between the server's 354 and the text, because the final dot is what sends it.

Until the dot everything is certainly unsent; the answer to it is certain too. When none comes, nobody knows: SMTP
has no list to search, so the message stays uncertain (RFC 5321 4.5.3.2.6 lets a server take ten minutes).
"""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Sequence
from email.policy import SMTP
from typing import Literal

import msgspec

from appliance.core.clock import Clock
from sms_modem.providers.email.letter import compose
from sms_modem.providers.faults import COMMON, Fault, explanations, refused
from sms_modem.routes import (
    Accepted,
    Arm,
    Asked,
    Capabilities,
    Credit,
    Fetched,
    Health,
    Outcome,
    Parcel,
    Refused,
    Report,
    RouteError,
    RouteKind,
    RouteSetup,
    Unknown,
)

CAPABILITIES = Capabilities(batch=1, longest_text=100_000)
CONNECT_S = 20.0
_DOT_AT_START = re.compile(rb"(?m)^\.")
"""A line that begins with a dot gets a second one (RFC 5321 4.5.2)."""
GO_ON = 354
TAKEN = 250
PERMANENT = 500
WRONG_LOGIN = Fault(code="wrong-login", persian="نام کاربری یا گذرواژهٔ رایانامه درست نیست.", is_route=True)
NO_TLS = Fault(code="no-tls", persian="سرور رایانامه ارتباط رمزنگاری‌شده ندارد.", is_route=True)
BAD_SENDER = Fault(code="bad-sender", persian="سرور نشانی فرستنده را نپذیرفت.", is_route=True)
BAD_RECEIVER = Fault(code="bad-number", persian="سرور نشانی گیرنده را نپذیرفت.")
BAD_TEXT = Fault(code="bad-text", persian="سرور متن رایانامه را نپذیرفت.")
LATER = Fault(code="later", persian="سرور رایانامه گفت بعداً تلاش شود.", is_permanent=False)


class EmailSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Settings of a mail account."""

    host: str
    """Name of the mail server."""
    sender: str
    """Address mails come from."""
    sender_name: str = ""
    """Name mails come from."""
    reply_to: str = ""
    """Address replies go to, when it is another one."""
    username: str = ""
    """User name at the server; empty: it asks for none."""
    security: Literal["starttls", "tls", "none"] = "starttls"
    """How the connection is made secret; none is for a server in the office's own network."""
    port: int = 0
    """Port; 0: the usual one of the kind of security."""
    answer_s: float = 60.0
    """Seconds an answer is waited for."""


class _RefusedError(Exception):
    """The server said no before the text."""

    def __init__(self, fault: Fault, detail: object) -> None:
        super().__init__(fault.code)
        self.outcome = refused(fault, detail)


class EmailRoute:
    """One mail account."""

    capabilities = CAPABILITIES

    def __init__(self, name: str, settings: EmailSettings, password: str, clock: Clock) -> None:
        self.name = name
        self._settings = settings
        self._password = password
        self._clock = clock

    def open(self) -> None:
        """Hold nothing: each mail has a connection of its own."""

    def send(self, parcels: Sequence[Parcel], arm: Arm) -> list[Outcome]:
        """Send one mail."""
        parcel, settings = parcels[0], self._settings
        try:
            message = compose(
                parcel, sender=settings.sender, sender_name=settings.sender_name, reply_to=settings.reply_to,
                at=self._clock.now(),
            )  # fmt: skip
            text = message.as_bytes(policy=SMTP)
        except (ValueError, UnicodeError) as error:
            return [refused(BAD_TEXT, type(error).__name__)]
        try:
            server = self._connect()
        except _RefusedError as error:
            return [error.outcome]
        except (OSError, smtplib.SMTPException) as error:
            detail = f"{settings.host}: {type(error).__name__}"
            return [Refused(is_permanent=False, code="no-network", detail=detail, is_route=True)]
        try:
            return [self._hand_over(server, parcel, text, arm)]
        except _RefusedError as error:
            return [error.outcome]
        except (OSError, smtplib.SMTPException) as error:
            # Whatever comes after arming is caught in `_hand_over`.
            return [
                Refused(is_permanent=False, code="no-network", detail=type(error).__name__, is_route=True)
            ]
        finally:
            server.close()

    def settle(self, asked: Sequence[Asked]) -> list[Outcome]:
        """Say that nothing can be told."""
        return [Unknown(code="no-list")] * len(asked)

    def look_up(self, asked: Sequence[Asked]) -> list[Report]:
        """Give no reports."""
        return []

    def fetch(self, cursor: str) -> Fetched:
        """Give nothing."""
        return Fetched(cursor=cursor)

    def acknowledge(self, tokens: Sequence[str]) -> None:
        """Nothing comes in."""

    def credit(self) -> Credit:
        """Raise: mail costs nothing."""
        raise RouteError("a mail account has no credit", code="no-credit-call")

    def health(self) -> Health:
        """A mail server is ready until it says otherwise."""
        return Health(is_ready=True)

    def close(self) -> None:
        """Hold nothing."""

    def _connect(self) -> smtplib.SMTP:
        settings = self._settings
        context = ssl.create_default_context()
        # Said in EHLO; asking the network for this machine's own name could take half a minute.
        name = settings.sender.rpartition("@")[2]
        server: smtplib.SMTP
        if settings.security == "tls":
            server = smtplib.SMTP_SSL(
                settings.host, settings.port or 465, name, timeout=CONNECT_S, context=context
            )
        else:
            server = smtplib.SMTP(settings.host, settings.port or 587, name, timeout=CONNECT_S)
        try:
            server.ehlo_or_helo_if_needed()
            if settings.security == "starttls":
                if not server.has_extn("starttls"):
                    raise _RefusedError(NO_TLS, settings.host)
                server.starttls(context=context)
                server.ehlo()
            if settings.username:
                try:
                    server.login(settings.username, self._password)
                except smtplib.SMTPAuthenticationError as error:
                    raise _RefusedError(WRONG_LOGIN, error.smtp_code) from None
            if server.sock is not None:
                server.sock.settimeout(settings.answer_s)
        except BaseException:
            server.close()
            raise
        return server

    def _hand_over(self, server: smtplib.SMTP, parcel: Parcel, text: bytes, arm: Arm) -> Outcome:
        _expect(server.mail(self._settings.sender), BAD_SENDER)
        _expect(server.rcpt(parcel.number), BAD_RECEIVER)
        code, answer = server.docmd("DATA")
        if code != GO_ON:
            raise _RefusedError(BAD_TEXT if code >= PERMANENT else LATER, answer.decode(errors="replace"))
        if not arm([parcel]):
            return Refused(is_permanent=False, code="withdrawn")
        try:
            server.send(_DOT_AT_START.sub(b"..", text) + b".\r\n")
            code, answer = server.getreply()
        except TimeoutError:
            return Unknown(code="timeout")
        except (OSError, smtplib.SMTPException) as error:
            return Unknown(code="cut-off", detail=type(error).__name__)
        if code == TAKEN:
            return Accepted()
        return refused(BAD_TEXT if code >= PERMANENT else LATER, code)


def _expect(reply: tuple[int, bytes], fault: Fault) -> None:
    code, answer = reply
    if code >= PERMANENT:
        raise _RefusedError(fault, code)
    if code not in (TAKEN, 251):
        raise _RefusedError(LATER, f"{code} {answer.decode(errors='replace')}")


def make(setup: RouteSetup) -> EmailRoute:
    """Make the route of a mail account. Raises ValueError for settings that cannot work."""
    settings = setup.settings
    assert isinstance(settings, EmailSettings)
    if "@" not in settings.sender:
        raise ValueError("sender is an address such as office@example.ir")
    if settings.username and not setup.secrets.get("password"):
        raise ValueError("the password is not set")
    return EmailRoute(setup.name, settings, setup.secrets.get("password", ""), setup.clock)


KIND = RouteKind(
    name="email",
    title="رایانامه (ایمیل)",
    channel="email",
    settings=EmailSettings,
    capabilities=CAPABILITIES,
    make=make,
    explanations={
        **explanations((WRONG_LOGIN, NO_TLS, BAD_SENDER, BAD_RECEIVER, BAD_TEXT, LATER)),
        "no-network": "ارتباط با سرور رایانامه برقرار نشد؛ رایانامه‌ها در صف می‌مانند.",
        "timeout": COMMON["timeout"],
    },
)
