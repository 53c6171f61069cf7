"""What happens to a policy after it was issued: endorsements, cancellation, loss, and the link to its renewal."""

from __future__ import annotations

from datetime import date
from typing import Literal

from appliance.domain import audit
from appliance.domain.acting import Acting
from appliance.domain.fields.refused import Refused
from appliance.domain.policies.computing import vat_of
from appliance.domain.policies.issuing import RENEWAL_DAYS, require_policy
from appliance.domain.policies.receivables import add_part, note_commission
from appliance.domain.policies.reminding import keep_reminder
from db.queries import policies
from db.queries.policies import RenewalCandidate
from db.records import insert_row, update_row

EndorsementKind = Literal["additional", "return", "correction", "cancel"]
ENDORSEMENT_TITLES: dict[EndorsementKind, str] = {
    "additional": "اضافی",
    "return": "برگشتی",
    "correction": "اصلاحی",
    "cancel": "ابطال",
}


def endorse(
    act: Acting,
    policy_id: int,
    kind: EndorsementKind,
    *,
    issue_date: date,
    effective_date: date,
    amount: int = 0,
    vat: int | None = None,
    commission: int = 0,
    reason: str = "",
    note: str = "",
) -> int:
    """Add the policy's next endorsement; give its number.

    `amount`, `vat` and `commission` are given without a sign, the kind has it; empty VAT follows the rate of the issue
    date. A refund may not exceed the net premium charged so far. Raises `Refused`.
    """
    policy = require_policy(act, policy_id)
    if policy["cancel_date"]:
        raise Refused({"kind": "policy.cancelled"})
    sign = {"additional": 1, "return": -1, "cancel": -1, "correction": 0}[kind]
    if kind in ("additional", "return") and amount <= 0:
        raise Refused({"amount": "missing"})
    net, charged_vat = policies.charged(act.conn, policy_id)
    if sign < 0 and amount > net:
        raise Refused({"amount": "refund.more-than-charged"})
    if not policy["start_date"] <= effective_date.isoformat() <= policy["end_date"]:
        raise Refused({"effective_date": "endorsement.outside-cover"})
    line = policies.find_line(act.conn, policy["line_code"])
    assert line is not None
    tax = vat_of(act.conn, line, amount, issue_date.isoformat()) if vat is None else vat
    number = len(policies.list_endorsements(act.conn, policy_id)) + 1
    endorsement_id = insert_row(
        act.conn,
        "endorsements",
        {
            "policy_id": policy_id,
            "number": number,
            "kind": kind,
            "issue_date": issue_date.isoformat(),
            "effective_date": effective_date.isoformat(),
            "net_change": sign * amount,
            "vat_change": sign * (min(tax, charged_vat) if sign < 0 else tax),
            "commission_change": sign * commission,
            "reason": reason,
            "note": note,
            "created_at": act.at,
            "created_by": act.user.id if act.user else None,
        },
    )
    if policy["is_ours"]:
        if sign > 0:
            add_part(act, policy_id, endorsement_id, issue_date, amount + tax)
        note_commission(act, policy_id, endorsement_id)
    title = f"الحاقیهٔ {ENDORSEMENT_TITLES[kind]} {number}"
    audit.note_done(act, "create", "policy", policy_id, title, changes={"net_change": (0, sign * amount)})
    return number


def cancel_policy(act: Acting, policy_id: int, *, on: date, reason: str, refund: int = 0) -> None:
    """Cancel a policy from a day on; a cancelling endorsement refunds what is not earned. Raises `Refused`."""
    policy = require_policy(act, policy_id)
    if policies.find_renewing(act.conn, policy_id) is not None:
        raise Refused({"on": "policy.renewed"})
    endorse(act, policy_id, "cancel", issue_date=on, effective_date=on, amount=refund, reason=reason)
    update_row(
        act.conn,
        "policies",
        policy_id,
        {"cancel_date": on.isoformat(), "cancel_reason": reason, "lost_at": None, "lost_reason_id": None},
        revision=policy["revision"],
    )
    keep_reminder(act, policy_id)


def mark_lost(act: Acting, policy_id: int, reason_id: int | None) -> None:
    """Say that a policy will not be renewed and why; None takes it back. Raises `Refused`."""
    policy = require_policy(act, policy_id)
    if policy["cancel_date"]:
        raise Refused({"lost_reason_id": "policy.cancelled"})
    lost_at = act.at[:10] if reason_id is not None else None
    update_row(
        act.conn,
        "policies",
        policy_id,
        {"lost_at": lost_at, "lost_reason_id": reason_id},
        revision=policy["revision"],
    )
    keep_reminder(act, policy_id)
    changes = {"lost_reason_id": (policy["lost_reason_id"], reason_id)}
    audit.note_done(act, "change", "policy", policy_id, str(policy["policy_no"]), changes=changes)


def propose_renewals(act: Acting, policy_id: int) -> list[RenewalCandidate]:
    """Give the older policies this one may renew, the likeliest first; somebody confirms."""
    require_policy(act, policy_id)
    return policies.list_renewal_candidates(act.conn, policy_id, RENEWAL_DAYS)


def decide_renewal(act: Acting, old_id: int, new_id: int, *, is_confirmed: bool) -> None:
    """Confirm or refuse that one policy renews another. Raises `Refused` when the link cannot be."""
    old, new = require_policy(act, old_id), require_policy(act, new_id)
    if is_confirmed:
        if old["person_id"] != new["person_id"]:
            raise Refused({"renews_id": "renewal.other-person"})
        if new["renews_id"] is not None or policies.find_renewing(act.conn, old_id) is not None:
            raise Refused({"renews_id": "renewal.taken"})
        if old["cancel_date"]:
            raise Refused({"renews_id": "renewal.cancelled"})
        update_row(act.conn, "policies", new_id, {"renews_id": old_id}, revision=new["revision"])
        keep_reminder(act, old_id)
    state = "confirmed" if is_confirmed else "refused"
    policies.upsert_proposal(
        act.conn, old_id, new_id, state, "user", act.at, act.user.id if act.user else None
    )
    audit.note_done(
        act, "change", "policy", new_id, str(new["policy_no"]), changes={"renews_id": (None, old_id)}
    )
