"""Handing policies over."""

from panel.deliveries.routes import blueprint
from panel.feature import Feature, MenuItem

feature = Feature(
    blueprint=blueprint,
    menu=(MenuItem("تحویل‌ها", "deliveries.index", "truck", "deliveries.manage", place=35),),
    permissions=("deliveries.manage",),
)
