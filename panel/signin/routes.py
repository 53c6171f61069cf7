# mypy: allow-untyped-calls
# The form library has no types.
"""Signing in with name and password, and signing out everywhere in this browser."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from appliance.core.errors import SignInError
from appliance.domain import accounts
from panel.access import public, safe_next
from panel.context import conn, now, office
from panel.identity import current_user
from panel.links import path_for
from panel.live.sockets import disconnect_session
from panel.messages import TOO_MANY, duration_words, persian, status_of
from panel.sessions import end_session, start_session
from panel.signin.forms import SignInForm
from panel.throttle import TooManyTries

blueprint = Blueprint("signin", __name__)


@blueprint.get("/sign-in")
@public
def form() -> ResponseReturnValue:
    """Show the form, or go on when somebody is signed in already."""
    if current_user():
        return redirect(safe_next(request.args.get("next")))
    return _page(SignInForm(next=request.args.get("next", "")))


@blueprint.post("/sign-in")
@public
def submit() -> ResponseReturnValue:
    """Check name and password, begin a new session and go on."""
    form = SignInForm()
    if not form.validate():
        return _page(form, status=422)
    address = request.remote_addr or "-"
    try:
        with office().throttle.trying(address, office().clock.monotonic()):
            user = accounts.sign_in(conn(), now(), form.username.data, form.password.data)
    except TooManyTries as error:
        return _page(form, TOO_MANY.format(after=duration_words(error.seconds)), 429)
    except SignInError as error:
        return _page(form, persian(error, now()), status_of(error))
    office().throttle.forget(address)
    start_session(user)
    return redirect(safe_next(form.next.data), 303)


@blueprint.post("/sign-out")
@public
def leave() -> ResponseReturnValue:
    """End this browser's session and its live connections."""
    ended = end_session()
    if ended:
        disconnect_session(ended)
    flash("از پنل خارج شدید.", "info")
    return redirect(path_for("signin.form"), 303)


def _page(form: SignInForm, problem: str = "", status: int = 200) -> ResponseReturnValue:
    demo_users = demo_password = None
    if office().is_demo:
        from appliance.domain import demo

        demo_users, demo_password = demo.USERS, demo.PASSWORD
    page = render_template(
        "signin/form.html", form=form, problem=problem, demo_users=demo_users, demo_password=demo_password
    )
    return page, status
