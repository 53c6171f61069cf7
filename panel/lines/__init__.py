"""The state of the telephone lines."""

from panel.feature import Feature, MenuItem
from panel.lines.routes import blueprint

feature = Feature(
    blueprint=blueprint,
    menu=(MenuItem("خطوط تلفن", "lines.overview", "device-landline-phone", "lines.view", place=80),),
    permissions=("lines.view",),
)
