"""Pure streaming signal processing: samples in, messages and signals out.

Nothing in this package touches a file, a thread, a socket or a clock. Time is counted in samples fed.
"""
