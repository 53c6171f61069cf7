"""The lists an owner may extend, each described once: table, fields, order, and what no two entries have alike.

Nothing of a list that the records may already use is deleted: it is switched off, and is offered no more.
"""

from __future__ import annotations

import msgspec

from appliance.core.identity import IdentityError, iban
from appliance.domain.fields import Field
from appliance.domain.fields.kinds import Choice, Code, Day, Flag, Listed, Phone, Rial, Text, Whole
from appliance.domain.settings.rates import CONFIDENCE_TITLES, Percent

GROUP_TITLES = {
    "agency": "نمایندگی",
    "rates": "نرخ‌ها",
    "people": "مشتریان",
    "work": "پیگیری و خدمت",
}


class OwnList(msgspec.Struct, frozen=True, kw_only=True):
    """One list of the office."""

    key: str
    """Name in addresses."""
    title: str
    entry_title: str
    """What one entry is called."""
    lead: str
    """What it is for, as a line below the title."""
    icon: str
    group: str
    table: str
    fields: tuple[Field, ...]
    columns: tuple[str, ...]
    """Keys of the fields its table shows."""
    key_column: str = "id"
    fixed: dict[str, str] = {}
    """Columns every entry of the list has alike: the part of a shared table that is this list."""
    order: tuple[str, ...] = ("place", "id")
    """Columns it is sorted by; a leading ``-`` turns one round."""
    unique: tuple[tuple[str, ...], ...] = (("title",),)
    """Sets of columns no two entries have alike."""
    details: tuple[str, ...] = ()
    """Fields kept in the column ``details``."""
    sorted_text: str = ""
    """The field whose sort key is kept in the column ``sort_key``."""
    may_add: bool = True
    has_place: bool = False
    is_dated: bool = False
    """Valid from and to a day, and never switched off; `identity` says whose next rate ends the one before."""
    identity: tuple[str, ...] = ()


TITLE = Field(key="title", title="عنوان", kind=Text(80), is_required=True)
NOTE = Field(key="note", title="یادداشت", kind=Text(300, lines=True))
LINE = Field(key="line_code", title="رشته", kind=Listed("lines", is_text_key=True), hint="خالی: همهٔ رشته‌ها")
_DATED = (
    Field(key="valid_from", title="از تاریخ", kind=Day(), is_required=True),
    Field(key="valid_to", title="تا تاریخ", kind=Day(), hint="خالی: تا نرخ بعدی"),
    Field(
        key="source", title="منبع", kind=Text(200), is_required=True, hint="بخشنامه، قرارداد یا رویهٔ خود دفتر"
    ),
    Field(key="confidence", title="اعتبار منبع", kind=Choice(CONFIDENCE_TITLES), is_required=True),
)
_RENEWAL = Choice({"0": "صدور", "1": "تمدید"})
_COMPANY = Choice({"0": "حقیقی", "1": "حقوقی"})
_STEP = Field(
    key="step", title="تا چند روز پس از شروع", kind=Whole(1, 3660), is_required=True,
    hint="پس از آخرین پله چیزی برنمی‌گردد.",
)  # fmt: skip
_RATE = Field(key="per_mille", title="نرخ (٪)", kind=Percent(), is_required=True)


def _marketer_code(text: str) -> str:
    """Refuse 0, which stands for "no marketer" in the insurers' own programs."""
    if text.strip("0") == "":
        raise IdentityError("marketer-code.zero")
    return text


def _choices(key: str, title: str, entry: str, lead: str, icon: str, group: str) -> OwnList:
    return OwnList(
        key=key, title=title, entry_title=entry, lead=lead, icon=icon, group=group, table="choices", fields=(TITLE,),
        columns=("title",), fixed={"list": key}, has_place=True,
    )  # fmt: skip


OWN_LISTS = (
    OwnList(
        key="insurers", title="شرکت‌های بیمه", entry_title="شرکت بیمه", icon="building-bank", group="agency",
        lead="شرکت خودتان و شرکت‌هایی که مشتریان در آن‌ها بیمه دارند.", table="insurers",
        fields=(TITLE, Field(key="is_ours", title="ما نمایندهٔ این شرکت هستیم", kind=Flag()), NOTE),
        columns=("title", "is_ours", "note"), order=("-is_ours", "sort_key"), sorted_text="title",
    ),
    OwnList(
        key="units", title="واحدها و شعبه‌ها", entry_title="واحد", icon="building", group="agency", table="units",
        lead="واحدهای نمایندگی با کد خود؛ کاربر یک واحد را می‌توان به پرونده‌های همان واحد محدود کرد.",
        fields=(
            TITLE,
            Field(key="unit_code", title="کد واحد", kind=Code(20)),
            Field(key="agent_code", title="کد نمایندگی", kind=Code(20)),
            Field(key="insurer_id", title="شرکت بیمه", kind=Listed("insurers")),
            Field(key="parent_id", title="زیرمجموعهٔ", kind=Listed("units")),
            Field(key="is_company", title="شخص حقوقی است", kind=Flag()),
            Field(key="phone", title="تلفن", kind=Phone()),
            Field(key="address", title="نشانی", kind=Text(200)),
        ),
        columns=("title", "agent_code", "insurer_id", "parent_id", "phone"), order=("id",),
        unique=(("title",), ("agent_code",)),
    ),
    OwnList(
        key="marketers", title="بازاریابان", entry_title="بازاریاب", icon="users-group", group="agency",
        lead="کسانی که مشتری می‌آورند؛ سهم هر یک در «نرخ بازاریابان» است.", table="marketers",
        fields=(
            Field(key="name", title="نام", kind=Text(80), is_required=True),
            Field(key="code", title="کد", kind=Code(20, check=_marketer_code), is_required=True),
            Field(key="unit_id", title="واحد", kind=Listed("units")),
            Field(key="mobile", title="همراه", kind=Phone(only_mobile=True)),
            Field(key="iban", title="شبا", kind=Code(34, check=iban)),
            Field(
                key="share_basis", title="سهم از", kind=Choice({"commission": "کارمزد", "premium": "حق بیمه"}),
                is_required=True,
            ),
            NOTE,
        ),
        columns=("name", "code", "unit_id", "mobile", "share_basis"), order=("sort_key",), unique=(("code",),),
        sorted_text="name",
    ),
    OwnList(
        key="lines", title="رشته‌های بیمه", entry_title="رشته", icon="shield", group="agency",
        table="lines_of_business", key_column="code", may_add=False, has_place=True,
        lead="رشته‌هایی که این دفتر می‌فروشد؛ رشتهٔ خاموش در فرم‌ها پیشنهاد نمی‌شود.",
        fields=(
            TITLE,
            Field(key="short_title", title="نام کوتاه", kind=Text(40), is_required=True),
            Field(key="usual_days", title="مدت معمول (روز)", kind=Whole(1, 36600), is_required=True),
            Field(key="is_renewable", title="تمدید می‌شود", kind=Flag()),
            Field(key="has_vat", title="ارزش افزوده دارد", kind=Flag()),
        ),
        columns=("title", "short_title", "usual_days", "is_renewable", "has_vat"), order=("place", "code"),
    ),
    OwnList(
        key="vat", title="مالیات بر ارزش افزوده", entry_title="نرخ", icon="receipt", group="rates",
        lead="نرخ هر دوره؛ بیمه‌نامهٔ قدیمی با نرخ زمان خودش می‌ماند.", table="dated_rates",
        fields=(LINE, _RATE, *_DATED), fixed={"subject": "vat"}, order=("line_code", "-valid_from"),
        columns=("line_code", "per_mille", "valid_from", "valid_to", "source", "confidence"),
        unique=(("line_code", "valid_from"),), is_dated=True, identity=("line_code",),
    ),
    OwnList(
        key="cancel-refund", title="جدول برگشت ابطال", entry_title="پله", icon="rotate", group="rates",
        lead="چند درصد حق بیمه برمی‌گردد وقتی بیمه‌گذار خودش زودتر ابطال کند؛ بدون جدول، به نسبت روز.",
        table="dated_rates", fields=(LINE, _STEP, _RATE, *_DATED), fixed={"subject": "cancel-refund"},
        order=("line_code", "step", "-valid_from"),
        columns=("line_code", "step", "per_mille", "valid_from", "valid_to", "source", "confidence"),
        unique=(("line_code", "step", "valid_from"),), is_dated=True, identity=("line_code", "step"),
    ),
    *(
        OwnList(
            key=key, title=title, entry_title="نرخ", icon=icon, group="rates", lead=lead, table="dated_rates",
            fields=(LINE, _RATE, *_DATED), fixed={"subject": key}, order=("line_code", "-valid_from"),
            columns=("line_code", "per_mille", "valid_from", "valid_to", "source", "confidence"),
            unique=(("line_code", "valid_from"),), is_dated=True, identity=("line_code",),
        )
        for key, title, icon, lead in (
            ("payment-tax", "مالیات تکلیفی", "receipt", "درصدی که هنگام پرداخت کارمزد نمایندگی کم می‌شود."),
            ("marketer-tax", "مالیات سهم بازاریابان", "target", "درصدی که هنگام تسویه از سهم بازاریاب کم می‌شود."),
        )
    ),
    OwnList(
        key="commissions", title="کارمزد نمایندگی", entry_title="نرخ کارمزد", icon="coin", group="rates",
        lead="سهم نمایندگی از حق بیمه، برای هر شرکت و رشته.", table="commission_rates",
        fields=(
            Field(key="insurer_id", title="شرکت بیمه", kind=Listed("insurers"), is_required=True),
            Field(key="line_code", title="رشته", kind=Listed("lines", is_text_key=True), is_required=True),
            Field(key="sub_line", title="زیررشته", kind=Text(40)),
            Field(
                key="is_renewal", title="صدور یا تمدید", kind=_RENEWAL, hint="خالی: هر دو یکی است"
            ),
            Field(key="is_company", title="نماینده", kind=_COMPANY, hint="خالی: هر دو یکی است"),
            Field(key="policy_year", title="سال بیمه‌نامه", kind=Whole(0, 60), hint="برای بیمهٔ عمر؛ صفر: همهٔ سال‌ها"),
            _RATE,
            *_DATED,
        ),
        columns=("insurer_id", "line_code", "sub_line", "per_mille", "valid_from", "valid_to", "source", "confidence"),
        order=("insurer_id", "line_code", "-valid_from"), is_dated=True,
        identity=("insurer_id", "line_code", "sub_line", "is_renewal", "is_company", "policy_year"),
        unique=(("insurer_id", "line_code", "sub_line", "is_renewal", "is_company", "policy_year", "valid_from"),),
    ),
    OwnList(
        key="marketer-rates", title="سهم بازاریابان", entry_title="سهم", icon="target", group="rates",
        lead="سهم هر بازاریاب؛ نرخ یک رشته بر نرخ همهٔ رشته‌ها مقدم است.", table="marketer_rates",
        fields=(
            Field(key="marketer_id", title="بازاریاب", kind=Listed("marketers"), is_required=True),
            LINE, _RATE, *_DATED[:2],
        ),
        columns=("marketer_id", "line_code", "per_mille", "valid_from", "valid_to"),
        order=("marketer_id", "line_code", "-valid_from"), is_dated=True, identity=("marketer_id", "line_code"),
        unique=(("marketer_id", "line_code", "valid_from"),),
    ),
    _choices("phone-kind", "انواع تلفن", "نوع تلفن", "همراه، منزل، محل کار و …", "phone", "people"),
    _choices("address-kind", "انواع نشانی", "نوع نشانی", "منزل، محل کار، تحویل و …", "map-pin", "people"),
    OwnList(
        key="relation", title="نسبت‌ها", entry_title="نسبت", icon="heart", group="people", table="choices",
        lead="نسبت دو مشتری با هم؛ هر نسبت از سوی دیگر هم نامی دارد.",
        fields=(
            TITLE,
            Field(
                key="inverse", title="از سوی دیگر", kind=Listed("relation-codes", is_text_key=True),
                hint="خالی: از هر دو سو یکی است",
            ),
        ),
        columns=("title", "inverse"), fixed={"list": "relation"}, details=("inverse",), has_place=True,
    ),
    _choices("person-source", "راه‌های آشنایی", "راه آشنایی", "مشتری از کجا آمده است.", "star", "people"),
    _choices("lost-reason", "دلیل‌های تمدید نشدن", "دلیل", "چرا بیمه‌نامه‌ای تمدید نشد.", "user-question", "people"),
    OwnList(
        key="gift-kinds", title="هدیه‌ها", entry_title="هدیه", icon="gift", group="people", table="gift_kinds",
        lead="هدیه‌هایی که دفتر به مشتریان می‌دهد، با بها و موجودی.",
        fields=(
            TITLE,
            Field(key="cost", title="بها (ریال)", kind=Rial()),
            Field(key="stock", title="موجودی", kind=Whole(0, 1_000_000)),
            Field(key="occasion", title="مناسبت", kind=Text(60)),
        ),
        columns=("title", "cost", "stock", "occasion"), order=("title",),
    ),
    _choices("case-kind", "انواع پرونده", "نوع پرونده", "فروش، بازاریابی، پیگیری، جلسه و …", "folder", "work"),
    OwnList(
        key="case-stage", title="مرحله‌های پرونده", entry_title="مرحله", icon="list", group="work", table="choices",
        lead="مرحله‌هایی که هر نوع پرونده یکی پس از دیگری می‌گذراند.",
        fields=(
            Field(key="parent_id", title="نوع پرونده", kind=Listed("choices:case-kind"), is_required=True), TITLE,
        ),
        columns=("title", "parent_id"), fixed={"list": "case-stage"}, order=("parent_id", "place", "id"),
        unique=(("parent_id", "title"),), has_place=True, identity=("parent_id",),
    ),
    _choices("activity-kind", "انواع کار", "نوع کار", "تماس، جلسه، بازدید و …", "checkbox", "work"),
    _choices("call-result", "نتیجه‌های تماس", "نتیجه", "آنچه پس از یک تماس نوشته می‌شود.", "phone-check", "work"),
    _choices("complaint-subject", "موضوع‌های شکایت", "موضوع", "شکایت دربارهٔ چیست.", "flag", "work"),
)  # fmt: skip
"""Every list, in the order it is shown."""

BY_KEY = {one.key: one for one in OWN_LISTS}
