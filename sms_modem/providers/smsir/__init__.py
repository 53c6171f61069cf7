"""SMS.ir (REST v1)."""

from sms_modem.providers.smsir.provider import KIND

__all__ = ["KIND"]
