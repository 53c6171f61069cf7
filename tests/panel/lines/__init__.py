"""The page of lines and its wizard."""
