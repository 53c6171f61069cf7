"""Persons the office knows: what is known of them, how they are entered, changed, found and grouped."""
