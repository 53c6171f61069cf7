"""Any service that takes one message by one HTTP request, described by a form."""

from sms_modem.providers.generic_http.provider import KIND

__all__ = ["KIND"]
