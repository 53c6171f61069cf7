"""A simulated GSM modem: a choice like any other for the demo office, and the double the tests measure against.

It keeps the truth of what went on the air (`network`), obeys what real modems obey and refuses what they refuse
(`modem`), has the quirks of several makers (`makers`), and does on demand what breaks gateways (`faults`).
"""
