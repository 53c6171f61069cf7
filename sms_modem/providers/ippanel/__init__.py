"""IPPanel, also sold as FarazSMS (Edge API)."""

from sms_modem.providers.ippanel.provider import KIND

__all__ = ["KIND"]
