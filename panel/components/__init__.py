"""For developers: every component and every card state on one page. It does not exist on a box in an office."""

from panel.components.routes import blueprint
from panel.feature import Feature, MenuItem

feature = Feature(
    blueprint=blueprint,
    menu=(MenuItem("اجزای طراحی", "components.gallery", "palette", place=995, section="office"),),
    is_enabled=lambda office: office.is_demo,
)
