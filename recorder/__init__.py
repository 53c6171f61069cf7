"""Sound files of calls: write, repair, keep, play."""
