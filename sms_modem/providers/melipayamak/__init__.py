"""Melipayamak, the engine behind many brands (REST of Payamak-Panel)."""

from sms_modem.providers.melipayamak.provider import KIND

__all__ = ["KIND"]
