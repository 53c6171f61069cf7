"""Ranks: why a customer has the one he has, setting one by hand, and the rules the office chose."""

from panel.feature import Feature, MenuItem
from panel.ranking.routes import blueprint

feature = Feature(
    blueprint=blueprint,
    menu=(MenuItem("رتبه‌بندی", "ranking.settings", "star", "settings.manage", place=896, section="office"),),
    permissions=("persons.view", "ranks.override", "settings.manage"),
)
