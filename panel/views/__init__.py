"""What a user keeps for lists: columns and named views."""

from panel.feature import Feature
from panel.views.routes import blueprint

feature = Feature(blueprint=blueprint)
