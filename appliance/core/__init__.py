"""The vocabulary every process shares: events, bus, configuration, clock, ids, dates, telephone numbers."""
