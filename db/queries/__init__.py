"""SQL by subject: plain functions that take a connection first and give frozen records."""
