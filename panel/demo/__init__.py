"""The demo bar: makes the simulated telephone ring. It does not exist outside the demo."""

from panel.demo.routes import blueprint
from panel.feature import Feature

feature = Feature(blueprint=blueprint, permissions=("lines.ring",), is_enabled=lambda office: office.is_demo)
