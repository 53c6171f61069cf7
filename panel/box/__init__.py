"""The box itself: its copies, the installer's file, clock and version."""

from panel.box.routes import blueprint
from panel.feature import Feature, MenuItem

feature = Feature(
    blueprint=blueprint,
    menu=(
        MenuItem(
            "دستگاه و پشتیبان", "box.index", "shield-lock", "settings.manage", place=897, section="office"
        ),
    ),
    permissions=("settings.manage",),
)
