"""What a call's own page shows beside its card: what was written, what was planned, what it was about."""

from __future__ import annotations

from functools import cached_property

from appliance.core.errors import OfficeError
from appliance.domain.acting import Acting
from appliance.domain.call_subjects import require_subject
from db.queries import activities, call_subjects, callbacks, calls
from db.queries.activities import ActivityRow
from db.queries.call_subjects import CallSubject
from db.queries.callbacks import Callback
from db.queries.calls import CallNotes
from panel.calls.routes import blueprint
from panel.context import conn, now
from panel.identity import require_user
from panel.links import path_for

SUBJECT_WORDS = {
    "policy": "بیمه‌نامهٔ",
    "claim": "خسارت",
    "complaint": "شکایت",
    "case": "پروندهٔ",
    "cheque": "چک",
}
SUBJECT_ICONS = {
    "policy": "license",
    "claim": "alert-triangle",
    "complaint": "flag",
    "case": "folder",
    "cheque": "cash",
}


class CallExtras:
    """One call's page beside its card; each part is read when the template asks for it."""

    subject_words = SUBJECT_WORDS
    subject_icons = SUBJECT_ICONS

    def __init__(self, call_id: str) -> None:
        self._call_id = call_id

    @cached_property
    def notes(self) -> CallNotes | None:
        """What people wrote of it."""
        return calls.find_notes(conn(), self._call_id)

    @cached_property
    def planned(self) -> list[ActivityRow]:
        """What was planned while or after it."""
        return activities.list_of_call(conn(), self._call_id)

    @cached_property
    def subjects(self) -> list[tuple[CallSubject, str]]:
        """What it was about, as far as the user may know of it, with the page of each; empty without one."""
        act = Acting(conn(), now(), require_user())
        found = []
        for one in call_subjects.list_of_call(conn(), self._call_id):
            try:
                require_subject(act, one.kind, one.id)
            except OfficeError:
                continue
            found.append((one, self._page_of(one)))
        return found

    @cached_property
    def callback(self) -> Callback | None:
        """The task it belongs to, when it was missed."""
        return callbacks.find_of_call(conn(), self._call_id)

    @staticmethod
    def _page_of(one: CallSubject) -> str:
        user = require_user()
        if one.kind == "complaint" and user.may("complaints.view"):
            return path_for("complaints.show", complaint_id=one.id)
        if one.policy_id and user.may("policies.view"):
            return path_for("policies.show", policy_id=one.policy_id)
        return (
            path_for("persons.show", person_id=one.person_id)
            if one.person_id and user.may("persons.view")
            else ""
        )


@blueprint.app_template_global("call_extras")
def call_extras(call_id: str) -> CallExtras:
    """Give a call's page what it shows beside its card."""
    return CallExtras(call_id)
