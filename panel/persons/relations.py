"""Who is related to whom: the other person is named, chosen among several, or entered anew."""

from __future__ import annotations

from flask import jsonify, request
from flask.typing import ResponseReturnValue

from appliance.domain.acting import Acting
from appliance.domain.fields.refused import Refused
from appliance.domain.people import relations
from appliance.domain.people.choosing import persons_meant
from appliance.domain.people.entering import enter_person
from appliance.domain.people.groups import add_members
from db.queries.persons import Person
from panel.access import permission
from panel.context import conn
from panel.identity import require_user
from panel.persons.blueprint import blueprint
from panel.persons.changes import REMOVED, done_or_shown_again
from panel.persons.frame import Draft, require_reachable
from panel.persons.page import show_page

PLACE = "relations:new"
_SHORTEST = 2


@blueprint.get("/persons/choose")
@permission("persons.view")
def choose() -> ResponseReturnValue:
    """Give the persons a few typed letters may mean, for the suggestions of an input."""
    text = request.args.get("text", "")
    found = persons_meant(conn(), require_user(), text) if len(text.strip()) >= _SHORTEST else []
    return jsonify([{"id": one.id, "name": one.full_name, "about": about(one)} for one in found])


@blueprint.post("/persons/<int:person_id>/relations")
@permission("persons.edit")
def relate(person_id: int) -> ResponseReturnValue:
    """Relate somebody to a person; unclear names come back as a choice, unknown ones as a form for a new person."""
    require_reachable(person_id)
    form = request.form
    chosen = form.get("other_id", "")
    if form.get("is_new") == "1":
        return done_or_shown_again(person_id, PLACE, lambda act: _relate_new(act, person_id))
    if chosen.isascii() and chosen.isdecimal():
        return done_or_shown_again(
            person_id, PLACE, lambda act: relations.relate(act, person_id, int(chosen), form)
        )
    found = [one for one in persons_meant(conn(), require_user(), form.get("who", "")) if one.id != person_id]
    if len(found) == 1 and found[0].full_name == form.get("who", "").strip():
        return done_or_shown_again(
            person_id, PLACE, lambda act: relations.relate(act, person_id, found[0].id, form)
        )
    problem = "person.several" if found else "person.unknown"
    draft = Draft(PLACE, form, {"who": problem}, {"found": [(one, about(one)) for one in found]})
    return show_page(person_id, draft=draft), 422


@blueprint.post("/persons/<int:person_id>/relations/<int:relation_id>/remove")
@permission("persons.edit")
def unrelate(person_id: int, relation_id: int) -> ResponseReturnValue:
    """Take a relation away."""
    return done_or_shown_again(
        person_id, "relations:", lambda act: relations.unrelate(act, person_id, relation_id), said=REMOVED
    )


@blueprint.post("/persons/<int:person_id>/groups")
@permission("groups.manage")
def join(person_id: int) -> ResponseReturnValue:
    """Put a person into a group by hand."""
    group_id = request.form.get("group_id", 0, type=int)
    return done_or_shown_again(
        person_id, "groups:", lambda act: add_members(act, group_id, [person_id]), said="به گروه افزوده شد."
    )


def _relate_new(act: Acting, person_id: int) -> int:
    form = request.form
    assert act.user is not None
    if not act.user.may("persons.register"):
        raise Refused({"who": "person.unknown"})
    texts = {
        "kind": "natural",
        "first_name": form.get("first_name", ""),
        "last_name": form.get("last_name", ""),
    }
    other_id = enter_person(act, texts, [form.get("phone", "")], standing="prospect")
    return relations.relate(act, person_id, other_id, form)


def about(person: Person) -> str:
    """Give what tells persons of one name apart."""
    standing = "مشتری" if person.standing == "customer" else "مشتری احتمالی"
    return "، ".join(part for part in (standing, person.city, person.note[:40]) if part)
