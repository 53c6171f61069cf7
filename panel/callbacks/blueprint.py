"""The one blueprint of the call-backs' screens, and their words."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from appliance.core.jalali import persian_digits
from appliance.domain.people.fields import GRADES
from panel.callbacks.words import ago_words, due_words
from panel.context import now, office

blueprint = Blueprint("callbacks", __name__)


@blueprint.app_template_filter("ago")
def ago(instant: str) -> str:
    """Say how long ago something was: «۱۲ دقیقه پیش»."""
    return ago_words(instant, now())


@blueprint.app_template_global("due_mark")
def due_mark(instant: str) -> tuple[str, str]:
    """Say what is left until a deadline, and how it looks: («۴۰ دقیقه دیر شده», «bad»)."""
    return due_words(instant, now(), office())


@blueprint.context_processor
def words() -> dict[str, Any]:
    """Give every template of call-backs its words."""
    return {"grades": GRADES, "times": lambda count: f"{persian_digits(count)} بار"}
