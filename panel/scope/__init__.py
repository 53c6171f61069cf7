"""The installer's view of a telephone line: live picture, learned signalling, kept sound."""

from panel.feature import Feature
from panel.scope.routes import blueprint
from panel.scope.sockets import install

feature = Feature(blueprint=blueprint, permissions=("lines.view", "lines.manage"), install=install)
