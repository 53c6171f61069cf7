"""The test sink: a file that stands for the air. For the demo and for tests; nothing leaves the box."""

from sms_modem.providers.sink.provider import KIND

__all__ = ["KIND"]
