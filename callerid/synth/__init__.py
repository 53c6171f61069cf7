"""Exact generators of what a telephone exchange puts on a line: FSK and DTMF caller ID, ringing, tones.

Used by the simulated line, the tests and the benchmarks. Pure: parameters in, samples out.
"""
