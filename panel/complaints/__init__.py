"""Complaints: the list, the form, one complaint with its steps, and telling its result."""

import panel.complaints.entering
import panel.complaints.routes
import panel.complaints.steps  # noqa: F401  # each brings its routes
from panel.callbacks.waiting import late_complaints, own_complaints
from panel.complaints.blueprint import blueprint
from panel.feature import Feature, MenuItem

feature = Feature(
    blueprint=blueprint,
    menu=(
        MenuItem(
            "شکایت‌ها", "complaints.index", "flag", "complaints.view", place=38, count=own_complaints,
            count_words="نزد شما", late=late_complaints,
        ),
    ),
    permissions=("complaints.view", "complaints.add", "complaints.handle", "messages.send"),
)  # fmt: skip
