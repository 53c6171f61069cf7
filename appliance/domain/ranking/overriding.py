"""Setting a rank by hand, with a reason and a last day, and taking it back; both stay known."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from appliance.core import jalali
from appliance.core.errors import NotFoundError
from appliance.domain import audit
from appliance.domain.acting import Acting
from appliance.domain.fields import Field
from appliance.domain.fields.kinds import Choice, Day, Text
from appliance.domain.fields.reading import MISSING, read_fields
from appliance.domain.fields.refused import Refused
from appliance.domain.people.fields import GRADES
from appliance.domain.ranking.computing import effective_grade
from db.queries import ranking
from db.queries.persons import find_person
from db.queries.ranking import Kept

BY_HAND = {grade: title for grade, title in GRADES.items() if grade != "new"}
"""What may be chosen."""
OVERRIDE_FIELDS = (
    Field(key="grade", title="رتبه", kind=Choice(BY_HAND), is_required=True),
    Field(key="until", title="تا پایان روز", kind=Day(), is_required=True),
    Field(key="reason", title="دلیل", kind=Text(200), is_required=True),
)


def set_by_hand(act: Acting, person_id: int, texts: Mapping[str, str], zone: str) -> None:
    """Give a customer a grade until a day. Raises `Refused`, and `NotFoundError` for who has no rank yet."""
    read = read_fields(OVERRIDE_FIELDS, {field.key: texts.get(field.key, "") for field in OVERRIDE_FIELDS})
    problems = dict(read.problems)
    today = jalali.local(act.now, zone).date()
    until = read.values.get("until")
    if "until" not in problems and str(until) < today.isoformat():
        problems["until"] = "rank.until-past"
    if "reason" not in problems and not read.values.get("reason"):
        problems["reason"] = MISSING
    if problems:
        raise Refused(problems, read.values)
    grade, reason = str(read.values["grade"]), str(read.values["reason"])
    _change(act, person_id, today, grade, reason, str(until))


def take_back(act: Acting, person_id: int, zone: str) -> None:
    """Let the computed grade count again. Raises `NotFoundError` for who has no rank."""
    _change(act, person_id, jalali.local(act.now, zone).date(), None, None, None)


def _change(
    act: Acting, person_id: int, today: date, grade: str | None, reason: str | None, until: str | None
) -> None:
    before = next(iter(ranking.list_kept(act.conn, person_id, person_id)), None)
    person = find_person(act.conn, person_id)
    if before is None or person is None:
        raise NotFoundError(f"person {person_id} has no rank")
    user_id = act.user.id if act.user and grade else None
    ranking.store_override(act.conn, person_id, grade, reason, until, user_id)
    after = next(iter(ranking.list_kept(act.conn, person_id, person_id)))
    ranking.store_grade_on_person(act.conn, person_id, effective_grade(after.grade, after, today))
    # A night's run may have measured him before this and be about to write what counted then.
    ranking.join_queue(act.conn, person_id)
    changes = audit.differences(_shown(before), _shown(after))
    if changes:
        audit.note_done(act, "change", "person", person_id, person.full_name, changes=changes)


def _shown(kept: Kept) -> dict[str, str | None]:
    until = kept.override_until
    return {
        "rank_grade": GRADES[kept.override_grade] if kept.override_grade else None,
        "rank_reason": kept.override_reason,
        "rank_until": jalali.format_date(date.fromisoformat(until)) if until else None,
    }
