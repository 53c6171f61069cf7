"""Updates of the box: a signed file is looked at, written to the other slot, tried once."""

from panel.feature import Feature
from panel.updates.routes import blueprint

feature = Feature(blueprint=blueprint, permissions=("settings.manage",))
"""Reached from the page of the box."""
