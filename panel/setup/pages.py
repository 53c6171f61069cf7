"""What each step's page shows beside its words."""

from __future__ import annotations

import socket
from typing import Any

from appliance.backing_up.keeping import read_settings
from appliance.backing_up.state import backup_folder, read_state
from appliance.certificates.addresses import own_addresses
from appliance.certificates.keeping import CertificateError, files_of, fingerprint
from appliance.core.clock import to_text
from appliance.core.clock_state import clock_state
from appliance.version import VERSION
from db.queries.imports import list_imports
from db.queries.message_routes import list_routes
from db.queries.setup import list_lines_called
from panel.context import conn, now, office
from panel.lines.views import list_cards
from panel.setup.steps import tested_message
from panel.sms.words import STATES


def page_values(step: str) -> dict[str, Any]:
    """Give what one step's template asks for."""
    return _PAGES.get(step, dict)()


def _network() -> dict[str, Any]:
    return {
        "host": f"{socket.gethostname().split('.')[0].lower()}.local",
        "addresses": own_addresses(),
        "clock": clock_state(),
        "box_time": to_text(now()),
        "zone": office().zone,
        "has_https": office().config.panel.https,
    }


def _lines() -> dict[str, Any]:
    cards = list_cards()
    return {"cards": cards, "called": list_lines_called(conn(), [card.number for card in cards] or [0])}


def _messages() -> dict[str, Any]:
    message = tested_message()
    return {
        "routes": [row for row in list_routes(conn()) if row.is_active and row.channel == "sms"],
        "message": message,
        "message_words": STATES.get(message.state) if message else None,
    }


def _import() -> dict[str, Any]:
    return {"imports": list_imports(conn(), limit=3)}


def _backup() -> dict[str, Any]:
    return {
        "settings": read_settings(conn()),
        "copies": read_state(backup_folder(office().config.data.database)),
    }


def _sheet() -> dict[str, Any]:
    try:
        pairs = fingerprint(files_of(office().config.data.folder)).split(":")
    except CertificateError:
        pairs = []
    rows = [":".join(pairs[place : place + 8]) for place in range(0, len(pairs), 8)]
    return _network() | _lines() | _messages() | _backup() | {"rows": rows, "version": VERSION}


_PAGES = {
    "network": _network,
    "lines": _lines,
    "messages": _messages,
    "import": _import,
    "backup": _backup,
    "sheet": _sheet,
}
