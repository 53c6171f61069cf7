"""What a card's forms do, the rest of a card after its ring, and which sections a role sees."""

from __future__ import annotations

from flask import Blueprint, flash, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue

from appliance.core.errors import ConflictError, NotFoundError
from appliance.domain.callers.changing import attach_number, fill_missing, mark_spam, take_call
from appliance.domain.callers.noting import note_from_card
from appliance.domain.callers.sections import BY_KEY, choose_sections, forget_choice, read_chosen
from appliance.domain.fields.refused import Refused
from appliance.domain.people.choosing import persons_meant
from db.queries.roles import list_roles
from panel.access import permission
from panel.callcard.messages import send_message
from panel.calls.answering import card_done, card_overtaken, card_refused, details_now
from panel.context import conn, office
from panel.identity import changing, require_user
from panel.links import path_for
from panel.problems import field_problem

blueprint = Blueprint("callcard", __name__)
NOTE_OVERTAKEN = "همکار دیگری همین حالا برای این تماس یادداشت نوشت. آن را ببینید و دوباره ذخیره کنید."
FILLED = "همکار دیگری این مورد را همین حالا پر کرد. کارت به‌روز شد."
OVER = "این تماس دیگر پایان یافته است."


@blueprint.get("/calls/<call_id>/details")
@permission("calls.view")
def details(call_id: str) -> ResponseReturnValue:
    """Give what follows the ring on a card, to a page that did not hear it."""
    return jsonify(details_now(call_id))


@blueprint.post("/calls/<call_id>/taken")
@permission("calls.link")
def take(call_id: str) -> ResponseReturnValue:
    """Say that the signed-in user talks."""
    try:
        with changing() as act:
            take_call(act, call_id)
    except ConflictError as error:
        return card_overtaken(call_id, error, OVER)
    return card_done(call_id, "همکاران می‌بینند که شما پاسخ دادید.")


@blueprint.post("/calls/<call_id>/note")
@permission("calls.note")
def note(call_id: str) -> ResponseReturnValue:
    """Keep what was written of a call."""
    revision = request.form.get("note_revision", "")
    try:
        with changing() as act:
            is_planned = note_from_card(
                act,
                call_id,
                request.form,
                office().zone,
                revision=int(revision) if revision.isascii() and revision.isdecimal() else None,
                subjects=request.form.getlist("subject") if "subjects" in request.form else None,
            )
    except Refused as refused:
        return card_refused(call_id, {key: field_problem(code) for key, code in refused.problems.items()})
    except ConflictError as error:
        return card_overtaken(call_id, error, NOTE_OVERTAKEN)
    return card_done(
        call_id, "یادداشت ذخیره شد و پیگیری در تقویم آمد." if is_planned else "یادداشت ذخیره شد."
    )


@blueprint.post("/calls/<call_id>/fill")
@permission("persons.edit")
def fill(call_id: str) -> ResponseReturnValue:
    """Fill one missing item of the caller."""
    key, person_id = request.form.get("key", ""), _number(request.form.get("person_id", ""))
    try:
        with changing() as act:
            fill_missing(act, call_id, person_id, key, request.form.get(key, ""))
    except Refused as refused:
        return card_refused(call_id, {key: field_problem(code) for key, code in refused.problems.items()})
    except ConflictError as error:
        return card_overtaken(call_id, error, FILLED)
    return card_done(call_id, "در پروندهٔ مشتری ذخیره شد.")


@blueprint.post("/calls/<call_id>/attach")
@permission("persons.edit")
def attach(call_id: str) -> ResponseReturnValue:
    """Give an unknown number to somebody the office knows, chosen from what was typed."""
    text = request.form.get("person", "").strip()
    chosen = request.form.get("person_id", "")
    if chosen:
        person_id = _number(chosen)
    else:
        found = persons_meant(conn(), require_user(), text) if text else []
        if len(found) != 1:
            code = "missing" if not text else "person.several" if found else "person.unknown"
            return card_refused(call_id, {"person": field_problem(code)})
        person_id = found[0].id
    try:
        with changing() as act:
            attach_number(act, call_id, person_id)
    except ConflictError as error:
        return card_overtaken(call_id, error)
    return card_done(call_id, "شماره به پروندهٔ او افزوده شد.")


@blueprint.post("/calls/<call_id>/spam")
@permission("calls.link")
def spam(call_id: str) -> ResponseReturnValue:
    """Mark an unknown number as a nuisance, or take the mark away."""
    is_spam = request.form.get("is_spam") == "1"
    with changing() as act:
        mark_spam(act, call_id, is_spam=is_spam)
    return card_done(call_id, "این شماره مزاحم شناخته شد." if is_spam else "نشان مزاحم برداشته شد.")


@blueprint.post("/calls/<call_id>/message")
@permission("messages.send")
def message(call_id: str) -> ResponseReturnValue:
    """Send the caller a short message."""
    try:
        notice = send_message(call_id, request.form)
    except Refused as refused:
        return card_refused(call_id, refused.problems)
    return card_done(call_id, notice)


@blueprint.get("/settings/call-card")
@permission("settings.manage")
def settings() -> ResponseReturnValue:
    """Show which sections each role sees."""
    return _settings(request.args.get("role", ""))


@blueprint.post("/settings/call-card")
@permission("settings.manage")
def change_settings() -> ResponseReturnValue:
    """Keep a role's sections, moved by one place when a button said so."""
    role, order = request.form.get("role", ""), request.form.getlist("order")
    way, _, key = request.form.get("move", "").partition(":")
    if key in order and way in ("up", "down"):
        place = order.index(key)
        order.insert(max(0, place - 1) if way == "up" else place + 1, order.pop(place))
    with changing() as act:
        if "reset" in request.form:
            forget_choice(act, role)
        else:
            choose_sections(act, role, order, request.form.getlist("shown"))
    flash("چینش کارت تماس ذخیره شد.", "success")
    return redirect(path_for("callcard.settings", role=role), 303)


def _settings(role: str) -> str:
    roles = list_roles(conn())
    chosen_role = next((one for one in roles if one.name == role), roles[0])
    chosen = read_chosen(conn(), chosen_role.name)
    return render_template(
        "callcard/settings.html",
        roles=roles,
        role=chosen_role,
        sections=[(BY_KEY[key], key in chosen.shown) for key in [*chosen.shown, *chosen.hidden]],
    )


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 16):
        raise NotFoundError(f"person {text!r}")
    return int(text)
