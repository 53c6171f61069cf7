"""How a person wants to be told things: ways in order, and ways refused."""

from __future__ import annotations

from collections.abc import Mapping

from appliance.domain.acting import Acting
from appliance.domain.fields.refused import Refused
from appliance.domain.people.parts import note_part
from appliance.domain.people.reaching import require_person
from db.queries.person_relations import ChannelRow, list_channels, replace_channels
from db.text import ascii_digits

CHANNELS = {
    "sms": "پیامک", "phone": "تلفن", "email": "رایانامه", "messenger": "پیام‌رسان", "post": "پست",
    "fax": "دورنگار",
}  # fmt: skip


def choose_channels(act: Acting, person_id: int, texts: Mapping[str, str]) -> None:
    """Store the ways of a form: ``place.sms`` its order (1 to 6, empty for not chosen), ``refused.sms`` a refusal.

    Equal places are kept in the product's own order. Raises `Refused` and `NotFoundError`.
    """
    person = require_person(act, person_id)
    chosen: list[tuple[int, str]] = []
    refused: list[str] = []
    for channel in CHANNELS:
        if texts.get(f"refused.{channel}") in ("1", "on"):
            refused.append(channel)
            continue
        place = ascii_digits(texts.get(f"place.{channel}", "")).strip()
        if not place:
            continue
        if not place.isdecimal() or not 1 <= int(place) <= len(CHANNELS):
            raise Refused({f"place.{channel}": f"number.range 1 {len(CHANNELS)}"})
        chosen.append((int(place), channel))
    order = [channel for _place, channel in sorted(chosen, key=lambda one: one[0])]
    before = list_channels(act.conn, person_id)
    rows = [ChannelRow(channel=name, place=place, is_refused=False) for place, name in enumerate(order, 1)]
    rows += [
        ChannelRow(channel=name, place=place, is_refused=True)
        for place, name in enumerate(refused, len(order) + 1)
    ]
    replace_channels(act.conn, person_id, rows)
    note_part(act, person, "channels", words_of_channels(before), words_of_channels(rows))


def words_of_channels(rows: list[ChannelRow]) -> str:
    """Say the ways in one line: «پیامک، تلفن؛ نه رایانامه»."""
    chosen = "، ".join(CHANNELS[row.channel] for row in rows if not row.is_refused)
    refused = "، ".join(CHANNELS[row.channel] for row in rows if row.is_refused)
    return "؛ نه ".join([chosen, refused]) if refused else chosen
