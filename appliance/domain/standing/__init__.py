"""How a customer stands with the office: loyal, dissatisfied, likely to leave. Pure rules over plain facts.

Each rule gives its reasons, never a bare verdict, because a colleague has to act on them (`insurance-domain` facts,
section 19). Reading the facts from the records is the business of who asks.
"""
