"""Where the panel begins, and the sign that it lives."""

from panel.feature import Feature
from panel.start.routes import blueprint

feature = Feature(blueprint=blueprint)
