"""The form of a policy: described fields, the insured object by the line, rows of covers, the customer's plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from appliance.domain.access import User
from appliance.domain.fields import Field
from appliance.domain.fields.kinds import FieldProblem
from appliance.domain.policies.computing import COMPUTED, computed_values
from appliance.domain.policies.covers import COLUMNS, MOST_COVERS, cover_key, cover_texts
from appliance.domain.policies.fields import POLICIES
from appliance.domain.policies.objects import fields_of, object_values
from appliance.domain.policies.receivables import PLAN_FIELDS, plan_of
from appliance.domain.policies.userfields import KEYS, entered_fields
from db import Connection
from db.queries import plans, policies
from db.queries.policy_overview import list_cover_titles, list_covers
from panel.problems import field_problem
from panel.recordform import RecordForm

ORDER = ("پوشش", "مورد بیمه", "تاریخ‌ها", "شماره‌ها", "مبلغ", "اقساط مشتری", "نمایندگی", "فیلدهای اختیاری")
ELSEWHERE = ("line_code", "sub_line", "insurer_id", "end_date", "net_premium", "policy_no", "note")
"""What is asked of a policy somebody else issued."""
SHOWN_COVERS = 3
WAITING = "خالی بماند، خودش حساب می‌شود."


@dataclass(frozen=True)
class CoverCell:
    """One cell of the rows of covers."""

    key: str
    field: Field
    text: str
    problem: str


class PolicyForm:
    """What the template of a policy's form shows."""

    def __init__(
        self,
        conn: Connection,
        user: User,
        *,
        values: Mapping[str, Any] | None = None,
        texts: Mapping[str, str] | None = None,
        problems: Mapping[str, str] | None = None,
        is_ours: bool = True,
    ) -> None:
        """`values` is the stored policy with its object and plan, `texts` what was typed over it."""
        self._conn, self._user = conn, user
        self._values, self._texts = _readable(conn, values or {}), dict(texts or {})
        self._problems = dict(problems or {})
        self.is_ours = is_ours
        self.line_code = str(self._texts.get("line_code", self._values.get("line_code") or ""))
        line = policies.find_line(conn, self.line_code)
        self.object_kind = line.object_kind if line is not None else ""
        self.form = RecordForm(
            conn,
            self._fields(),
            values=self._values,
            texts=self._texts,
            problems={key: code for key, code in self._problems.items() if not key.startswith("cover_")},
        )

    @property
    def sections(self) -> list[tuple[str, list[Any]]]:
        """Give the inputs under their headings, in the order of `ORDER`."""
        found = dict(self.form.sections)
        if not self.is_ours:
            return [("", [one for inputs in found.values() for one in inputs if one.field.section != "مورد بیمه"]),
                    ("مورد بیمه", found.get("مورد بیمه", []))]  # fmt: skip
        return [(title, found.get(title, [])) for title in ORDER if title in found or title == "مورد بیمه"]

    @property
    def is_by_instalments(self) -> bool:
        """Tell whether the plan of instalments is asked for."""
        return "pays_by" in self.form and self.form["pays_by"].text == "instalments"

    @property
    def cover_rows(self) -> list[list[CoverCell]]:
        """Give the rows of covers: those with something in them and some empty ones."""
        stored = cover_texts(list_covers(self._conn, self._values["id"])) if self._values.get("id") else {}
        texts = {**stored, **{key: text for key, text in self._texts.items() if key.startswith("cover_")}}
        filled = [
            place
            for place in range(MOST_COVERS)
            if any(texts.get(cover_key(place, one.key)) for one in COLUMNS)
        ]
        count = min(MOST_COVERS, max(SHOWN_COVERS, (filled[-1] + 2) if filled else 0))
        return [
            [
                CoverCell(
                    key=(key := cover_key(place, one.key)),
                    field=one,
                    text=texts.get(key, ""),
                    problem=field_problem(self._problems[key]) if key in self._problems else "",
                )
                for one in COLUMNS
            ]
            for place in range(count)
        ]

    @property
    def cover_titles(self) -> list[str]:
        """Give titles of covers the line's other policies have."""
        return list_cover_titles(self._conn, self.line_code) if self.line_code else []

    def _fields(self) -> list[Field]:
        own = [field for field in entered_fields(self._conn) if field.may_be_seen_by(self._user)]
        things = list(fields_of(self.object_kind)) if self.object_kind else []
        if not self.is_ours:
            needed = {"line_code", "insurer_id"}
            asked = [field for field in own if field.key in ELSEWHERE]
            return [msgspec.structs.replace(one, is_required=one.key in needed) for one in asked] + things
        plan = [field for field in PLAN_FIELDS if field.may_be_seen_by(self._user)]
        return [self._hinted(field) for field in own] + things + plan

    def _hinted(self, field: Field) -> Field:
        if field.key not in COMPUTED:
            return field
        return msgspec.structs.replace(field, is_required=False, hint=self.hints.get(field.key, WAITING))

    @property
    def hints(self) -> dict[str, str]:
        """Say what will stand in each field that is left empty."""
        typed = {field.key: field.kind.edit(self._values.get(field.key)) for field in POLICIES.fields}
        return hints(self._conn, {**typed, **self._texts})


def hints(conn: Connection, texts: Mapping[str, str]) -> dict[str, str]:
    """Say what follows from a form as it stands, by field."""
    said = {}
    for key, value in computed_values(conn, texts).items():
        field = POLICIES.field(key)
        assert field is not None
        unit = " ریال" if field.kind.name == "rial" else ""
        said[key] = f"خالی بماند: {field.kind.show(value)}{unit}"
    return said


def stored_values(conn: Connection, row: dict[str, Any]) -> dict[str, Any]:
    """Give a stored policy as its form shows it: with the object and the customer's plan."""
    plan = plan_of(row, plans.list_own_parts(conn, row["id"], "customer"))
    return {**row, **object_values(conn, row["id"]), **plan}


def _readable(conn: Connection, values: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what was stored in one of the office's own fields before it got another type."""
    known = {field.key: field for field in entered_fields(conn)}
    kept = dict(values)
    for key in KEYS:
        if kept.get(key) and key in known:
            try:
                known[key].kind.edit(kept[key])
            except (FieldProblem, ValueError):
                kept[key] = None
    return kept
