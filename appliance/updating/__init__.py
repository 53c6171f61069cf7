"""Signed updates for the other slot: refused unless whole, ours, for this box and newer."""
