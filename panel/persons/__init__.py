"""Customers and prospects."""

from panel.feature import Feature, MenuItem
from panel.persons.routes import blueprint

feature = Feature(
    blueprint=blueprint,
    menu=(MenuItem("مشتریان", "persons.index", "users", "persons.view", place=20),),
    permissions=("persons.view", "persons.register", "persons.edit"),
)
