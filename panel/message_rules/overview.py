"""The list of rules with what each does, the switch of each, and the ready ones."""

from __future__ import annotations

from datetime import timedelta

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from appliance.core.clock import to_text
from appliance.domain.messaging.happenings import HAPPENINGS
from appliance.domain.messaging.rules import READY, install_ready_rules, remove_rule, switch_rule
from db.queries.message_rules import OffsetRow, list_offsets, list_rule_lines, list_rules
from panel.access import permission
from panel.context import conn, now
from panel.identity import changing
from panel.links import path_for
from panel.message_rules.blueprint import blueprint
from panel.message_rules.words import AUDIENCES, condition_words, conditions_of, event_title, when_words
from panel.sms.words import CHANNELS, KINDS

COUNTED_DAYS = 30


@blueprint.get("/messages/rules")
@permission("messages.view")
def index() -> ResponseReturnValue:
    """List the rules by event."""
    offsets: dict[int, list[OffsetRow]] = {}
    for one in list_offsets(conn()):
        offsets.setdefault(one.rule_id, []).append(one)
    did = list_rule_lines(conn(), to_text(now() - timedelta(days=COUNTED_DAYS)))
    rows = sorted(list_rules(conn()), key=lambda row: (not row.is_active, row.name))
    names = {row.name for row in rows}
    return render_template(
        "message_rules/list.html",
        rules=[
            {
                "row": row,
                "when": when_words(row, offsets.get(row.id, [])),
                "event": event_title(row.event),
                "is_known": row.event in HAPPENINGS,
                "conditions": [condition_words(conn(), one) for one in conditions_of(row)],
                "did": did[row.id],
            }
            for row in rows
        ],
        kinds=KINDS,
        channels=CHANNELS,
        audiences=AUDIENCES,
        missing=sum(ready.name not in names for ready in READY),
    )


@blueprint.post("/messages/rules/<int:rule_id>/switch")
@permission("messages.manage")
def switch(rule_id: int) -> ResponseReturnValue:
    """Switch a rule on or off."""
    is_on = request.form.get("is_active") == "1"
    with changing() as act:
        switch_rule(act, rule_id, is_on)
    flash(
        "قاعده روشن شد؛ از همین حالا پیام می‌سازد." if is_on else "قاعده خاموش شد و دیگر پیامی نمی‌سازد.",
        "success",
    )
    return redirect(path_for("rules.index"), 303)


@blueprint.post("/messages/rules/<int:rule_id>/delete")
@permission("messages.manage")
def delete(rule_id: int) -> ResponseReturnValue:
    """Take a rule away."""
    with changing() as act:
        remove_rule(act, rule_id)
    flash("قاعده پاک شد؛ پیام‌هایی که فرستاده بود می‌مانند.", "success")
    return redirect(path_for("rules.index"), 303)


@blueprint.post("/messages/rules/ready")
@permission("messages.manage")
def add_ready() -> ResponseReturnValue:
    """Enter the ready rules that are not there yet, switched off."""
    with changing() as act:
        install_ready_rules(act)
    flash("قاعده‌های آماده افزوده شدند. متن هر یک را ببینید و روشنش کنید.", "success")
    return redirect(path_for("rules.index"), 303)
