"""Copies of the records: checked ones on the card, sealed ones on a medium, and the proof that they can be restored."""
