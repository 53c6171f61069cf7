"""Messages: texts, rules, campaigns, the outbox, the inbox, and the money of it.

Nothing here sends: services put rows into the outbox, and the message daemon takes them out. Each module is one
subject; the panel and the timed jobs call its functions.
"""
