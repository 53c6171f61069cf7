"""Recordings of calls: the player, notes, who listened, hold, deletion, and who is never recorded."""

from panel.feature import Feature, MenuItem
from panel.recordings.actions import add_routes as add_actions
from panel.recordings.routes import blueprint
from panel.recordings.sound import add_routes as add_sound

add_actions(blueprint)
add_sound(blueprint)

feature = Feature(
    blueprint=blueprint,
    menu=(MenuItem("ضبط مکالمات", "recordings.overview", "headphones", "calls.listen", place=50),),
    permissions=(
        "calls.listen",
        "recordings.download",
        "recordings.hold",
        "recordings.delete",
        "recordings.refuse",
    ),
)
