"""One JSON object a line, flushed to the disk once for each batch; it knows the keys it has seen."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path

import msgspec

from sms_modem.routes import (
    Accepted,
    Arm,
    Asked,
    Capabilities,
    Credit,
    Fetched,
    Health,
    Outcome,
    Parcel,
    Refused,
    Report,
    RouteError,
    RouteKind,
    RouteSetup,
    Unknown,
)

FILE_NAME = "messages-sent.jsonl"
CAPABILITIES = Capabilities(
    batch=200,
    has_idempotency_key=True,
    key_hours=24 * 365,
    reports="polled",
    report_batch=500,
    longest_text=100_000,
)


class SinkSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Settings of the test sink."""

    file_name: str = FILE_NAME
    """File in the data folder that stands for the air."""


class SinkRoute:
    """Accepts every message and writes it down durably."""

    capabilities = CAPABILITIES

    def __init__(self, name: str, path: Path) -> None:
        self.name = name
        self._path = path

    def open(self) -> None:
        """Nothing is held between batches."""

    def send(self, parcels: Sequence[Parcel], arm: Arm) -> list[Outcome]:
        """Append the messages and flush them to the disk."""
        lines = "".join(
            json.dumps(
                {"id": one.message_id, "key": one.client_key, "number": one.number, "body": one.text},
                ensure_ascii=False,
            )
            + "\n"
            for one in parcels
        )
        try:
            file = self._path.open("ab", buffering=0)
        except OSError as error:
            detail = f"{self._path} cannot be written: {error.strerror}"
            return [Refused(is_permanent=False, code="file", detail=detail, is_route=True)] * len(parcels)
        with file:
            if not arm(parcels):
                return [Refused(is_permanent=False, code="withdrawn")] * len(parcels)
            try:
                file.write(lines.encode())
                os.fsync(file.fileno())
            except OSError as error:
                return [Unknown(code="cut-off", detail=str(error))] * len(parcels)
        return [Accepted(reference=one.message_id, cost_rial=None) for one in parcels]

    def settle(self, asked: Sequence[Asked]) -> list[Outcome]:
        """Look the keys up in the file."""
        seen = self._seen()
        return [
            Accepted(reference=one.parcel.message_id)
            if one.parcel.client_key in seen
            else Refused(is_permanent=False, code="not-sent")
            for one in asked
        ]

    def look_up(self, asked: Sequence[Asked]) -> list[Report]:
        """Everything that is in the file has arrived."""
        return [Report(reference=one.reference, number=one.parcel.number, state="delivered") for one in asked]

    def fetch(self, cursor: str) -> Fetched:
        """Nothing comes in."""
        return Fetched(cursor=cursor)

    def acknowledge(self, tokens: Sequence[str]) -> None:
        """Nothing comes in."""

    def credit(self) -> Credit:
        """Raise: the sink costs nothing."""
        raise RouteError("the test sink has no account", code="no-credit-call")

    def health(self) -> Health:
        """The file is always there, or is made."""
        return Health(is_ready=True)

    def close(self) -> None:
        """Nothing is held."""

    def _seen(self) -> set[int]:
        try:
            with self._path.open(encoding="utf-8") as file:
                return {key for line in file if (key := _key(line)) is not None}
        except FileNotFoundError:
            return set()
        except OSError as error:
            raise RouteError(f"{self._path} cannot be read: {error.strerror}", code="file") from error


def _key(line: str) -> int | None:
    """Give the key of a line; None for one that was cut off."""
    try:
        return int(json.loads(line)["key"])
    except (ValueError, KeyError, TypeError):
        return None


def make(setup: RouteSetup) -> SinkRoute:
    """Make the sink in the data folder. Raises ValueError for a file name that leads elsewhere."""
    assert isinstance(setup.settings, SinkSettings)
    if Path(setup.settings.file_name).name != setup.settings.file_name:
        raise ValueError("file_name is the plain name of a file in the data folder")
    return SinkRoute(setup.name, setup.folder / setup.settings.file_name)


KIND = RouteKind(
    name="sink",
    title="خروجی آزمایشی (بدون ارسال واقعی)",
    channel="sms",
    settings=SinkSettings,
    capabilities=CAPABILITIES,
    make=make,
    explanations={
        "file": "فایل خروجی آزمایشی نوشته نشد؛ فضای دیسک و دسترسی پوشهٔ داده‌ها را بررسی کنید.",
        "withdrawn": "پیام پیش از ارسال پس گرفته شد.",
        "cut-off": "نوشتن فایل خروجی آزمایشی نیمه‌کاره ماند.",
        "not-sent": "پیام فرستاده نشده بود.",
        "no-credit-call": "خروجی آزمایشی اعتبار ندارد.",
    },
)
