"""The words the tables of messages keep: what a message travels by and what it is for."""

from __future__ import annotations

from typing import Literal

Channel = Literal["sms", "email", "fax"]
"""What it travels by."""
Kind = Literal["code", "service", "advertising"]
"""What it is for."""
