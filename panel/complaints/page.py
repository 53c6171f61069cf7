"""One complaint's page: what is known of it, its steps, its messages, and the one form that is open on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from flask import render_template

from appliance.core import jalali
from appliance.core.clock import from_text
from appliance.core.errors import NotFoundError
from appliance.domain.acting import Acting
from appliance.domain.complaints.fields import CHANGED, CLOSE, REFER, STEP
from appliance.domain.complaints.reaching import require_complaint
from appliance.domain.complaints.results import Answer, prepare_answer, times_told
from appliance.domain.fields import Field
from appliance.domain.people.reaching import is_reachable
from db.queries import complaints
from db.queries.complaints import ComplaintHead, StepRow, ToldMessage
from panel.context import conn, now, office
from panel.identity import require_user
from panel.links import path_for
from panel.problems import field_problem
from panel.recordform import RecordForm
from panel.sms.compose import office_values
from panel.sms.words import STATES as MESSAGE_STATES

FORMS: dict[str, tuple[Field, ...]] = {
    "refer": REFER,
    "step": STEP,
    "close": CLOSE,
    "reopen": STEP,
    "edit": CHANGED,
}


@dataclass(frozen=True)
class Draft:
    """A form that was refused or overtaken: which one, what was typed, and what is wrong."""

    form: str
    texts: Mapping[str, str]
    problems: Mapping[str, str] = field(default_factory=dict)
    is_overtaken: bool = False


def show_page(complaint_id: int, *, opened: str = "", draft: Draft | None = None) -> str:
    """Render a complaint's page. Raises `NotFoundError` for one out of the user's reach."""
    require_complaint(Acting(conn(), now(), require_user()), complaint_id)
    head = complaints.find_head(conn(), complaint_id)
    if head is None:
        raise NotFoundError(f"complaint {complaint_id}")
    return render_template("complaints/show.html", page=ComplaintPage(head, opened, draft))


class ComplaintPage:
    """What the page shows; each part is read when the template asks for it."""

    message_states = MESSAGE_STATES

    def __init__(self, head: ComplaintHead, opened: str, draft: Draft | None) -> None:
        self.head = head
        self.user = require_user()
        self.draft = draft
        self.opened = draft.form if draft else opened if self._may_open(opened) else ""

    @property
    def may_handle(self) -> bool:
        """Tell whether the user may do anything with it."""
        return self.user.may("complaints.handle")

    @property
    def is_open(self) -> bool:
        """Tell whether nobody has closed it."""
        return self.head.state == "open"

    @property
    def is_late(self) -> bool:
        """Tell whether its deadline passed."""
        return self.is_open and self.head.due_at is not None and from_text(self.head.due_at) < now()

    @property
    def may_tell(self) -> bool:
        """Tell whether the user may send the result."""
        return not self.is_open and self.user.may("messages.send")

    @cached_property
    def knows_person(self) -> bool:
        """Tell whether the complainant's own page is open to the user."""
        person_id = self.head.person_id
        return (
            person_id is not None
            and self.user.may("persons.view")
            and is_reachable(conn(), self.user.reach, person_id)
        )

    @cached_property
    def steps(self) -> list[StepRow]:
        """The steps, the newest first."""
        return complaints.list_steps(conn(), self.head.id)[::-1]

    @cached_property
    def messages(self) -> list[ToldMessage]:
        """The messages about it."""
        return complaints.list_messages(conn(), self.head.id)

    @cached_property
    def answer(self) -> Answer:
        """The message that tells the result."""
        return prepare_answer(conn(), self.head, office_values(), office().zone)

    @property
    def answer_text(self) -> str:
        """What stands in the message's box: what was typed, or the office's text."""
        return (
            self.draft.texts.get("body", "")
            if self.draft and self.draft.form == "answer"
            else self.answer.text
        )

    @property
    def told(self) -> int:
        """How often the result was told."""
        return times_told(conn(), self.head.id)

    @property
    def problem(self) -> str:
        """What is wrong with what has no input of its own."""
        if self.draft is None:
            return ""
        fields = {one.key for one in FORMS.get(self.draft.form, ())}
        codes = [code for key, code in self.draft.problems.items() if key not in fields]
        return field_problem(codes[0]) if codes else ""

    @cached_property
    def form(self) -> RecordForm | None:
        """The form that is open."""
        fields = FORMS.get(self.opened)
        if fields is None:
            return None
        return RecordForm(
            conn(),
            fields,
            values=self._values(),
            texts=self.draft.texts if self.draft else None,
            problems=self.draft.problems if self.draft else None,
        )

    def link(self, opened: str = "") -> str:
        """Give the address of the page, with a form open."""
        path = path_for("complaints.show", complaint_id=self.head.id, open=opened or None)
        return f"{path}#form" if opened else path

    def _values(self) -> dict[str, Any]:
        if self.opened != "edit":
            return {}
        due = self.head.due_at
        day = jalali.local(from_text(due), office().zone).date().isoformat() if due else None
        return {
            "subject_id": self.head.subject_id, "severity": self.head.severity, "text": self.head.text, "due_day": day,
        }  # fmt: skip

    def _may_open(self, opened: str) -> bool:
        if opened == "answer":
            return self.may_tell
        if opened == "reopen":
            return self.may_handle and not self.is_open
        return opened in FORMS and self.may_handle and self.is_open
