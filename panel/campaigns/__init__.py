"""Campaigns: one text to many, counted before anybody confirms it and answerable for each receiver."""

import panel.campaigns.drafting
import panel.campaigns.running  # noqa: F401  # each brings its routes
from panel.campaigns.blueprint import blueprint
from panel.feature import Feature

feature = Feature(blueprint=blueprint, permissions=("campaigns.send",))
