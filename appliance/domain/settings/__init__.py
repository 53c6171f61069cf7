"""What an owner sets: the office's own words, and the lists it works with."""
