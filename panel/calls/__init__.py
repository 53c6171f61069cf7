"""The call log and what a call card can do."""

import panel.calls.byhand
import panel.calls.extras  # noqa: F401  # each brings its routes
from panel.calls.routes import blueprint
from panel.feature import Feature, MenuItem

feature = Feature(
    blueprint=blueprint,
    menu=(MenuItem("تماس‌ها", "calls.log", "phone", "calls.view", place=10, key="c"),),
    permissions=("calls.view", "calls.link", "calls.note", "persons.register"),
)
