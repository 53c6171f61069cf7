"""The one blueprint of the screens of messages; its routes stand in the modules beside it."""

from flask import Blueprint

blueprint = Blueprint("sms", __name__)
