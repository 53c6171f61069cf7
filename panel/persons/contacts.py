"""Telephones, addresses, ways to be told, and notes of contacts: forms on a customer's page."""

from __future__ import annotations

from flask import flash, request
from flask.typing import ResponseReturnValue

from appliance.core.identity import is_unusual_postal_code
from appliance.domain.acting import Acting
from appliance.domain.people import addresses, channels, contact_rules, electronic, phones, timeline
from db.text import ascii_digits
from panel.access import permission
from panel.context import office
from panel.persons.blueprint import blueprint
from panel.persons.changes import REMOVED, done_or_shown_again

UNUSUAL = "نشانی ذخیره شد، ولی این کد پستی شکل معمول را ندارد؛ یک بار دیگر با مشتری بررسی کنید."


@blueprint.post("/persons/<int:person_id>/phones")
@permission("persons.edit")
def add_phone(person_id: int) -> ResponseReturnValue:
    """Give a person a number."""
    area_code = office().config.office.area_code
    return done_or_shown_again(
        person_id,
        "phones:new",
        lambda act: phones.add_phone(act, person_id, request.form, area_code=area_code),
    )


@blueprint.post("/persons/<int:person_id>/phones/change")
@permission("persons.edit")
def change_phone(person_id: int) -> ResponseReturnValue:
    """Change a number; ``known`` says which one."""
    known, area_code = request.form.get("known", ""), office().config.office.area_code
    return done_or_shown_again(
        person_id,
        f"phones:{known}",
        lambda act: phones.change_phone(act, person_id, known, request.form, area_code=area_code),
    )


@blueprint.post("/persons/<int:person_id>/phones/remove")
@permission("persons.edit")
def remove_phone(person_id: int) -> ResponseReturnValue:
    """Take a number away."""
    known = request.form.get("known", "")
    return done_or_shown_again(
        person_id, "phones:", lambda act: phones.remove_phone(act, person_id, known), said=REMOVED
    )


@blueprint.post("/persons/<int:person_id>/addresses")
@permission("persons.edit")
def add_address(person_id: int) -> ResponseReturnValue:
    """Give a person an address."""
    _warn_of_postal_code()
    return done_or_shown_again(
        person_id, "addresses:new", lambda act: addresses.add_address(act, person_id, request.form)
    )


@blueprint.post("/persons/<int:person_id>/addresses/<int:address_id>")
@permission("persons.edit")
def change_address(person_id: int, address_id: int) -> ResponseReturnValue:
    """Change an address."""
    _warn_of_postal_code()
    return done_or_shown_again(
        person_id,
        f"addresses:{address_id}",
        lambda act: addresses.change_address(act, person_id, address_id, request.form),
    )


@blueprint.post("/persons/<int:person_id>/addresses/<int:address_id>/remove")
@permission("persons.edit")
def remove_address(person_id: int, address_id: int) -> ResponseReturnValue:
    """Take an address away."""
    return done_or_shown_again(
        person_id,
        "addresses:",
        lambda act: addresses.remove_address(act, person_id, address_id),
        said=REMOVED,
    )


@blueprint.post("/persons/<int:person_id>/electronic")
@permission("persons.edit")
def add_electronic(person_id: int) -> ResponseReturnValue:
    """Give a person an electronic address."""
    return done_or_shown_again(
        person_id, "electronic:new", lambda act: electronic.add_electronic(act, person_id, request.form)
    )


@blueprint.post("/persons/<int:person_id>/electronic/<int:row_id>")
@permission("persons.edit")
def change_electronic(person_id: int, row_id: int) -> ResponseReturnValue:
    """Change an electronic address."""
    return done_or_shown_again(
        person_id,
        f"electronic:{row_id}",
        lambda act: electronic.change_electronic(act, person_id, row_id, request.form),
    )


@blueprint.post("/persons/<int:person_id>/electronic/<int:row_id>/remove")
@permission("persons.edit")
def remove_electronic(person_id: int, row_id: int) -> ResponseReturnValue:
    """Take an electronic address away."""
    return done_or_shown_again(
        person_id,
        "electronic:",
        lambda act: electronic.remove_electronic(act, person_id, row_id),
        said=REMOVED,
    )


@blueprint.post("/persons/<int:person_id>/channels")
@permission("persons.edit")
def choose_channels(person_id: int) -> ResponseReturnValue:
    """Store how a person wants to be told things."""
    return done_or_shown_again(
        person_id, "channels:", lambda act: channels.choose_channels(act, person_id, request.form)
    )


@blueprint.post("/persons/<int:person_id>/rules/<int:rule_id>")
@permission("persons.edit")
def choose_rule(person_id: int, rule_id: int) -> ResponseReturnValue:
    """Store what a person gets instead of one of the office's rules."""
    return done_or_shown_again(
        person_id,
        f"rules:{rule_id}",
        lambda act: contact_rules.choose_rule(act, person_id, rule_id, request.form),
    )


@blueprint.post("/persons/<int:person_id>/contacts")
@permission("persons.edit")
def note_contact(person_id: int) -> ResponseReturnValue:
    """Add a visit, a meeting or another contact to the time-line."""

    def note(act: Acting) -> int:
        return timeline.note_contact(act, person_id, request.form, office().zone)

    return done_or_shown_again(person_id, "contacts:new", note, tab="contacts")


def _warn_of_postal_code() -> None:
    digits = "".join(
        letter for letter in ascii_digits(request.form.get("postal_code", "")) if letter.isdecimal()
    )
    if len(digits) == 10 and is_unusual_postal_code(digits):
        flash(UNUSUAL, "warning")
