"""Telephone lines: drivers, signal processing, call life cycle and the line daemon."""
