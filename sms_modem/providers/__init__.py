"""Web services, mail servers and the test sink: one folder for each kind of route.

To understand one, open its folder: `provider.py` speaks the service's language, `errors.py` says what its codes
mean for us and for a user, `quality.toml` says which rules it meets.
"""
