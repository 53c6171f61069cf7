"""Who is dissatisfied (ناراضی), by which signals, and until when each one counts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Literal

import msgspec

from appliance.core import jalali

Kind = Literal[
    "open-complaint",
    "unsatisfied",
    "refused-claim",
    "short-claim",
    "missed-calls",
    "lost",
    "survey",
    "marked",
]
TITLES: dict[Kind, str] = {
    "open-complaint": "شکایت باز",
    "unsatisfied": "شکایت بسته‌شده بدون رضایت",
    "refused-claim": "خسارت ردشده",
    "short-claim": "پرداخت خسارت کمتر از انتظار",
    "missed-calls": "تماس‌های بی‌پاسخ بدون تماس دوباره",
    "lost": "از دست رفتن بیمه‌نامه به دلیل نارضایتی",
    "survey": "نظر منفی دربارهٔ هدیه یا خدمت",
    "marked": "علامت همکار",
}


class DissatisfactionLimits(msgspec.Struct, frozen=True, kw_only=True):
    """When something counts as a signal, and how long (`insurance-domain` facts, section 19)."""

    months: int = 12
    """Jalali months a signal counts, unless it says otherwise."""
    call_days: int = 30
    """Days missed calls count."""
    missed_calls: int = 2
    """Missed calls nobody called back after, within those days."""
    claim_percent: int = 70
    """Paid part of what was claimed, below which a settled claim is a signal."""
    survey: int = 2
    """Answer, of 1 to 5, up to which it is one."""


USUAL = DissatisfactionLimits()


class ClaimOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """A claim that was refused or paid."""

    on: date
    claimed: int
    """Rials; 0: not known."""
    paid: int
    is_refused: bool = False


class DissatisfactionFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a customer."""

    open_complaints: tuple[date, ...] = ()
    """Days on which complaints that are still open were made."""
    unsatisfied: tuple[date, ...] = ()
    """Days on which complaints were closed without satisfaction."""
    claims: tuple[ClaimOutcome, ...] = ()
    missed_calls: tuple[date, ...] = ()
    """Days of missed calls that nobody has called back after."""
    lost: tuple[date, ...] = ()
    """Days on which a policy was lost because of dissatisfaction."""
    surveys: tuple[tuple[date, int], ...] = ()
    """Days and answers (1–5) of gifts received and surveys."""
    marked: tuple[date, ...] = ()
    """Days on which a colleague said so."""
    satisfied_on: date | None = None
    """Last day «resolved – satisfied» was written down."""


class Signal(msgspec.Struct, frozen=True, kw_only=True):
    """One reason for dissatisfaction that counts today."""

    kind: Kind
    on: date
    until: date | None
    """Last day it counts; None: as long as the complaint is open."""


def dissatisfied_signals(
    facts: DissatisfactionFacts, today: date, limits: DissatisfactionLimits = USUAL
) -> tuple[Signal, ...]:
    """Give the signals that count on a day, newest first; empty: nothing says that the customer is dissatisfied.

    What happened up to the day of «resolved – satisfied» is settled, but for a complaint that is still open.
    """
    found = [
        Signal(kind="open-complaint", on=day, until=None) for day in facts.open_complaints if day <= today
    ]
    found += [
        Signal(kind=kind, on=day, until=jalali.add_months(day, limits.months))
        for kind, day in _lasting(facts, limits)
    ]
    if calls := _missed_calls(facts, today, limits):
        found.append(calls)
    return tuple(
        sorted(
            (one for one in found if _counts(one, facts.satisfied_on, today)),
            key=lambda one: (one.on, one.kind),
            reverse=True,
        )
    )


def _lasting(facts: DissatisfactionFacts, limits: DissatisfactionLimits) -> Iterable[tuple[Kind, date]]:
    yield from (("unsatisfied", day) for day in facts.unsatisfied)
    yield from (("lost", day) for day in facts.lost)
    yield from (("marked", day) for day in facts.marked)
    yield from (("survey", day) for day, answer in facts.surveys if answer <= limits.survey)
    for claim in facts.claims:
        if claim.is_refused:
            yield "refused-claim", claim.on
        elif claim.claimed and 100 * claim.paid < limits.claim_percent * claim.claimed:
            yield "short-claim", claim.on


def _missed_calls(facts: DissatisfactionFacts, today: date, limits: DissatisfactionLimits) -> Signal | None:
    window = timedelta(days=limits.call_days)
    settled = facts.satisfied_on or date.min
    recent = sorted(day for day in facts.missed_calls if today - window <= day <= today and day > settled)
    if len(recent) < limits.missed_calls:
        return None
    # It ends when so few are left in the window that they are no signal any more.
    return Signal(kind="missed-calls", on=recent[-1], until=recent[-limits.missed_calls] + window)


def _counts(signal: Signal, satisfied_on: date | None, today: date) -> bool:
    if signal.until is None:
        return True
    is_settled = satisfied_on is not None and signal.on <= satisfied_on
    return signal.on <= today <= signal.until and not is_settled
