"""Messages: routes, the outbox worker, the message daemon."""
