"""What a call's card can do, and the screen on which its sections are chosen."""

from panel.callcard.routes import blueprint
from panel.feature import Feature, MenuItem

feature = Feature(
    blueprint=blueprint,
    menu=(MenuItem("کارت تماس", "callcard.settings", "id", "settings.manage", place=896, section="office"),),
    permissions=(
        "calls.view",
        "calls.link",
        "calls.note",
        "persons.edit",
        "messages.send",
        "settings.manage",
    ),
)
