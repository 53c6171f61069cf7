"""Issuing a policy for a person, renewing one, and changing one."""

from __future__ import annotations

from typing import Any

from flask import flash, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue

from appliance.core.errors import ConflictError, NotFoundError
from appliance.domain.fields.refused import Refused
from appliance.domain.people.reaching import is_reachable
from appliance.domain.policies.changing import propose_renewals
from appliance.domain.policies.computing import computed_values
from appliance.domain.policies.covers import COLUMNS, MOST_COVERS, cover_key, cover_texts
from appliance.domain.policies.fields import POLICIES
from appliance.domain.policies.issuing import change_policy, issue_policy
from appliance.domain.policies.objects import fields_of
from appliance.domain.policies.receivables import PLAN_FIELDS
from appliance.domain.policies.renewing import renewal_values
from appliance.domain.policies.userfields import entered_fields
from db.queries import persons, policies
from db.queries.policy_overview import PolicyHead, find_head, list_covers
from db.records import find_row
from panel.access import permission
from panel.context import conn
from panel.identity import changing, require_user
from panel.links import path_for
from panel.policies.choosing import find_persons
from panel.policies.forms import PolicyForm, hints, stored_values
from panel.policies.page import days_today
from panel.policies.reach import reachable_head
from panel.policies.routes import blueprint

LONGEST_QUERY = 80


@blueprint.get("/policies/new")
@permission("policies.issue")
def new() -> ResponseReturnValue:
    """Show an empty form for a person; without one, let the person be chosen first."""
    wanted = request.args.get("person", "")
    is_ours = request.args.get("elsewhere") != "1"
    if not wanted.isascii() or not wanted.isdecimal():
        text = request.args.get("q", "")[:LONGEST_QUERY]
        found = find_persons(conn(), require_user(), text)
        return render_template("policies/choose.html", text=text, found=found, is_ours=is_ours)
    values = (
        {"issue_date": days_today().isoformat(), "line_code": request.args.get("line_code")}
        if is_ours
        else {}
    )
    return _form(
        PolicyForm(conn(), require_user(), values=values, is_ours=is_ours), person=_person(int(wanted))
    )


@blueprint.post("/policies/new")
@permission("policies.issue")
def enter() -> ResponseReturnValue:
    """Issue a policy."""
    person_text = request.form.get("person_id", "")
    person = _person(int(person_text) if person_text.isascii() and person_text.isdecimal() else 0)
    return _issued(person, None)


@blueprint.get("/policies/<int:policy_id>/renew")
@permission("policies.issue")
def renew(policy_id: int) -> ResponseReturnValue:
    """Show the form of a policy's next term."""
    old = reachable_head(policy_id)
    row = find_row(conn(), "policies", policy_id)
    assert row is not None
    texts = cover_texts(list_covers(conn(), policy_id))
    form = PolicyForm(conn(), require_user(), values=renewal_values(conn(), row, days_today()), texts=texts)
    return _form(form, person=_person(old.person_id), old=old)


@blueprint.post("/policies/<int:policy_id>/renew")
@permission("policies.issue")
def issue_renewal(policy_id: int) -> ResponseReturnValue:
    """Issue a policy's next term."""
    old = reachable_head(policy_id)
    return _issued(_person(old.person_id), old)


@blueprint.get("/policies/<int:policy_id>/edit")
@permission("policies.edit")
def edit(policy_id: int) -> ResponseReturnValue:
    """Show a policy's form."""
    head = reachable_head(policy_id)
    row = find_row(conn(), "policies", policy_id)
    assert row is not None
    form = PolicyForm(conn(), require_user(), values=stored_values(conn(), row), is_ours=head.is_ours)
    return _form(form, person=_person(head.person_id), head=head, revision=head.revision)


@blueprint.post("/policies/<int:policy_id>/edit")
@permission("policies.edit")
def change(policy_id: int) -> ResponseReturnValue:
    """Change a policy; who comes second is told, and nothing is overwritten."""
    head = reachable_head(policy_id)
    row = find_row(conn(), "policies", policy_id)
    assert row is not None
    values, texts = stored_values(conn(), row), _texts()
    revision_text = request.form.get("revision", "0")
    revision = int(revision_text) if revision_text.isascii() and revision_text.isdecimal() else 0
    person = _person(head.person_id)

    def shown(status: int, problems: dict[str, str] | None = None, **more: Any) -> ResponseReturnValue:
        form = PolicyForm(
            conn(), require_user(), values=values, texts=texts, problems=problems, is_ours=head.is_ours
        )
        return _form(form, person=person, head=head, **more), status

    if request.form.get("step") == "compute":
        texts = _filled(texts)
        return shown(200, revision=revision)
    try:
        with changing() as act:
            change_policy(act, policy_id, texts, revision=revision)
    except Refused as refused:
        return shown(422, refused.problems, revision=revision)
    except ConflictError:
        newest = find_head(conn(), policy_id)
        assert newest is not None
        return shown(409, revision=newest.revision, overtaken_by=newest.changed_by or "همکار دیگری")
    flash("تغییرها ذخیره شد.", "success")
    return redirect(path_for("policies.show", policy_id=policy_id), 303)


@blueprint.get("/policies/following")
@permission("policies.issue")
def following() -> ResponseReturnValue:
    """Give a form's script what follows from what is typed: hints, and the insured object's fields for the line."""
    texts = dict(request.args)
    form = PolicyForm(conn(), require_user(), texts=texts)
    html = render_template("policies/object.html", form=form.form, kind=form.object_kind)
    return jsonify(ok=True, hints=hints(conn(), texts), kind=form.object_kind, object=html)


def _issued(person: persons.Person, old: PolicyHead | None) -> ResponseReturnValue:
    texts = _texts()
    is_ours = old is not None or request.form.get("elsewhere") != "1"
    if request.form.get("step") == "compute":
        return _form(
            PolicyForm(conn(), require_user(), texts=_filled(texts), is_ours=is_ours), person=person, old=old
        )
    try:
        with changing() as act:
            policy_id = issue_policy(
                act, person.id, texts, renews_id=old.id if old is not None else None, is_ours=is_ours
            )
            is_likely = bool(old is None and propose_renewals(act, policy_id))
    except Refused as refused:
        form = PolicyForm(conn(), require_user(), texts=texts, problems=refused.problems, is_ours=is_ours)
        return _form(form, person=person, old=old), 422
    flash("بیمه‌نامه تمدید شد." if old is not None else "بیمه‌نامه ثبت شد.", "success")
    if is_likely:
        flash(
            "این بیمه‌نامه به تمدید یک بیمه‌نامهٔ قبلی می‌ماند؛ پایین همین صفحه آن را تأیید یا رد کنید.",
            "warning",
        )
    return redirect(path_for("policies.show", policy_id=policy_id), 303)


def _form(form: PolicyForm, *, person: persons.Person, **more: Any) -> str:
    values = {"old": None, "head": None, "revision": 0, "overtaken_by": "", **more}
    phones = persons.list_phones(conn(), person.id)
    return render_template(
        "policies/form.html", page=form, form=form.form, person=person, phones=phones[:1], **values
    )


def _person(person_id: int) -> persons.Person:
    person = persons.find_person(conn(), person_id)
    if person is None or not is_reachable(conn(), require_user().reach, person_id):
        raise NotFoundError(f"person {person_id}")
    return person


def _texts() -> dict[str, str]:
    """Give what was typed into fields the user may see; nothing else reaches the records."""
    user, typed = require_user(), request.form
    line = policies.find_line(conn(), typed.get("line_code", ""))
    fields = (
        *entered_fields(conn()),
        *PLAN_FIELDS,
        *(fields_of(line.object_kind) if line is not None else ()),
    )
    names = {field.key for field in fields if field.may_be_seen_by(user)}
    names |= {cover_key(place, one.key) for place in range(MOST_COVERS) for one in COLUMNS}
    return {name: typed[name] for name in typed if name in names}


def _filled(texts: dict[str, str]) -> dict[str, str]:
    """Write what is computed into the empty fields of a form."""
    filled = dict(texts)
    for key, value in computed_values(conn(), texts).items():
        field = POLICIES.field(key)
        assert field is not None
        filled[key] = field.kind.edit(value)
    return filled
