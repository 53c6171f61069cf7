"""Messages that go out by themselves: rules, what they will send, and how the office keeps in touch."""

from datetime import date

from flask import Flask

import panel.message_rules.form
import panel.message_rules.overview
import panel.message_rules.plan
import panel.message_rules.planned  # noqa: F401  # each brings its routes
from appliance.core.jalali import format_date
from panel.feature import Feature
from panel.message_rules.blueprint import blueprint


def _install(app: Flask) -> None:
    """Give templates the way a stored date is written."""
    app.jinja_env.filters["jalali_day"] = lambda day: format_date(date.fromisoformat(day))


feature = Feature(
    blueprint=blueprint, permissions=("messages.view", "messages.send", "messages.manage"), install=_install
)
