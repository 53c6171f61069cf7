"""E-mail by SMTP."""

from sms_modem.providers.email.provider import KIND

__all__ = ["KIND"]
