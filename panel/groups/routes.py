"""The groups, one group with its members, and its form."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from appliance.core.errors import NotFoundError
from appliance.core.jalali import persian_digits
from appliance.domain.fields import Condition, Field
from appliance.domain.fields.asking import OPERATOR_TITLES, words_of
from appliance.domain.fields.kinds import FieldProblem, Listed
from appliance.domain.fields.refused import Refused
from appliance.domain.people import groups
from appliance.domain.people.choosing import persons_meant
from appliance.domain.people.fields import PERSONS
from db.listing import MOST_COUNTED, select_ids
from db.queries import lists
from db.queries.groups import Group, find_group, list_groups
from panel.access import permission
from panel.context import conn, now, office
from panel.identity import changing, require_user
from panel.links import path_for
from panel.listing import PREFIX, Listing
from panel.problems import field_problem
from panel.recordform import RecordForm

blueprint = Blueprint("groups", __name__)
COUNT_S = 0.06
"""Processor seconds for counting the members of all groups; a count that takes longer says «more than»."""
ROWS = 5
"""Empty rows the form offers for conditions."""


@blueprint.get("/groups")
@permission("persons.view")
def index() -> ResponseReturnValue:
    """List the groups with how many of the user's customers are in each."""
    known = list_groups(conn())
    seconds = COUNT_S / max(1, len(known))
    shown = [(group, _listing(group, {}).count_words(seconds), rule_words(group)) for group in known]
    return render_template("groups/list.html", groups=shown)


@blueprint.get("/groups/<int:group_id>")
@permission("persons.view")
def show(group_id: int) -> ResponseReturnValue:
    """Show a group's members."""
    return _page(_group(group_id))


@blueprint.get("/groups/new")
@permission("groups.manage")
def new() -> ResponseReturnValue:
    """Show an empty form; conditions in the address are those of the list it was opened from."""
    return _form_page(None, {}, _conditions_in(request.args))


@blueprint.post("/groups/new")
@permission("groups.manage")
def enter() -> ResponseReturnValue:
    """Store a group."""
    try:
        rule = _typed_rule()
        with changing() as act:
            group_id = groups.enter_group(act, request.form, rule)
    except Refused as refused:
        return _form_page(None, request.form, [], refused.problems), 422
    flash("گروه ساخته شد.", "success")
    return redirect(path_for("groups.show", group_id=group_id), 303)


@blueprint.get("/groups/<int:group_id>/edit")
@permission("groups.manage")
def edit(group_id: int) -> ResponseReturnValue:
    """Show a group's form."""
    group = _group(group_id)
    return _form_page(group, {"title": group.title, "note": group.note}, groups.rule_of(group))


@blueprint.post("/groups/<int:group_id>/edit")
@permission("groups.manage")
def change(group_id: int) -> ResponseReturnValue:
    """Change a group."""
    group = _group(group_id)
    try:
        rule = _typed_rule()
        with changing() as act:
            groups.change_group(act, group_id, request.form, rule)
    except Refused as refused:
        return _form_page(group, request.form, [], refused.problems), 422
    flash("تغییرها ذخیره شد.", "success")
    return redirect(path_for("groups.show", group_id=group_id), 303)


@blueprint.post("/groups/<int:group_id>/delete")
@permission("groups.manage")
def delete(group_id: int) -> ResponseReturnValue:
    """Take a group away."""
    with changing() as act:
        groups.delete_group(act, group_id)
    flash("گروه حذف شد؛ مشتریانش سر جای خود هستند.", "success")
    return redirect(path_for("groups.index"), 303)


@blueprint.post("/groups/<int:group_id>/members")
@permission("groups.manage")
def add_member(group_id: int) -> ResponseReturnValue:
    """Put one person into a group: named, or chosen among several."""
    group, user = _group(group_id), require_user()
    chosen, who = request.form.get("other_id", ""), request.form.get("who", "")
    found = persons_meant(conn(), user, chosen if chosen.isascii() and chosen.isdecimal() else who)
    if chosen:
        found = [one for one in found if str(one.id) == chosen]
    if len(found) != 1:
        problem = "person.several" if found else "person.unknown"
        return _page(group, who=who, problem=field_problem(problem), found=found), 422
    try:
        with changing() as act:
            groups.add_members(act, group_id, [found[0].id])
    except Refused as refused:
        return _page(group, who=who, problem=field_problem(next(iter(refused.problems.values())))), 422
    flash(f"{found[0].full_name} عضو گروه شد.", "success")
    return redirect(path_for("groups.show", group_id=group_id), 303)


@blueprint.post("/groups/<int:group_id>/members/<int:person_id>/remove")
@permission("groups.manage")
def remove_member(group_id: int, person_id: int) -> ResponseReturnValue:
    """Take a person out of a group."""
    with changing() as act:
        groups.remove_member(act, group_id, person_id)
    flash("از گروه برداشته شد.", "success")
    back = request.form.get("back_to") == "person"
    target = (
        path_for("persons.show", person_id=person_id) if back else path_for("groups.show", group_id=group_id)
    )
    return redirect(target, 303)


@blueprint.post("/groups/listed")
@permission("groups.manage")
def add_listed() -> ResponseReturnValue:
    """Put everybody of a list, as it was narrowed, into a group."""
    group = _group(request.form.get("group_id", 0, type=int))
    arguments = dict(parse_qsl(request.form.get("query", "")))
    named = arguments.get("group", "")
    other = find_group(conn(), int(named)) if named.isascii() and named.isdecimal() else None
    extra = groups.members_condition(other, now(), office().zone) if other else None
    listing = Listing(conn(), PERSONS, require_user(), arguments, path=path_for("persons.index"), extra=extra)
    ids = select_ids(conn(), listing.answerable.question, MOST_COUNTED)
    try:
        with changing() as act:
            count = groups.add_members(act, group.id, ids)
    except Refused as refused:
        flash(field_problem(next(iter(refused.problems.values()))), "warning")
        return redirect(path_for("groups.show", group_id=group.id), 303)
    flash(f"{persian_digits(count)} نفر به گروه افزوده شد.", "success")
    return redirect(path_for("groups.show", group_id=group.id), 303)


def _group(group_id: int) -> Group:
    group = find_group(conn(), group_id)
    if group is None:
        raise NotFoundError(f"group {group_id}")
    return group


def _listing(group: Group, arguments: Mapping[str, str]) -> Listing:
    return Listing(
        conn(), PERSONS, require_user(), arguments, path=path_for("groups.show", group_id=group.id),
        extra=groups.members_condition(group, now(), office().zone),
    )  # fmt: skip


def _page(group: Group, **values: object) -> str:
    listing = _listing(group, request.args if request.method == "GET" else {})
    shown = {"who": "", "problem": "", "found": []} | values
    return render_template(
        "groups/show.html", group=group, listing=listing, rule=rule_words(group),
        inputs=listing.filters("name.contains"), **shown,
    )  # fmt: skip


def rule_words(group: Group) -> list[str]:
    """Say a group's conditions."""
    return [_words(condition) for condition in groups.rule_of(group)]


def _words(condition: Condition) -> str:
    one = PERSONS.field(condition.field)
    if one is None:
        return condition.field
    if isinstance(one.kind, Listed) and condition.operator in ("is", "any"):
        titles = [lists.find_title(conn(), one.kind.listing, key) for key in condition.text.split(",")]
        return f"{one.title}: {'، '.join(titles)}"
    return words_of(one, condition)


def _conditions_in(arguments: Mapping[str, str]) -> list[Condition]:
    """Give the conditions of a list's address."""
    found = []
    for name, text in arguments.items():
        parts = name.removeprefix(PREFIX).split(".")
        if name.startswith(PREFIX) and len(parts) == 2 and PERSONS.field(parts[0]) and text.strip():
            found.append(Condition(parts[0], parts[1], text))
    return found[: groups.MOST_CONDITIONS]


def _typed_rule() -> list[Condition] | None:
    """Read the form's conditions; None for a group by hand. Raises `Refused` naming the row."""
    if request.form.get("is_rule") != "1":
        return None
    found, problems = [], {}
    for place in range(groups.MOST_CONDITIONS):
        name, text = request.form.get(f"field.{place}", ""), request.form.get(f"text.{place}", "")
        if not name:
            continue
        key, _, operator = name.partition(".")
        try:
            found.append(groups.read_condition(conn(), key, operator, text))
        except FieldProblem as problem:
            problems[f"row.{place}"] = str(problem)
    if problems:
        raise Refused(problems)
    return found


def _form_page(
    group: Group | None,
    texts: Mapping[str, str],
    rule: list[Condition],
    problems: Mapping[str, str] | None = None,
) -> str:
    problems = problems or {}
    known = {key: text for key, text in problems.items() if not key.startswith("row.")}
    form = RecordForm(conn(), groups.GROUP_FIELDS, texts=texts, problems=known)
    rows = [(f"{one.field}.{one.operator}", _typed_text(one), "") for one in rule]
    if not rule:
        rows = [
            (texts.get(f"field.{place}", ""), texts.get(f"text.{place}", ""), _row_problem(problems, place))
            for place in range(groups.MOST_CONDITIONS)
            if texts.get(f"field.{place}")
        ]
    is_rule = bool(rule) or texts.get("is_rule") == "1" or (group is not None and group.rule is not None)
    rows += [("", "", "")] * max(1, ROWS - len(rows))
    return render_template(
        "groups/form.html", group=group, form=form, rows=rows[: groups.MOST_CONDITIONS], is_rule=is_rule,
        offered=_offered(), suggestions=_suggestions(),
    )  # fmt: skip


def _row_problem(problems: Mapping[str, str], place: int) -> str:
    code = problems.get(f"row.{place}", "")
    return field_problem(code) if code else ""


def _typed_text(condition: Condition) -> str:
    """Give a condition's text as people type it: the title instead of a key."""
    one = PERSONS.field(condition.field)
    titles = groups.titles_of(conn(), one) if one else {}
    return next((title for title, key in titles.items() if key == condition.text), condition.text)


def _offered() -> list[tuple[Field, list[tuple[str, str]]]]:
    """Give the fields a rule may name, each with its operators in words."""
    user = require_user()
    return [
        (one, [(f"{one.key}.{name}", OPERATOR_TITLES[name]) for name in one.kind.operators if name != "any"])
        for one in PERSONS.seen_by(user)
        if one.is_filtered
    ]


def _suggestions() -> list[str]:
    """Give the titles a condition may be of, for the inputs' own suggestions."""
    found = {title for one in PERSONS.fields if one.is_filtered for title in groups.titles_of(conn(), one)}
    return sorted(found)[:400]
