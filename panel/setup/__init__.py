"""The first start: from the one-time code to the sheet of acceptance."""

from panel.feature import Feature
from panel.setup.routes import blueprint

feature = Feature(blueprint=blueprint, permissions=("settings.manage",))
