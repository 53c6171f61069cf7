"""Setting up routes of messages: kind, key, line, order, what each carries, caps and prices."""

import panel.message_routes.routes  # noqa: F401  # brings its routes
from panel.feature import Feature
from panel.message_routes.blueprint import blueprint

feature = Feature(blueprint=blueprint, permissions=("messages.manage",))
