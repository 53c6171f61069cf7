"""Missed calls become tasks: somebody calls back within the time a customer's rank gives him, or it is seen."""
