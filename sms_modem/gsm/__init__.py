"""The short message transfer layer: text to protocol units and back (3GPP TS 23.040, TS 23.038).

Pure: octets in, records out. Nothing here knows a port, a clock or the outbox.
"""
