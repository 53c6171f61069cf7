"""Settings: the office's own words, its lists and its rates."""

from panel.feature import Feature, MenuItem
from panel.settings.routes import blueprint

feature = Feature(
    blueprint=blueprint,
    menu=(
        MenuItem("فهرست‌ها و نرخ‌ها", "settings.index", "list", "lists.manage", place=890, section="office"),
        MenuItem(
            "مشخصات دفتر", "settings.office", "settings", "settings.manage", place=895, section="office"
        ),
    ),
    permissions=("lists.manage", "settings.manage"),
)
