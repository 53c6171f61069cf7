"""The rules of the office. No clock, socket or file of its own: everything arrives as an argument."""
