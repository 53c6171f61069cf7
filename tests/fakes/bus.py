"""A bus inside one process that remembers what was published."""

from __future__ import annotations

from appliance.core.bus import Subscription
from appliance.core.events import Event


class RecordingBus:
    """Remembers every event, in order."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    @property
    def names(self) -> list[str]:
        """The names of what was published."""
        return [event.name for event in self.events]

    def publish(self, event: Event) -> int:
        """Remember."""
        self.events.append(event)
        return 1

    def subscribe(self, name: str) -> Subscription:
        """Nobody listens here."""
        raise NotImplementedError("publish only")

    def close(self) -> None:
        """Nothing to close."""
