"""The one page plain HTTP shows: why and how to trust the box's own authority."""

from panel.feature import Feature
from panel.trust.routes import blueprint

feature = Feature(
    blueprint=blueprint,
    permissions=("settings.manage",),
)
