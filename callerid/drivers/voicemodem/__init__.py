"""A USB voice modem as a telephone line: it tells the ringing and the caller, and may answer by itself.

Modules, from the wire up: `dle` and `results` take the modem's bytes apart, `engine` runs scripts of commands over
them without touching a port, `caller` puts a caller's fields together, `dialects` says how kinds of modems differ,
`following` decides what happened on the line, `ports` and `wire` are the serial port, `driver` is the front-end.
"""
