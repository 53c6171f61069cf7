"""Bringing an office back from a sealed copy, onto a new box or an owned one."""

from panel.feature import Feature
from panel.restore.routes import blueprint

feature = Feature(blueprint=blueprint, permissions=("settings.manage",))
