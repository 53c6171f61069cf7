"""The fresh box of the first start's tests."""

from tests.panel.setup.conftest import fresh

__all__ = ["fresh"]
