"""Ranks of customers: seven criteria, their weights, grades, and why a customer has the one he has.

A rank may change offers and gifts and never the service of a claim (`insurance-domain` facts, section 18).
"""
