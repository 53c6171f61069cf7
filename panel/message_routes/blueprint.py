"""The one blueprint of the screens that set up routes."""

from flask import Blueprint

blueprint = Blueprint("message_routes", __name__)
