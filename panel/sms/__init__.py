"""Messages: the outbox, writing, texts, conversations, routes and their money."""

from flask import Flask

import panel.sms.compose
import panel.sms.faxes
import panel.sms.files
import panel.sms.outbox
import panel.sms.texts
import panel.sms.ways  # noqa: F401  # each brings its routes
from panel.context import conn
from panel.feature import Feature, MenuItem
from panel.sms.blueprint import blueprint
from panel.sms.faxes import waiting_faxes
from panel.sms.inbox import unread
from panel.sms.words import MOVEMENTS, rial_words, route_title


def _install(app: Flask) -> None:
    """Give templates the words of amounts, routes and movements."""
    app.jinja_env.filters.update(rial=rial_words, route_title=lambda name: route_title(conn(), name))
    app.jinja_env.globals.update(
        movement_titles=MOVEMENTS, unread_messages=unread, waiting_faxes=waiting_faxes
    )


feature = Feature(
    blueprint=blueprint,
    menu=(MenuItem("پیامک", "sms.index", "message", "messages.view", place=40, key="s", count=unread),),
    permissions=("messages.view", "messages.send", "messages.manage"),
    install=_install,
)
