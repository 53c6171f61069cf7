"""The office's calendar."""

from panel.calendar.routes import blueprint
from panel.feature import Feature, MenuItem

feature = Feature(
    blueprint=blueprint,
    menu=(MenuItem("تقویم", "calendar.index", "calendar", "persons.view", place=15, key="t"),),
    permissions=("persons.view",),
)
