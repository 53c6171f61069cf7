"""The installer's file on the card's first partition: read at every start, taken over section by section."""
