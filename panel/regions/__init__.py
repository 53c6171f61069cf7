"""Regions: the tree, one region with what lies in it, its form."""

from panel.feature import Feature
from panel.regions.routes import blueprint

feature = Feature(blueprint=blueprint, permissions=("persons.view", "lists.manage"))
