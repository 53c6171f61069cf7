"""Calls that come by SIP: from an FXO gateway, a trunk or a telephone exchange.

The signalling runs in a process of its own (`worker`), with one of two libraries behind one small interface
(`messages`). What it says becomes the frames of a line driver (`driver`). docs/lines/sip.md is its manual.
"""
