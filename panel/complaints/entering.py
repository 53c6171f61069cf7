"""The form of a new complaint, filled in from where it was opened: a customer, a call, a policy or a claim."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from appliance.core.errors import NotFoundError
from appliance.domain.acting import Acting
from appliance.domain.calls import open_call
from appliance.domain.complaints.fields import ENTERED
from appliance.domain.complaints.opening import open_complaint
from appliance.domain.fields.refused import Refused
from appliance.domain.people.choosing import persons_meant
from appliance.domain.people.reaching import policy_reach
from appliance.domain.policies.issuing import require_policy
from db.queries import call_subjects, persons
from db.queries.call_subjects import OfferedSubject
from db.queries.persons import Person
from db.records import find_row
from panel.access import permission
from panel.complaints.blueprint import blueprint
from panel.context import conn, now, office
from panel.identity import changing, require_user
from panel.links import path_for
from panel.personchoice import chosen_person_id, reachable_person
from panel.problems import field_problem
from panel.recordform import RecordForm

KEPT = ("person_id", "who", "policy_id", "claim_id", "call_id")


@blueprint.get("/complaints/new")
@permission("complaints.add")
def new() -> ResponseReturnValue:
    """Show an empty form, with what the address already says."""
    first = {"severity": "normal", "assignee_id": require_user().id}
    return _page(_known(), RecordForm(conn(), ENTERED, values=first))


@blueprint.post("/complaints/new")
@permission("complaints.add")
def enter() -> ResponseReturnValue:
    """Enter a complaint."""
    texts = _typed()
    try:
        with changing() as act:
            complaint_id = open_complaint(
                act, texts, office().zone, area_code=office().config.office.area_code
            )
    except Refused as refused:
        shown = RecordForm(conn(), ENTERED, texts=texts, problems=refused.problems)
        return _page({key: texts.get(key, "") for key in KEPT}, shown, refused.problems), 422
    flash("شکایت ثبت شد.", "success")
    return redirect(path_for("complaints.show", complaint_id=complaint_id), 303)


@blueprint.get("/complaints/about")
@permission("complaints.add")
def about() -> ResponseReturnValue:
    """Give the policies and claims of a person as options, for a form that stays open."""
    return render_template("complaints/about.html", offered=_offered(reachable_person(request.args.get("person", ""))),
                           policy_id="", claim_id="")  # fmt: skip


def _typed() -> dict[str, str]:
    """Give the form's texts, with the chosen person, policy and claim apart."""
    kind, _mark, key = request.form.get("about", "").partition(":")
    return dict(request.form.items()) | {
        "person_id": chosen_person_id(request.form),
        "policy_id": key if kind == "policy" else "",
        "claim_id": key if kind == "claim" else "",
    }


def _known() -> dict[str, str]:
    """Read the address: what is out of the user's reach is as if it were not named."""
    act = Acting(conn(), now(), require_user())
    found = {f"{name}_id": request.args.get(name, "") for name in ("person", "call", "policy", "claim")}
    found["who"] = ""
    if found["claim_id"] and (claim := _row("claims", found["claim_id"])):
        found["policy_id"] = str(claim["policy_id"])
    if found["policy_id"]:
        try:
            found["person_id"] = str(require_policy(act, int(found["policy_id"]))["person_id"])
        except (NotFoundError, ValueError):
            found |= {"policy_id": "", "claim_id": ""}
    if found["call_id"]:
        found |= _of_call(found)
    return found


def _of_call(found: Mapping[str, str]) -> dict[str, str]:
    try:
        call = open_call(conn(), require_user(), found["call_id"])
    except NotFoundError:
        return {"call_id": ""}
    if found["person_id"]:
        return {}
    owners = persons.list_persons_by_number(conn(), call.number) if call.number else []
    person_id = call.person_id or (owners[0].id if len(owners) == 1 else None)
    return {"person_id": str(person_id or ""), "who": "" if person_id else call.number or ""}


def _row(table: str, key: str) -> dict[str, Any] | None:
    return find_row(conn(), table, int(key)) if key.isascii() and key.isdecimal() and len(key) < 16 else None


def _offered(person: Person | None) -> list[OfferedSubject]:
    if person is None or not require_user().may("policies.view"):
        return []
    found = call_subjects.list_offered(conn(), person.id, policy_reach(require_user().reach))
    return [one for one in found if one.kind in ("policy", "claim")]


def _page(known: Mapping[str, str], form: RecordForm, problems: Mapping[str, str] | None = None) -> str:
    problems = problems or {}
    person = reachable_person(known.get("person_id", ""))
    code = problems.get("who", "")
    found = persons_meant(conn(), require_user(), known.get("who", "")) if code == "person.several" else []
    return render_template(
        "complaints/form.html", form=form, known=known, person=person, found=found, offered=_offered(person),
        who_problem=field_problem(code) if code else "",
        about_problem=field_problem(problems["policy_id"]) if "policy_id" in problems else "",
        back=path_for("persons.show", person_id=person.id) if person else path_for("complaints.index"),
    )  # fmt: skip
