"""Endorsing, cancelling, and giving up a policy."""

from __future__ import annotations

from datetime import date
from typing import Any, get_args

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from appliance.core.jalali import persian_digits
from appliance.domain.fields import Field
from appliance.domain.fields.kinds import Choice, Day, Listed, Rial, Text
from appliance.domain.fields.reading import read_fields
from appliance.domain.fields.refused import Refused
from appliance.domain.policies.changing import (
    ENDORSEMENT_TITLES,
    EndorsementKind,
    cancel_policy,
    endorse,
    mark_lost,
)
from appliance.domain.policies.refunding import ENDED_BY_TITLES, EndedBy, Refund, refund_of
from appliance.domain.settings.rates import Percent
from db.queries import policies
from db.queries.policy_overview import PolicyHead
from panel.access import permission
from panel.context import conn
from panel.identity import changing
from panel.links import path_for
from panel.policies.page import days_today
from panel.policies.reach import reachable_head
from panel.policies.routes import blueprint
from panel.recordform import RecordForm

KINDS: dict[str, str] = {kind: title for kind, title in ENDORSEMENT_TITLES.items() if kind != "cancel"}
"""A cancellation has a form of its own, which proposes the refund."""
ENDORSEMENT = (
    Field(key="kind", title="نوع الحاقیه", kind=Choice(KINDS), is_required=True),
    Field(key="issue_date", title="تاریخ صدور الحاقیه", kind=Day(), is_required=True),
    Field(key="effective_date", title="تاریخ اثر", kind=Day(), is_required=True),
    Field(key="amount", title="مبلغ خالص", kind=Rial(), needs="money.view",
          hint="بدون علامت؛ نوع الحاقیه آن را اضافه یا کم می‌کند."),
    Field(key="vat", title="مالیات بر ارزش افزوده", kind=Rial(), needs="money.view",
          hint="خالی بماند، با نرخ تاریخ صدور حساب می‌شود."),
    Field(key="commission", title="تغییر کارمزد", kind=Rial(), needs="money.view"),
    Field(key="reason", title="علت", kind=Text(120)),
    Field(key="note", title="یادداشت", kind=Text(500, lines=True)),
)  # fmt: skip
CANCELLATION = (
    Field(key="on", title="تاریخ ابطال", kind=Day(), is_required=True),
    Field(key="ended_by", title="به خواست", kind=Choice(ENDED_BY_TITLES)),
    Field(key="refund", title="حق بیمهٔ برگشتی (خالص)", kind=Rial(), needs="money.view"),
    Field(key="reason", title="علت ابطال", kind=Text(120), is_required=True),
)
LOSS = (Field(key="lost_reason_id", title="علت", kind=Listed("choices:lost-reason"), is_required=True),)


@blueprint.get("/policies/<int:policy_id>/endorse")
@permission("policies.edit")
def endorsement(policy_id: int) -> ResponseReturnValue:
    """Show an endorsement's form."""
    head, today = reachable_head(policy_id), days_today().isoformat()
    effective = min(max(today, head.start_date), head.end_date)
    values = {"kind": "additional", "issue_date": today, "effective_date": effective}
    return _endorsement_form(head, RecordForm(conn(), ENDORSEMENT, values=values))


@blueprint.post("/policies/<int:policy_id>/endorse")
@permission("policies.edit")
def add_endorsement(policy_id: int) -> ResponseReturnValue:
    """Add an endorsement."""
    head = reachable_head(policy_id)
    read = read_fields(ENDORSEMENT, {one.key: request.form.get(one.key, "") for one in ENDORSEMENT})
    try:
        if read.problems:
            raise Refused(read.problems)
        values = read.values
        kind = next(one for one in get_args(EndorsementKind) if one == values["kind"])
        with changing() as act:
            number = endorse(
                act,
                policy_id,
                kind,
                issue_date=date.fromisoformat(str(values["issue_date"])),
                effective_date=date.fromisoformat(str(values["effective_date"])),
                amount=0 if kind == "correction" else int(values["amount"] or 0),
                vat=None if kind == "correction" or values["vat"] is None else int(values["vat"]),
                commission=0 if kind == "correction" else int(values["commission"] or 0),
                reason=str(values["reason"]),
                note=str(values["note"]),
            )
    except Refused as refused:
        form = RecordForm(conn(), ENDORSEMENT, texts=request.form, problems=refused.problems)
        return _endorsement_form(head, form), 422
    flash(f"الحاقیهٔ {KINDS[kind]} شمارهٔ {persian_digits(number)} ثبت شد.", "success")
    return redirect(path_for("policies.show", policy_id=policy_id), 303)


@blueprint.get("/policies/<int:policy_id>/cancel")
@permission("policies.cancel")
def cancellation(policy_id: int) -> ResponseReturnValue:
    """Show a cancellation's form with the refund for a day."""
    head = reachable_head(policy_id)
    texts = dict(request.args)
    on = _day(texts.get("on", "")) or min(max(days_today(), _iso(head.start_date)), _iso(head.end_date))
    ended_by = _ended_by(texts.get("ended_by", ""))
    values = {"on": on.isoformat(), "ended_by": ended_by, "refund": _proposal(head, on, ended_by).amount}
    kept = {"reason": texts["reason"]} if "reason" in texts else {}
    return _cancellation_form(head, RecordForm(conn(), CANCELLATION, values=values, texts=kept), on, ended_by)


@blueprint.post("/policies/<int:policy_id>/cancel")
@permission("policies.cancel")
def cancel(policy_id: int) -> ResponseReturnValue:
    """Cancel a policy."""
    head = reachable_head(policy_id)
    read = read_fields(CANCELLATION, {one.key: request.form.get(one.key, "") for one in CANCELLATION})
    try:
        if read.problems:
            raise Refused(read.problems)
        on = _iso(str(read.values["on"]))
        with changing() as act:
            cancel_policy(
                act,
                policy_id,
                on=on,
                reason=str(read.values["reason"]),
                refund=int(read.values["refund"] or 0),
            )
    except Refused as refused:
        named = {"effective_date": "on", "amount": "refund"}
        problems = {named.get(key, key): code for key, code in refused.problems.items()}
        form = RecordForm(conn(), CANCELLATION, texts=request.form, problems=problems)
        on = _day(request.form.get("on", "")) or days_today()
        return _cancellation_form(head, form, on, _ended_by(request.form.get("ended_by", ""))), 422
    flash("بیمه‌نامه ابطال شد.", "success")
    return redirect(path_for("policies.show", policy_id=policy_id), 303)


@blueprint.get("/policies/<int:policy_id>/lost")
@permission("policies.edit")
def loss(policy_id: int) -> ResponseReturnValue:
    """Ask why a policy is not renewed."""
    head = reachable_head(policy_id)
    return render_template("policies/lost.html", head=head, form=RecordForm(conn(), LOSS))


@blueprint.post("/policies/<int:policy_id>/lost")
@permission("policies.edit")
def lose(policy_id: int) -> ResponseReturnValue:
    """Mark a policy as lost with the reason, or take that back."""
    head = reachable_head(policy_id)
    if request.form.get("back") == "1":
        with changing() as act:
            mark_lost(act, policy_id, None)
        flash("بیمه‌نامه دوباره در فهرست پیگیری است.", "success")
        return redirect(path_for("policies.show", policy_id=policy_id), 303)
    read = read_fields(LOSS, {"lost_reason_id": request.form.get("lost_reason_id", "")})
    problems = dict(read.problems)
    known = {one.key for one in RecordForm(conn(), LOSS)["lost_reason_id"].choices}
    if not problems and str(read.values["lost_reason_id"]) not in known:
        problems["lost_reason_id"] = "choice.unknown"
    try:
        if problems:
            raise Refused(problems)
        with changing() as act:
            mark_lost(act, policy_id, int(read.values["lost_reason_id"] or 0))
    except Refused as refused:
        form = RecordForm(conn(), LOSS, texts=request.form, problems=refused.problems)
        return render_template("policies/lost.html", head=head, form=form), 422
    flash("علت از دست رفتن ثبت شد.", "success")
    return redirect(path_for("policies.show", policy_id=policy_id), 303)


def _endorsement_form(head: PolicyHead, form: RecordForm) -> str:
    net, vat = policies.charged(conn(), head.id)
    return render_template("policies/endorse.html", head=head, form=form, net=net, vat=vat)


def _cancellation_form(head: PolicyHead, form: RecordForm, on: date, ended_by: EndedBy) -> str:
    net, _vat = policies.charged(conn(), head.id)
    days: dict[str, Any] = {
        "left": max(0, (_iso(head.end_date) - on).days),
        "term": (_iso(head.end_date) - _iso(head.start_date)).days,
    }
    return render_template(
        "policies/cancel.html",
        head=head,
        form=form,
        net=net,
        days=days,
        proposal=_proposal(head, on, ended_by),
        percent=Percent().show,
        on=on.isoformat(),
    )


def _proposal(head: PolicyHead, on: date, ended_by: EndedBy) -> Refund:
    net, _vat = policies.charged(conn(), head.id)
    start, end = _iso(head.start_date), _iso(head.end_date)
    return refund_of(conn(), head.line_code, net, start, end, on, ended_by)


def _ended_by(text: str) -> EndedBy:
    return "insurer" if text == "insurer" else "holder"


def _day(text: str) -> date | None:
    read = read_fields(CANCELLATION[:1], {"on": text})
    return None if read.problems or not read.values.get("on") else _iso(str(read.values["on"]))


def _iso(text: str) -> date:
    return date.fromisoformat(text)
