"""A simulated telephone exchange: lines that ring, identify, speak and hang up, in real time and in sound.

It is a process of its own, as a real exchange is: what happens on the line goes on when a daemon dies.
"""
