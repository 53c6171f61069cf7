"""Bringing in files of the insurer's core system, and settling what differs from them."""

from db.queries import imports
from panel.context import conn
from panel.feature import Feature, MenuItem
from panel.importing.routes import blueprint

feature = Feature(
    blueprint=blueprint,
    menu=(
        MenuItem("ورود اطلاعات", "importing.index", "upload", "imports.manage", place=60, section="office"),
        MenuItem(
            "مغایرت‌گیری", "importing.discrepancies", "arrows-sort", "imports.manage", place=61, section="office",
            count=lambda: imports.count_discrepancies(conn()),
        ),
    ),
    permissions=("imports.manage",),
)  # fmt: skip
