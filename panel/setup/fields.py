"""What the step «دفتر» asks for: name and area code of the configuration, and the head of printed pages."""

from __future__ import annotations

from appliance.domain.fields import Field
from appliance.domain.fields.kinds import Text
from appliance.domain.settings.office import FIELDS
from panel.lines.fields import Pattern

HEAD = ("agent_code", "phone", "address")
OFFICE_FIELDS = (
    Field(
        key="name", title="نام دفتر", kind=Text(80), is_required=True, hint="بالای همهٔ صفحه‌ها و برگه‌ها می‌آید."
    ),
    Field(
        key="area_code",
        title="پیش‌شمارهٔ شهر",
        kind=Pattern(r"0?[1-9]\d", "line.area_code", 3),
        is_required=True,
        hint="مانند ۰۲۱؛ برای شماره‌های ثابت بی‌پیش‌شماره.",
    ),
    *(one for one in FIELDS if one.key in HEAD),
)
