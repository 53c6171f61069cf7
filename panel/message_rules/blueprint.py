"""The one blueprint of the screens of automatic messages; its routes stand in the modules beside it."""

from flask import Blueprint

blueprint = Blueprint("rules", __name__)
