"""The log of who did what."""

from panel.audit.routes import blueprint
from panel.feature import Feature, MenuItem

feature = Feature(
    blueprint=blueprint,
    menu=(MenuItem("سابقهٔ کارها", "audit.index", "history", "audit.view", place=920, section="office"),),
    permissions=("audit.view",),
)
