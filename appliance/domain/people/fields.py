"""The fields of a person."""

from __future__ import annotations

from appliance.core.identity import postal_code
from appliance.domain.fields import Field, Subject
from appliance.domain.fields.kinds import (
    Choice,
    Code,
    Day,
    Flag,
    Hundredths,
    Listed,
    Moment,
    Phone,
    Text,
    Whole,
)

KINDS = {"natural": "حقیقی", "legal": "حقوقی"}
STANDINGS = {"prospect": "مشتری احتمالی", "customer": "مشتری"}
GENDERS = {"female": "زن", "male": "مرد"}
GRADES = {
    "gold": "طلایی", "silver": "نقره‌ای", "bronze": "برنزی", "ordinary": "عادی", "attention": "نیازمند توجه",
    "new": "جدید",
}  # fmt: skip

_MOBILE = (
    "(SELECT number FROM person_phones WHERE person_id = persons.id "
    "ORDER BY is_preferred DESC, number LIKE '+989%' DESC, number LIMIT 1)"
)
_ADDRESS = (
    "(SELECT {} FROM person_addresses WHERE person_id = persons.id ORDER BY is_default DESC, id LIMIT 1)"
)
_BOUNCED = (
    "(SELECT COUNT(*) FROM cheques WHERE cheques.person_id = persons.id "
    "AND cheques.state IN ('bounced', 'legal'))"
)
_CURRENT = (
    "(SELECT COUNT(*) FROM policies AS own WHERE own.person_id = persons.id AND own.is_ours = 1 "
    "AND own.cancel_date IS NULL AND own.end_date >= :today)"
)

OWN = ("persons.marketer_id = :reach_marketer", "persons.created_by = :reach_user")
"""What is one's own: the marketer's, or what one entered."""

PERSONS = Subject(
    key="persons",
    title="مشتریان",
    table="persons",
    sorting="name",
    view="persons.view",
    export="persons.export",
    always="persons.archived_at IS NULL",
    search_lead="person_search CROSS JOIN persons ON persons.id = person_search.rowid",
    search_row="persons.id",
    reach={
        "own": " OR ".join(OWN),
        "unit": "persons.unit_id = :reach_unit",
    },
    either={"own": OWN},
    joins={
        "cities": "LEFT JOIN cities ON cities.id = persons.city_id",
        "provinces": "LEFT JOIN provinces ON provinces.area_code = cities.province",
        "regions": "LEFT JOIN regions ON regions.id = persons.region_id",
        "units": "LEFT JOIN units ON units.id = persons.unit_id",
        "marketers": "LEFT JOIN marketers ON marketers.id = persons.marketer_id",
        "sources": "LEFT JOIN choices AS sources ON sources.id = persons.source_id",
        "referrers": "LEFT JOIN persons AS referrers ON referrers.id = persons.referrer_id",
    },
    fields=(
        Field(
            key="name", title="نام", kind=Text(160), sql="TRIM(persons.first_name || ' ' || persons.last_name)",
            sort_sql="persons.sort_key", folded_sql="persons.search_key", search_column="names",
            is_entered=False, is_listed=True, is_sorted=True, in_messages=True,
        ),
        Field(key="kind", title="نوع", kind=Choice(KINDS), section="هویت", is_required=True),
        Field(key="standing", title="وضعیت", kind=Choice(STANDINGS), is_listed=True, is_entered=False),
        Field(key="title", title="عنوان", kind=Text(40), section="هویت", hint="دکتر، مهندس …", in_messages=True),
        Field(key="first_name", title="نام", kind=Text(80), section="هویت", is_filtered=False, is_exported=False),
        Field(key="last_name", title="نام خانوادگی یا نام شرکت", kind=Text(80), section="هویت", is_required=True,
              is_filtered=False, is_exported=False, in_messages=True),
        Field(key="national_id", title="کد ملی یا شناسهٔ ملی", kind=Code(12), section="هویت", needs="persons.identity",
              worth=20),
        Field(key="father_name", title="نام پدر", kind=Text(80), section="هویت"),
        Field(key="birth_date", title="تاریخ تولد", kind=Day(), section="هویت", worth=15, in_messages=True),
        Field(key="gender", title="جنسیت", kind=Choice(GENDERS), section="هویت"),
        Field(key="job", title="شغل", kind=Text(60), section="کار", worth=10, search_column="names"),
        Field(key="position", title="سمت", kind=Text(60), section="کار", worth=5),
        Field(key="phone", title="تلفن", kind=Phone(), sql=_MOBILE, is_entered=False, is_listed=True, worth=20,
              is_filtered=False, in_messages=True),
        Field(key="province", title="استان", kind=Listed("provinces", is_text_key=True), sql="cities.province",
              shown_sql="provinces.name", is_entered=False),
        Field(key="city_id", title="شهر", kind=Listed("cities"), shown_sql="cities.name", section="محل",
              is_listed=True, worth=5),
        Field(key="region_id", title="منطقه", kind=Listed("regions"), shown_sql="regions.title", section="محل",
              is_listed=True, worth=5),
        Field(key="address", title="نشانی", kind=Text(300), sql=_ADDRESS.format("address"), is_entered=False,
              worth=10, is_filtered=False),
        Field(key="postal_code", title="کد پستی", kind=Code(10, check=postal_code), sql=_ADDRESS.format("postal_code"),
              is_entered=False, worth=5, is_filtered=False),
        Field(key="email", title="رایانامه", kind=Text(120), is_entered=False, is_filtered=False, worth=5,
              sql="(SELECT address FROM person_electronic WHERE person_id = persons.id AND kind = 'email' "
                  "ORDER BY is_preferred DESC, id LIMIT 1)"),
        Field(key="unit_id", title="واحد", kind=Listed("units"), shown_sql="units.title", section="نمایندگی"),
        Field(key="marketer_id", title="بازاریاب", kind=Listed("marketers"), shown_sql="marketers.name",
              section="نمایندگی"),
        Field(key="source_id", title="نحوهٔ آشنایی", kind=Listed("choices:person-source"), shown_sql="sources.title",
              section="نمایندگی"),
        Field(key="referrer_id", title="معرف", kind=Listed("persons"), section="نمایندگی",
              shown_sql="TRIM(referrers.first_name || ' ' || referrers.last_name)"),
        Field(key="interest", title="علاقه‌مندی", kind=Text(120), section="نمایندگی"),
        Field(key="is_vip", title="مشتری ویژه", kind=Flag(), section="نمایندگی"),
        Field(key="do_not_disturb", title="پیام تبلیغاتی نفرستید", kind=Flag(), section="نمایندگی"),
        Field(key="note", title="یادداشت", kind=Text(2000, lines=True), section="نمایندگی", is_filtered=False),
        Field(key="completeness", title="کامل‌بودن اطلاعات", kind=Whole(0, 100, unit="٪"), is_entered=False,
              is_sorted=True),
        Field(key="grade", title="رتبه", kind=Choice(GRADES), sql="persons.rank_grade", is_entered=False),
        Field(key="score", title="امتیاز رتبه", kind=Hundredths(100), is_entered=False, is_sorted=True,
              sql="CAST(ROUND(persons.rank_score * 100) AS INTEGER)", sort_sql="persons.rank_score",
              ties_sql="persons.sort_key"),
        Field(key="loss_ratio", title="ضریب خسارت", kind=Hundredths(unit="٪"), is_entered=False, is_sorted=True),
        Field(key="policies", title="بیمه‌نامهٔ جاری", kind=Whole(), sql=_CURRENT, is_entered=False, is_listed=True),
        Field(key="bounced_cheques", title="چک برگشتی", kind=Whole(), sql=_BOUNCED, is_entered=False,
              counted_sql="SELECT person_id FROM cheques WHERE state IN ('bounced', 'legal')"),
        Field(key="created_at", title="تاریخ ثبت", kind=Moment(), is_entered=False, is_sorted=True),
    ),
)  # fmt: skip
