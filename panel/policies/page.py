"""A policy's page: everything its template shows, read once."""

from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import Any, ClassVar

from appliance.core import jalali
from appliance.core.clock import from_text
from appliance.domain.access import User
from appliance.domain.audit import ACTION_TITLES
from appliance.domain.deliveries import METHODS, STATES
from appliance.domain.policies.changing import ENDORSEMENT_TITLES
from appliance.domain.policies.fields import PAYMENTS
from appliance.domain.policies.objects import PREFIX, fields_of, object_values
from appliance.domain.policies.userfields import entered_fields, policy_subject, user_fields
from appliance.domain.settings.office import read_office
from db import Connection
from db.queries import audit, policies
from db.queries.deliveries import DeliveryRow, list_of_policy
from db.queries.policy_overview import (
    PolicyHead,
    list_chain,
    list_commissions,
    list_covers,
    list_parts,
)
from db.queries.reminders import Reminder, find_reminder
from panel.context import now, office
from panel.policies import words

AUDIT_ROWS = 12
REMINDER_STATES = {"open": "باز", "done": "انجام شد", "not-done": "انجام نشد", "cancelled": "لغو شد"}
LOG_TITLES = {
    "attachment": "پیوست", "state": "وضعیت تحویل", "renews_id": "پیوند تمدید", "lost_reason_id": "علت از دست رفتن",
    "net_change": "الحاقیه", "due_at": "زمان تحویل", "method": "نحوهٔ تحویل", "address": "نشانی تحویل",
}  # fmt: skip
ENDORSEMENT_TONES = {"additional": "good", "return": "warn", "correction": "calm", "cancel": "bad"}


def days_today() -> date:
    """Give the office's day."""
    return jalali.local(now(), office().zone).date()


class PolicyPage:
    """One policy as one user sees it."""

    def __init__(self, conn: Connection, head: PolicyHead, user: User) -> None:
        self._conn, self.head, self.user = conn, head, user
        self.today = days_today()
        self.expiring_days = read_office(conn).expiring_days
        self.status = words.status_on(head, self.today, self.expiring_days)
        self.days = words.days_left(head.end_date, self.today)
        self.is_watched = self.status in words.WATCHED
        self.may_see_money = user.may("money.view")
        self.payment = PAYMENTS[head.pays_by]
        self.endorsement_titles = ENDORSEMENT_TITLES
        self.endorsement_tones = ENDORSEMENT_TONES

    @property
    def title(self) -> str:
        """Give what the page is called."""
        number = self.head.policy_no or self.head.core_code
        return f"{self.head.line} {jalali.persian_digits(number)}".strip()

    @property
    def elapsed(self) -> tuple[int, int]:
        """Give the days of the term that are over, and all of them."""
        start, end = date.fromisoformat(self.head.start_date), date.fromisoformat(self.head.end_date)
        term = max(1, (end - start).days)
        return min(term, max(0, (self.today - start).days)), term

    @cached_property
    def objects(self) -> list[tuple[str, str, str]]:
        """Give (key, title, text) of what is known of the insured object."""
        values = object_values(self._conn, self.head.id)
        known = []
        for field in fields_of(self.head.object_kind):
            value = values.get(field.key)
            if value not in (None, ""):
                known.append((field.key.removeprefix(PREFIX), field.title, field.kind.show(value)))
        return known

    @cached_property
    def plate(self) -> str | None:
        """Give the insured vehicle's plate."""
        value = object_values(self._conn, self.head.id).get("object_plate")
        return str(value) if value else None

    @cached_property
    def covers(self) -> list[Any]:
        """Give the covers."""
        return list_covers(self._conn, self.head.id)

    @cached_property
    def endorsements(self) -> list[policies.Endorsement]:
        """Give the endorsements."""
        return policies.list_endorsements(self._conn, self.head.id)

    @cached_property
    def chain(self) -> list[Any]:
        """Give the chain of renewals, oldest first; empty for a policy that stands alone."""
        links = list_chain(self._conn, self.head.id)
        return links if len(links) > 1 else []

    @cached_property
    def candidates(self) -> list[policies.RenewalCandidate]:
        """Give the older policies this one may renew."""
        return policies.list_renewal_candidates(self._conn, self.head.id, 45)

    @cached_property
    def plans(self) -> list[dict[str, Any]]:
        """Give each plan with its parts, their sums and states."""
        parts = list_parts(self._conn, self.head.id)
        found = []
        for side, title in (("customer", "اقساط مشتری"), ("insurer", "تعهد به بیمه‌گر")):
            own = [one for one in parts if one.side == side]
            if own:
                found.append(
                    {
                        "side": side,
                        "title": title,
                        "parts": [(one, *self._part_state(one)) for one in own],
                        "total": sum(one.amount for one in own),
                        "paid": sum(one.paid for one in own),
                        "left": sum(0 if one.is_waived else one.amount - one.paid for one in own),
                    }
                )
        return found

    @cached_property
    def reminder(self) -> Reminder | None:
        """Give the reminder of its renewal."""
        return find_reminder(self._conn, self.head.id)

    @property
    def reminder_day(self) -> str:
        """Give the reminder's day as people read it."""
        assert self.reminder is not None
        return jalali.format_date(jalali.local(from_text(self.reminder.start_at), office().zone).date())

    @property
    def reminder_words(self) -> str:
        """Say whose the reminder is, or what became of it."""
        assert self.reminder is not None
        state = REMINDER_STATES[self.reminder.state]
        return state if self.reminder.state != "open" else (self.reminder.assignee or state)

    @property
    def premium_gap(self) -> int:
        """Give by how much the customer's plan differs from what was charged; refunds are settled apart."""
        plan = next((one for one in self.plans if one["side"] == "customer"), None)
        if plan is None:
            return 0
        added = sum(one.net_change + one.vat_change for one in self.endorsements if one.net_change > 0)
        return int(plan["total"]) - (self.head.net_premium + self.head.vat + added)

    @cached_property
    def commissions(self) -> list[Any]:
        """Give what is expected as commission."""
        return list_commissions(self._conn, self.head.id)

    @property
    def own_fields(self) -> list[tuple[str, str]]:
        """Give the office's own fields that are on and filled."""
        subject, shown = policy_subject(self._conn), []
        for one in user_fields(self._conn):
            field, value = subject.field(one.key), getattr(self.head, one.key)
            if field is not None and value:
                shown.append((one.title, safe_show(field.kind, value)))
        return shown

    @cached_property
    def deliveries(self) -> list[DeliveryRow]:
        """Give how it was or will be handed over."""
        return list_of_policy(self._conn, self.head.id)

    methods, delivery_states = METHODS, STATES
    method_icons: ClassVar = {
        "post": "mail", "courier": "truck", "own-courier": "user-check", "in-person": "building",
    }  # fmt: skip
    delivery_tones: ClassVar = {
        "waiting": "calm", "ready": "ring", "on-the-way": "warn", "delivered": "good", "returned": "bad",
    }  # fmt: skip

    @cached_property
    def log(self) -> list[dict[str, Any]]:
        """Give what was done to the policy, newest first, for who may see it."""
        if not self.user.may("audit.view"):
            return []
        titles = {field.key: field.title for field in entered_fields(self._conn)}
        titles |= {field.key: field.title for field in fields_of(self.head.object_kind)} | LOG_TITLES
        entries = audit.list_entries(
            self._conn, object_kind="policy", object_id=str(self.head.id), limit=AUDIT_ROWS
        )
        return [
            {
                "at": entry.at,
                "who": entry.user_name or "دستگاه",
                "action": ACTION_TITLES.get(entry.action, entry.action),  # type: ignore[call-overload]
                "title": entry.title,
                "fields": "، ".join(titles[key] for key in entry.differences if key in titles),
            }
            for entry in entries
        ]

    def _part_state(self, part: Any) -> tuple[str, str]:
        if part.is_waived:
            return "بخشوده", "calm"
        if part.paid >= part.amount:
            return "پرداخت‌شده", "good"
        if date.fromisoformat(part.due_date) < self.today:
            return "معوق", "bad"
        return ("بخشی", "warn") if part.paid else ("باز", "calm")


def safe_show(kind: Any, value: Any) -> str:
    """Give a value as its kind shows it, or as it stands when it was stored under another kind."""
    try:
        return str(kind.show(value))
    except ValueError:
        return str(value)
