"""A thousand faults over the outbox for each kind of route: what was lost, doubled, left uncertain, and booked."""

from __future__ import annotations

import tempfile
from pathlib import Path

from db import connect, migrate
from sms_modem.routes import Capabilities
from tests.fakes.message_storm import Storm, Tally
from tests.fakes.routes import KEYED, LISTED, MODEM, PLAIN

FAULTS = 1_000
KINDS: dict[str, Capabilities] = {"key": KEYED, "sent list": LISTED, "modem": MODEM, "nothing": PLAIN}


def measure(capabilities: Capabilities, faults: int, seed: int = 7) -> Tally:
    """Let a storm rage over a database of its own."""
    with tempfile.TemporaryDirectory(prefix="aminbox-storm-") as folder:
        database = Path(folder) / "aminbox.sqlite3"
        migrate(database)
        conn = connect(database)
        conn.execute("PRAGMA synchronous = OFF")
        try:
            return Storm(conn, capabilities, seed).rage(faults)
        finally:
            conn.close()


def main() -> None:
    """Measure and print."""
    columns = Tally.__struct_fields__
    print("settles by ", *(f"{name:>13}" for name in columns))
    for name, capabilities in KINDS.items():
        tally = measure(capabilities, FAULTS)
        print(f"{name:<11}", *(f"{getattr(tally, column):>13,}" for column in columns))


if __name__ == "__main__":
    main()
