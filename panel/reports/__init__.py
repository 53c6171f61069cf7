"""Reports: the list of them, each one on the screen, on paper, as PDF and as a spreadsheet, and saved filters."""

import panel.reports.outputs
import panel.reports.saved  # noqa: F401  # each brings its routes
from panel.feature import Feature, MenuItem
from panel.reports.routes import blueprint

feature = Feature(
    blueprint=blueprint,
    menu=(MenuItem("گزارش‌ها", "reports.index", "report-analytics", "reports.view", place=60, key="r"),),
    permissions=("reports.view", "reports.export"),
)
