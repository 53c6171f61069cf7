"""The panel: the office's web pages, live call cards, and the process that serves them."""
