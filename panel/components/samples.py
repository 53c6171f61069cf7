"""Invented calls, one for each state a card can be in."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from appliance.core.clock import to_text
from appliance.core.ids import new_id
from appliance.core.phone import parse_phone
from appliance.domain.callers import CallCard, Recognition
from db.queries.caller_cards import EarlierCall
from db.queries.calls import CallRow
from db.queries.persons import Person, PersonPhone
from panel.cardview import CardView
from panel.context import Office
from panel.rights import Rights


def sample_cards(now: datetime, _office: Office) -> list[tuple[str, CardView]]:
    """Give a title and a card for each state."""
    narges = _person(1, "نرگس", "احمدی‌پور", city="اصفهان", note="درمان خانواده", created=now)
    ali = _person(2, "علی", "رضایی", city="تهران", note="شخص ثالث و بدنه", created=now)
    zahra = _person(3, "زهرا", "رضایی", city="تهران", note="همسر علی رضایی", created=now)
    mobile, landline = "+989121234567", "+982110000001"
    earlier = [
        _call(now - timedelta(hours=3), number=mobile, state="missed", ended=now),
        _call(
            now - timedelta(days=1),
            number=mobile,
            state="ended",
            answered=now,
            ended=now + timedelta(minutes=2),
        ),
    ]
    return [
        ("شناخته، در حال زنگ", _card(_call(now, number=mobile), "known", narges, earlier=earlier)),
        (
            "شناخته، پاسخ داده شد",
            _card(_call(now, number=mobile, state="answered", answered=now), "known", narges),
        ),
        ("ناشناس", _card(_call(now, number="+985110000055"), "unknown")),
        ("ناشناس با حدس", _card(_call(now, number="+989170000077"), "unknown", suggestions=[narges])),
        ("چند نفر", _card(_call(now, number=landline), "several", sharing=[ali, zahra])),
        ("در حال شناسایی", _card(_call(now), "pending")),
        ("پنهان", _card(_call(now, number_state="withheld"), "withheld")),
        ("بدون شماره", _card(_call(now, state="missed", number_state="absent", ended=now), "absent")),
        (
            "خروجی",
            _card(_call(now, number=mobile, direction="out", state="dialling"), "known", narges),
        ),
    ]


def _person(number: int, first: str, last: str, *, city: str, note: str, created: datetime) -> Person:
    return Person(
        id=number, kind="natural", standing="customer", first_name=first, last_name=last, city=city, note=note,
        created_at=to_text(created),
    )  # fmt: skip


def _call(
    at: datetime,
    *,
    number: str | None = None,
    state: str = "ringing",
    direction: str = "in",
    number_state: str | None = None,
    answered: datetime | None = None,
    ended: datetime | None = None,
) -> EarlierCall:
    return EarlierCall(
        id=new_id(at), line=1, direction=direction, state=state, revision=1, started_at=to_text(at),
        answered_at=to_text(answered) if answered else None, ended_at=to_text(ended) if ended else None,
        number=number, number_state=number_state or ("known" if number else "pending"),
    )  # fmt: skip


def _card(call: CallRow, recognition: Recognition, person: Person | None = None, **more: Any) -> CardView:
    phones = [PersonPhone(person.id, call.number, "")] if person and call.number else []
    card = CallCard(
        call=call,
        recognition=recognition,
        number=parse_phone(call.number) if call.number else None,
        person=person,
        phones=phones,
        **more,
    )
    return CardView(
        card=card,
        rights=Rights(permissions=frozenset({"calls.link", "persons.register"})),
        today=date.fromisoformat(call.started_at[:10]),
    )
