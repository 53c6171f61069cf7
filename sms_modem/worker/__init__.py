"""The outbox worker of one route: it hands over, settles what is unknown, and takes in what arrives.

One route, one thread, one connection. What must never happen twice is a conditional UPDATE here; what may block
for a minute is the route's.
"""
