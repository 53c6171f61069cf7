"""The one blueprint of the customers' screens; its routes stand in the modules beside it."""

from flask import Blueprint

blueprint = Blueprint("persons", __name__)
