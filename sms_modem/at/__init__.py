"""The AT engine: one owner of a modem's port, commands and unasked lines kept apart, an outcome for each segment.

Why it is our own: `docs/decisions/0020-own-at-engine.md`. Nothing here opens a device; a `Port` is passed in.
"""
