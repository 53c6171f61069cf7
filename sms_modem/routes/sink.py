"""The test sink: a file that stands for the air, one JSON object a line. For the demo and for tests."""

from __future__ import annotations

import json
import os
from pathlib import Path

from sms_modem.routes.single import SendError


class SinkRoute:
    """Accepts every message and writes it down durably."""

    name = "sink"

    def __init__(self, path: Path) -> None:
        self._path = path

    def send(self, message_id: str, number: str, body: str) -> None:
        """Append the message to the file and flush it to the disk.

        Raises `SendError` when the file cannot be opened. A plain OSError while writing leaves open whether
        the message is in the file.
        """
        line = json.dumps({"id": message_id, "number": number, "body": body}, ensure_ascii=False) + "\n"
        try:
            file = self._path.open("a", encoding="utf-8")
        except OSError as error:
            raise SendError(f"{self._path} cannot be written: {error.strerror}", permanent=False) from error
        with file:
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
