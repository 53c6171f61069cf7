"""Taking the box over with its one-time code, then step by step; each may be left for later."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from appliance.core.config.own_office import write_own_office
from appliance.core.errors import SignInError
from appliance.domain import accounts
from appliance.domain.fields.reading import read_fields
from appliance.domain.fields.refused import Refused
from appliance.domain.messaging.queueing import Letter, queue_letter, receiver_key
from appliance.domain.settings.office import read_office, save_office
from appliance.domain.settings.setup import OWNER_FIELDS, STEPS, finish, mark, read_setup, take_over
from appliance.provisioning.owner import forget_code
from db.queries.message_routes import list_routes
from db.queries.setup import find_first_owner
from db.queries.users import find_user
from panel.access import permission, public, signed_in
from panel.context import conn, now, office
from panel.identity import changing, current_user, require_user
from panel.links import path_for
from panel.messages import TOO_MANY, duration_words, persian, status_of
from panel.ownership import has_owner
from panel.problems import field_problem
from panel.recordform import RecordForm
from panel.sessions import start_session
from panel.setup.code import spelled
from panel.setup.fields import OFFICE_FIELDS
from panel.setup.pages import page_values
from panel.setup.steps import next_step, steps_left, steps_now, test_key
from panel.throttle import TooManyTries

blueprint = Blueprint("setup", __name__)
TEST_TEXT = "پیام آزمایشی {office}. اگر این پیام را می‌بینید، پیامک دستگاه کار می‌کند."


@blueprint.app_context_processor
def reminding() -> dict[str, object]:
    """Let every page of those who set the box up lead back to what is left."""

    def setup_left() -> int:
        user = current_user()
        if user is None or not user.may("settings.manage"):
            return 0
        marked = read_setup(conn())
        return steps_left(marked) if marked.is_under_way else 0

    return {"setup_left": setup_left}


@blueprint.get("/setup")
@public
def welcome() -> ResponseReturnValue:
    """Ask for the code of a new box; lead on where that is done."""
    user = current_user()
    if has_owner():
        if user is not None and user.may("settings.manage"):
            return redirect(path_for("setup.show", step=next_step()), 303)
        return redirect(path_for("start.home"), 303)
    if user is not None and user.id == find_first_owner(conn()):
        return redirect(path_for("setup.owner"), 303)
    return _code_page()


@blueprint.post("/setup")
@public
def enter() -> ResponseReturnValue:
    """Begin with the code that the box's screen shows, or the password of the installer's file."""
    first = None if has_owner() else find_first_owner(conn())
    row = find_user(conn(), first) if first is not None else None
    if row is None:
        return redirect(path_for("setup.welcome"), 303)
    typed, address = request.form.get("code", "")[:300], request.remote_addr or "-"
    try:
        with office().throttle.trying(address, office().clock.monotonic()):
            user = accounts.sign_in(conn(), now(), row.username, spelled(typed))
    except TooManyTries as error:
        return _code_page(TOO_MANY.format(after=duration_words(error.seconds)), 429)
    except SignInError as error:
        words = "این کد درست نیست؛ دوباره از روی نمایشگر دستگاه بنویسید."
        return _code_page(words if type(error) is SignInError else persian(error, now()), status_of(error))
    office().throttle.forget(address)
    start_session(user)
    return redirect(path_for("setup.owner"), 303)


@blueprint.get("/setup/owner")
@signed_in
def owner() -> ResponseReturnValue:
    """Ask who owns the box."""
    if has_owner():
        return redirect(path_for("setup.welcome"), 303)
    return _owner_page({})


@blueprint.post("/setup/owner")
@signed_in
def become() -> ResponseReturnValue:
    """Make the account the owner's own; the code ends with it."""
    if has_owner():
        return redirect(path_for("setup.welcome"), 303)
    try:
        with changing() as act:
            take_over(act, request.form)
    except Refused as refused:
        return _owner_page(request.form, refused.problems), 422
    forget_code(office().config.data.folder)
    user = accounts.active_user(conn(), require_user().id)
    assert user is not None
    start_session(user)
    return redirect(path_for("setup.show", step=STEPS[0]), 303)


@blueprint.get("/setup/<step>")
@permission("settings.manage")
def show(step: str) -> ResponseReturnValue:
    """Show one step."""
    if step not in STEPS:
        raise NotFound
    return _step_page(step)


@blueprint.post("/setup/office")
@permission("settings.manage")
def keep_office() -> ResponseReturnValue:
    """Keep what the office is called and how its papers are headed."""
    read = read_fields(OFFICE_FIELDS, request.form)
    problems = dict(read.problems)
    for one in OFFICE_FIELDS:
        if one.is_required and not request.form.get(one.key, "").strip():
            problems[one.key] = "missing"
    if problems:
        return _step_page("office", _office_form(request.form, problems)), 422
    name, area_code = str(read.values["name"]), str(read.values["area_code"])
    try:
        with changing() as act:
            texts = {key: request.form.get(key, "") for key in ("agent_code", "phone", "address")}
            save_office(act, texts)
            mark(act, "office", is_done=True)
    except Refused as refused:
        return _step_page("office", _office_form(request.form, refused.problems)), 422
    write_own_office(office().config.data.folder, name=name, area_code=area_code)
    return redirect(path_for("setup.show", step=next_step("office")), 303)


@blueprint.post("/setup/messages/test")
@permission("settings.manage")
def send_test() -> ResponseReturnValue:
    """Send a message over the first route and stay on the step, which shows what becomes of it."""
    row = next((one for one in list_routes(conn()) if one.is_active and one.channel == "sms"), None)
    number, idempotency_key = receiver_key("sms", request.form.get("number", "")[:40]), test_key()
    if row is None or idempotency_key is None:
        return redirect(path_for("setup.show", step="messages"), 303)
    if number is None:
        return _step_page("messages", problem=field_problem("phone.not-mobile")), 422
    body = TEST_TEXT.format(office=office().config.office.name)
    with changing() as act:
        letter = Letter(number=number, body=body, wanted_route=row.name, is_immediate=True)
        queue_letter(act, letter, idempotency_key=idempotency_key, zone=office().zone)
    return redirect(path_for("setup.show", step="messages"), 303)


@blueprint.post("/setup/<step>")
@permission("settings.manage")
def close(step: str) -> ResponseReturnValue:
    """Mark a step as done or left for later; the last one ends the first start."""
    if step not in STEPS:
        raise NotFound
    is_done = request.form.get("act") == "done"
    with changing() as act:
        if step == "sheet" and is_done:
            finish(act)
        else:
            mark(act, step, is_done=is_done)
    if step == "sheet" and is_done:
        flash("راه‌اندازی پایان یافت. گام‌های مانده در «دستگاه و پشتیبان» یافت می‌شود.", "success")
        return redirect(path_for("start.home"), 303)
    return redirect(path_for("setup.show", step=next_step(step)), 303)


def _code_page(problem: str = "", status: int = 200) -> ResponseReturnValue:
    has_code = find_first_owner(conn()) is not None
    return render_template("setup/code.html", problem=problem, has_code=has_code), status


def _owner_page(texts: Mapping[str, str], problems: Mapping[str, Any] | None = None) -> str:
    values = None if texts else {"display_name": "", "username": require_user().username}
    form = RecordForm(conn(), OWNER_FIELDS, values=values, texts=texts, problems=problems)
    said = {key: field_problem(str(code)) for key, code in (problems or {}).items()}
    return render_template("setup/owner.html", form=form, problems=said)


def _office_form(
    texts: Mapping[str, str] | None = None, problems: Mapping[str, str] | None = None
) -> RecordForm:
    values = msgspec.to_builtins(read_office(conn())) | {
        "name": office().config.office.name,
        "area_code": office().config.office.area_code,
    }
    return RecordForm(conn(), OFFICE_FIELDS, values=values, texts=texts, problems=problems)


def _step_page(step: str, form: RecordForm | None = None, problem: str = "") -> str:
    if step == "office" and form is None:
        form = _office_form()
    return render_template(
        f"setup/step_{step}.html",
        steps=steps_now(),
        step=step,
        form=form,
        problem=problem,
        **page_values(step),
    )
