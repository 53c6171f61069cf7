"""The call log and what a call card can do."""

from panel.calls.routes import blueprint
from panel.feature import Feature, MenuItem

feature = Feature(
    blueprint=blueprint,
    menu=(MenuItem("تماس‌ها", "calls.log", "phone", "calls.view", place=10, key="c"),),
    permissions=("calls.view", "calls.link", "persons.register"),
)
