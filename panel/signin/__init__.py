"""Signing in and out."""

from panel.feature import Feature
from panel.signin.routes import blueprint

feature = Feature(blueprint=blueprint)
