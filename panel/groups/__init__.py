"""Groups of customers, by hand and by rule."""

from panel.feature import Feature
from panel.groups.routes import blueprint

feature = Feature(blueprint=blueprint, permissions=("persons.view", "groups.manage"))
