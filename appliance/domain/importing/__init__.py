"""Bringing in what the insurer's core system already has (`insurance-domain` facts, section 16).

A file's rows become plain values (`rows`), are compared with the records (`comparing`), shown, and stored as one
transaction (`storing`) that can be taken back (`undoing`). What differs from the records is never overwritten: it waits
for somebody's word (`discrepancies`).
"""
