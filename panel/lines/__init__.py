"""The telephone lines: their state, setting them up, and testing them."""

from panel.feature import Feature, MenuItem
from panel.lines import wizard
from panel.lines.metering import install
from panel.lines.routes import blueprint

wizard.add_routes(blueprint)
feature = Feature(
    blueprint=blueprint,
    menu=(
        MenuItem(
            "خطوط تلفن", "lines.overview", "device-landline-phone", "lines.view", place=880, section="office"
        ),
    ),
    permissions=("lines.view", "lines.ring", "lines.manage"),
    install=install,
)
