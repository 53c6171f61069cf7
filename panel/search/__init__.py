"""The one search box and its page."""

from panel.feature import Feature
from panel.search.routes import blueprint

feature = Feature(blueprint=blueprint, permissions=("persons.view",))
