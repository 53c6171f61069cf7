"""``python -m panel`` is ``aminbox panel``."""

from panel.commands import panel

panel()
