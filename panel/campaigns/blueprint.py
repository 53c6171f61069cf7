"""The one blueprint of the campaigns' screens; its routes stand in the modules beside it."""

from flask import Blueprint

blueprint = Blueprint("campaigns", __name__)
