"""Policies: list, page, issue, renewal, change, endorsement and cancellation."""

from panel.feature import Feature, MenuItem
from panel.policies import changes, issue, proposals, userfields  # noqa: F401  (they add their routes)
from panel.policies.routes import blueprint

feature = Feature(
    blueprint=blueprint,
    menu=(MenuItem("بیمه‌نامه‌ها", "policies.index", "file-text", "policies.view", place=30, key="b"),),
    permissions=("policies.view", "policies.issue", "policies.edit", "policies.cancel", "settings.manage"),
)
