"""Kavenegar (REST v1): the one with a real key against doubles."""

from sms_modem.providers.kavenegar.provider import KIND

__all__ = ["KIND"]
