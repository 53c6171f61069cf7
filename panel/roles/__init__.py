"""Roles and what they allow."""

from panel.feature import Feature
from panel.roles.routes import blueprint

feature = Feature(blueprint=blueprint, permissions=("users.manage",))
