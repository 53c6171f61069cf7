"""How large a spreadsheet from elsewhere may be; apart from the reader, which the panel does not load."""

MOST_BYTES = 50 * 1024 * 1024
"""Largest file taken; an export of 100,000 rows of 28 columns has about 13 MB."""
MOST_ROWS = 100_000
