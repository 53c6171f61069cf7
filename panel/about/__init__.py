"""The product's version, what changed, and whose work it stands on."""

from panel.about.routes import blueprint
from panel.feature import Feature, MenuItem

feature = Feature(
    blueprint=blueprint,
    menu=(MenuItem("دربارهٔ برنامه", "about.show", "info-circle", place=990, section="office"),),
)
