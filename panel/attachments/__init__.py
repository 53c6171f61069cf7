"""Files attached to records."""

from panel.attachments.routes import blueprint
from panel.feature import Feature

feature = Feature(blueprint=blueprint, permissions=("files.view", "files.add", "files.delete"))
