"""Modems as routes: the only modules that open serial ports (our engine) or import the optional gsmmodem library."""
