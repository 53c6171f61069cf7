"""A sample form of described fields, with right and wrong values in it."""

from __future__ import annotations

from appliance.core.identity import national_id
from appliance.domain.fields import Field
from appliance.domain.fields.kinds import Choice, Code, Day, Flag, Phone, Rial, Text
from appliance.domain.fields.reading import read_fields
from appliance.domain.settings.rates import Percent
from db import Connection
from panel.recordform import RecordForm

FIELDS = (
    Field(key="name", title="نام", kind=Text(80), is_required=True),
    Field(key="code", title="کد ملی", kind=Code(20, check=national_id), hint="ده رقم"),
    Field(key="mobile", title="همراه", kind=Phone(only_mobile=True)),
    Field(key="amount", title="حق بیمه (ریال)", kind=Rial()),
    Field(key="rate", title="نرخ (٪)", kind=Percent()),
    Field(key="day", title="تاریخ صدور", kind=Day()),
    Field(key="kind", title="نوع", kind=Choice({"natural": "حقیقی", "legal": "حقوقی"})),
    Field(key="vip", title="مشتری ویژه", kind=Flag()),
    Field(key="note", title="یادداشت", kind=Text(300, lines=True)),
)
TEXTS = {
    "name": "نرگس احمدی‌پور", "code": "0013542410", "mobile": "۰۹۱۲", "amount": "80,000,000", "rate": "۱۲٫۵",
    "day": "1404/12/30", "kind": "natural", "vip": "1", "note": "درمان خانواده",
}  # fmt: skip
"""What somebody typed: a wrong control digit, half a number, and a day no calendar has."""


def sample_form(conn: Connection) -> RecordForm:
    """Give the form as it is shown again when it was refused."""
    return RecordForm(conn, FIELDS, texts=TEXTS, problems=read_fields(FIELDS, TEXTS).problems)
