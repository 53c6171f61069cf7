"""What the search box in every page's head offers while somebody types, and the page of all that was found."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from appliance.core.jalali import persian_digits
from appliance.domain.searching import LONGEST_TEXT, Match, search_persons
from panel.access import permission, wants_json
from panel.context import conn, office
from panel.identity import require_user

blueprint = Blueprint("search", __name__)
MOST_OFFERED = 8
MOST_SHOWN = 100
_TITLES = {
    "national-id": "کد ملی",
    "core-code": "کد رایانه",
    "work": "شغل",
    "policy": "بیمه‌نامهٔ",
    "code": "کد بیمه‌نامه",
    "plate": "پلاک",
    "vin": "شاسی",
}


@blueprint.get("/search")
@permission("persons.view")
def show() -> ResponseReturnValue:
    """Show who was found; a script of ours gets the few that the box offers."""
    text = request.args.get("q", "")[:LONGEST_TEXT]
    is_box = wants_json()
    found = search_persons(
        conn(),
        require_user(),
        text,
        limit=MOST_OFFERED if is_box else MOST_SHOWN,
        area_code=office().config.office.area_code,
    )
    template = "search/options.html" if is_box else "search/show.html"
    return render_template(template, text=text.strip(), found=found, match_words=match_words)


def match_words(match: Match) -> str:
    """Say where a word was found: «پلاک ۱۲ب۳۴۵ ایران ۶۷»; empty for what the row shows by itself."""
    if match.kind not in _TITLES:
        return ""
    text = match.text
    if match.kind == "plate":
        text = text.replace("-", " ایران ")
    if match.kind != "vin":
        text = persian_digits(text)
    return f"{_TITLES[match.kind]} {text}"
