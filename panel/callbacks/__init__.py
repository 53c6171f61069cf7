"""Missed calls that wait to be returned."""

import panel.callbacks.deadlines
import panel.callbacks.routes  # noqa: F401  # both bring their routes
from panel.callbacks.blueprint import blueprint
from panel.callbacks.waiting import late_callbacks, waiting_callbacks
from panel.feature import Feature, MenuItem

feature = Feature(
    blueprint=blueprint,
    menu=(
        MenuItem(
            "تماس‌های بی‌پاسخ", "callbacks.index", "phone-x", "calls.view", place=12, key="t",
            count=waiting_callbacks, count_words="در انتظار تماس", late=late_callbacks,
        ),
    ),
    permissions=("calls.view", "calls.note", "settings.manage"),
)  # fmt: skip
