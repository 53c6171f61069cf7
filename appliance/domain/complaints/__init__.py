"""Complaints: entered once, passed on until somebody settles them, answered within a time, and told of."""
