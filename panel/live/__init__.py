"""From the bus to the browsers: what is told within milliseconds, and what is made good when it was missed."""
