"""Customers and prospects."""

from datetime import date

from flask import Flask

import panel.persons.contacts
import panel.persons.needs
import panel.persons.relations
import panel.persons.routes
import panel.persons.writing  # noqa: F401  # each brings its routes
from appliance.core.jalali import format_date
from panel.feature import Feature, MenuItem
from panel.persons.blueprint import blueprint
from panel.problems import field_problem


def _install(app: Flask) -> None:
    """Give templates the words of stored days and of codes of problems."""
    app.jinja_env.filters.update(
        iso_day=lambda text: format_date(date.fromisoformat(text)), problem_words=field_problem
    )


feature = Feature(
    blueprint=blueprint,
    menu=(MenuItem("مشتریان", "persons.index", "users", "persons.view", place=20, key="m"),),
    permissions=(
        "persons.view",
        "persons.register",
        "persons.edit",
        "persons.archive",
        "groups.manage",
        "messages.send",
    ),
    install=_install,
)
