"""Users of the panel, and one's own password."""

from panel.feature import Feature, MenuItem
from panel.users.routes import blueprint

feature = Feature(
    blueprint=blueprint,
    menu=(MenuItem("کاربران", "users.index", "user-circle", "users.manage", place=910, section="office"),),
    permissions=("users.manage",),
)
