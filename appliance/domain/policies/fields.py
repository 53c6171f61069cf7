"""The fields of a policy."""

from __future__ import annotations

from appliance.core.identity import plate, vin
from appliance.domain.fields import Field, Subject
from appliance.domain.fields.kinds import Choice, Code, Day, Flag, Listed, Moment, Phone, Rial, Text, Whole
from appliance.domain.policies.status import STATUS_NARROWING, STATUS_TITLES, status_sql

PAYMENTS = {"cash": "نقدی", "instalments": "اقساطی"}
OWNERS = {"1": "صادرشده در این نمایندگی", "0": "نزد دیگران"}
_OBJECT = "(SELECT {} FROM insured_objects WHERE policy_id = policies.id ORDER BY id LIMIT 1)"
_PHONE = (
    "(SELECT number FROM person_phones WHERE person_id = policies.person_id "
    "ORDER BY is_preferred DESC, number LIKE '+989%' DESC, number LIMIT 1)"
)

OWN = ("policies.marketer_id = :reach_marketer", "policies.created_by = :reach_user")
"""What is one's own: the marketer's, or what one entered."""

POLICIES = Subject(
    key="policies",
    title="بیمه‌نامه‌ها",
    table="policies",
    sorting="end_date",
    view="policies.view",
    export="policies.export",
    reach={
        "own": " OR ".join(OWN),
        "unit": "policies.unit_id = :reach_unit",
    },
    either={"own": OWN},
    search_lead="person_search CROSS JOIN policies ON policies.person_id = person_search.rowid",
    search_row="policies.person_id",
    joins={
        "persons": "LEFT JOIN persons ON persons.id = policies.person_id",
        "lines": "LEFT JOIN lines_of_business AS lines ON lines.code = policies.line_code",
        "insurers": "LEFT JOIN insurers ON insurers.id = policies.insurer_id",
        "units": "LEFT JOIN units ON units.id = policies.unit_id",
        "marketers": "LEFT JOIN marketers ON marketers.id = policies.marketer_id",
        "lost_reasons": "LEFT JOIN choices AS lost_reasons ON lost_reasons.id = policies.lost_reason_id",
    },
    fields=(
        Field(key="policy_no", title="شمارهٔ بیمه‌نامه", kind=Code(), search_column="policies",
              is_listed=True, in_messages=True, section="شماره‌ها"),
        Field(key="core_code", title="کد رایانهٔ صدور", kind=Code(), search_column="policies", section="شماره‌ها"),
        Field(key="unique_code", title="کد یکتا", kind=Code(), search_column="policies", section="شماره‌ها"),
        Field(key="person_id", title="شمارهٔ مشتری", kind=Whole(), is_entered=False, is_filtered=False,
              is_exported=False),
        Field(key="person", title="بیمه‌گذار", kind=Text(160), is_entered=False, is_listed=True, in_messages=True,
              sql="TRIM(persons.first_name || ' ' || persons.last_name)", folded_sql="persons.search_key",
              sort_sql="persons.sort_key", search_column="names"),
        Field(key="phone", title="تلفن", kind=Phone(), sql=_PHONE, is_entered=False, is_filtered=False),
        Field(key="line_code", title="رشته", kind=Listed("lines", is_text_key=True), shown_sql="lines.short_title",
              is_listed=True, is_required=True, in_messages=True, section="پوشش"),
        Field(key="sub_line", title="مورد بیمه", kind=Text(80), section="پوشش"),
        Field(key="insurer_id", title="بیمه‌گر", kind=Listed("insurers"), shown_sql="insurers.title",
              is_required=True, in_messages=True, section="پوشش"),
        Field(key="is_ours", title="صادرکننده", kind=Choice(OWNERS), is_entered=False),
        Field(key="status", title="وضعیت", kind=Choice(STATUS_TITLES), sql=status_sql(), is_entered=False,
              is_listed=True, narrowing=STATUS_NARROWING),
        Field(key="issue_date", title="تاریخ صدور", kind=Day(), is_required=True, is_sorted=True, in_messages=True,
              section="تاریخ‌ها"),
        Field(key="start_date", title="شروع", kind=Day(), is_required=True, in_messages=True, section="تاریخ‌ها"),
        Field(key="end_date", title="انقضا", kind=Day(), is_required=True, is_listed=True, is_sorted=True,
              in_messages=True, section="تاریخ‌ها"),
        Field(key="plate", title="پلاک", kind=Code(20, check=plate), sql=_OBJECT.format("plate"), is_entered=False,
              is_filtered=False, in_messages=True),
        Field(key="vin", title="شماره شاسی", kind=Code(17, check=vin), sql=_OBJECT.format("vin"), is_entered=False,
              is_filtered=False),
        Field(key="net_premium", title="حق بیمهٔ خالص", kind=Rial(), needs="money.view", is_sorted=True,
              is_required=True, in_messages=True, section="مبلغ"),
        Field(key="vat", title="مالیات بر ارزش افزوده", kind=Rial(), needs="money.view", section="مبلغ"),
        Field(key="premium", title="حق بیمه", kind=Rial(), sql="policies.net_premium + policies.vat",
              needs="money.view", is_entered=False, is_listed=True, is_sorted=True, in_messages=True),
        Field(key="commission", title="کارمزد", kind=Rial(), needs="money.view", section="مبلغ"),
        Field(key="sum_insured", title="سرمایه", kind=Rial(), section="پوشش"),
        Field(key="no_claim_years", title="سال‌های عدم خسارت", kind=Whole(0, 30), section="پوشش"),
        Field(key="discount_percent", title="درصد تخفیف", kind=Whole(0, 100, unit="٪"), section="پوشش"),
        Field(key="pays_by", title="نحوهٔ پرداخت", kind=Choice(PAYMENTS), section="مبلغ"),
        Field(key="unit_id", title="واحد صدور", kind=Listed("units"), shown_sql="units.title", section="نمایندگی"),
        Field(key="marketer_id", title="بازاریاب", kind=Listed("marketers"), section="نمایندگی",
              shown_sql="IFNULL(marketers.name, 'فروش مستقیم')"),
        Field(key="cancel_date", title="تاریخ ابطال", kind=Day(), is_entered=False),
        Field(key="lost_reason_id", title="علت از دست رفتن", kind=Listed("choices:lost-reason"),
              shown_sql="lost_reasons.title", is_entered=False),
        Field(key="is_end_estimated", title="انقضای برآوردی", kind=Flag(), is_entered=False),
        Field(key="field_1", title="فیلد ۱", kind=Text(120), section="فیلدهای اختیاری"),
        Field(key="field_2", title="فیلد ۲", kind=Text(120), section="فیلدهای اختیاری"),
        Field(key="field_3", title="فیلد ۳", kind=Text(120), section="فیلدهای اختیاری"),
        Field(key="field_4", title="فیلد ۴", kind=Text(120), section="فیلدهای اختیاری"),
        Field(key="note", title="یادداشت", kind=Text(2000, lines=True), is_filtered=False, section="نمایندگی"),
        Field(key="created_at", title="ثبت", kind=Moment(), is_entered=False),
    ),
)  # fmt: skip
