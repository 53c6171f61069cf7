"""Ghasedak (REST v1)."""

from sms_modem.providers.ghasedak.provider import KIND

__all__ = ["KIND"]
