"""Watching a line: measured while somebody looks, kept when a number could not be read."""
