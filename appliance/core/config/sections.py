"""Every key of the configuration, with its meaning beside it."""

from __future__ import annotations

import os
import zlib
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta

Port = Annotated[int, Meta(ge=1, le=65535)]
LineNumber = Annotated[int, Meta(ge=1, le=32)]
Name = Annotated[str, Meta(min_length=1, max_length=64)]


class OfficeSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The office itself."""

    name: Annotated[str, Meta(min_length=1, max_length=80)] = "دفتر نمایندگی بیمه"
    """Name shown at the top of every page."""
    area_code: Annotated[str, Meta(pattern=r"^0?[1-9]\d$")] = "021"
    """The city's dialling code, used for eight-digit local numbers when a line has none of its own."""
    time_zone: str = "Asia/Tehran"
    """Time zone of dates and times shown to users."""


class DataSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where things are kept."""

    folder: str = "/var/lib/aminbox"
    """Folder of the database and of what must survive."""
    runtime: str = ""
    """Folder of sockets, emptied at each start of the machine; empty: chosen by the product."""

    @property
    def database(self) -> Path:
        """The database file."""
        return Path(self.folder) / "aminbox.sqlite3"

    @property
    def runtime_folder(self) -> Path:
        """The folder of sockets; short, because a socket's path may have 107 bytes only."""
        if self.runtime:
            return Path(self.runtime)
        if system := os.environ.get("RUNTIME_DIRECTORY"):
            return Path(system.split(":")[0])
        # Tells folders apart; no digest of `hashlib`, which loads OpenSSL: 4 MB in every daemon.
        mark = f"{zlib.crc32(str(Path(self.folder).resolve()).encode()):08x}"
        base = os.environ.get("XDG_RUNTIME_DIR")
        if base and os.access(base, os.W_OK):
            return Path(base) / f"aminbox-{mark}"
        import tempfile  # with what it brings almost 1 MB, and a box never comes here

        return Path(tempfile.gettempdir()) / f"aminbox-{os.getuid()}-{mark}"


class PanelSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The panel in the browser."""

    host: str = "127.0.0.1"
    """Address to listen on; ``0.0.0.0`` serves the office network."""
    port: Port = 8080
    """Port to listen on."""
    max_browsers: Annotated[int, Meta(ge=1, le=400)] = 96
    """Browsers that may listen for calls at once; further ones are told so politely."""
    allowed_hosts: list[str] = msgspec.field(default_factory=list)
    """Further host names under which the panel is reached; addresses, localhost and *.local always work."""
    session_idle_minutes: Annotated[int, Meta(ge=5, le=7 * 24 * 60)] = 12 * 60
    """A session nobody used for so long ends."""
    https: bool = False
    """Serve HTTPS with a certificate of the box's own authority; plain HTTP then leads there. The image does so."""
    attachment_mb: Annotated[int, Meta(ge=1, le=100)] = 20
    """Largest file that may be attached to a record, in megabytes."""


class LineSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One telephone line."""

    number: LineNumber
    """The line's number, from 1; it is shown on the call card."""
    title: Annotated[str, Meta(max_length=40)] = ""
    """What the office calls the line."""
    driver: Name = "sim"
    """The kind of hardware; `aminbox doctor` lists the drivers."""
    area_code: Annotated[str, Meta(pattern=r"^(0?[1-9]\d)?$")] = ""
    """The line's own dialling code when it differs from the office's."""
    options: dict[str, Any] = msgspec.field(default_factory=dict)
    """What the driver needs; each driver checks its own."""


class SmsSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Messages."""

    route: Annotated[str, Meta(pattern=r"^(none|sink)$")] = "none"
    """Where messages go: ``none`` holds them, ``sink`` writes them to a file in the data folder (demo)."""


class RecordingSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Recording of calls. In many countries both sides must be told: whoever lists a line here says they are."""

    lines: list[LineNumber] = msgspec.field(default_factory=list)
    """Lines whose calls are recorded; none unless listed."""
    folder: str = ""
    """Folder of the recordings; empty: `recordings` in the data folder."""
    key_file: str = ""
    """File of the key recordings are sealed with, outside the data folder; made on first use. Empty: not sealed."""
    keep_days: Annotated[int, Meta(ge=1, le=3650)] = 90
    """Recordings older than this are deleted, unless on hold."""
    least_free_percent: Annotated[int, Meta(ge=1, le=90)] = 10
    """Share of the disk that recordings leave free: below it the oldest go first, then recording stops."""
    silence_s: Annotated[int, Meta(ge=10, le=3600)] = 120
    """Seconds without a voice after which a recording ends; a voice begins a second part."""
    longest_minutes: Annotated[int, Meta(ge=1, le=24 * 60)] = 240
    """Longest single recording."""
    consent: Annotated[str, Meta(min_length=1, max_length=300)] = (
        "این مکالمه برای بهبود خدمات و پیگیری درخواست شما ضبط می‌شود."
    )
    """What the office says to the other side; the panel shows it to whoever answers."""


class ImportsSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Files of the insurer's core system."""

    folder: str = ""
    """Watched folder, such as a shared one; empty: ``imports/inbox`` in the data folder."""


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The whole configuration file."""

    office: OfficeSection = OfficeSection()
    data: DataSection = DataSection()
    panel: PanelSection = PanelSection()
    lines: list[LineSection] = msgspec.field(default_factory=list)
    sms: SmsSection = SmsSection()
    recording: RecordingSection = RecordingSection()
    imports: ImportsSection = ImportsSection()

    @property
    def recordings_folder(self) -> Path:
        """The folder of the recordings."""
        return Path(self.recording.folder or Path(self.data.folder) / "recordings")

    def line(self, number: int) -> LineSection | None:
        """Give the section of a line, or None when there is no such line."""
        return next((line for line in self.lines if line.number == number), None)

    def area_code_of(self, line: int) -> str:
        """Give the dialling code that eight-digit numbers on a line get."""
        section = self.line(line)
        return (section.area_code if section else "") or self.office.area_code
