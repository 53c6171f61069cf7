"""The first rows of the lists an office works with; all of them may be changed in the settings."""

from __future__ import annotations

import json

from sqlite_utils import Database

from db.text import sort_key

PROVINCES = (
    ("11", "مازندران", "ساری"),
    ("13", "گیلان", "رشت"),
    ("17", "گلستان", "گرگان"),
    ("21", "تهران", "تهران"),
    ("23", "سمنان", "سمنان"),
    ("24", "زنجان", "زنجان"),
    ("25", "قم", "قم"),
    ("26", "البرز", "کرج"),
    ("28", "قزوین", "قزوین"),
    ("31", "اصفهان", "اصفهان"),
    ("34", "کرمان", "کرمان"),
    ("35", "یزد", "یزد"),
    ("38", "چهارمحال و بختیاری", "شهرکرد"),
    ("41", "آذربایجان شرقی", "تبریز"),
    ("44", "آذربایجان غربی", "ارومیه"),
    ("45", "اردبیل", "اردبیل"),
    ("51", "خراسان رضوی", "مشهد"),
    ("54", "سیستان و بلوچستان", "زاهدان"),
    ("56", "خراسان جنوبی", "بیرجند"),
    ("58", "خراسان شمالی", "بجنورد"),
    ("61", "خوزستان", "اهواز"),
    ("66", "لرستان", "خرم‌آباد"),
    ("71", "فارس", "شیراز"),
    ("74", "کهگیلویه و بویراحمد", "یاسوج"),
    ("76", "هرمزگان", "بندرعباس"),
    ("77", "بوشهر", "بوشهر"),
    ("81", "همدان", "همدان"),
    ("83", "کرمانشاه", "کرمانشاه"),
    ("84", "ایلام", "ایلام"),
    ("86", "مرکزی", "اراک"),
    ("87", "کردستان", "سنندج"),
)
"""Dialling code without the 0, province, its centre (`insurance-domain` facts, section 10)."""

LINES = (
    ("TPL", "اتومبیل - ثالث", "ثالث", "vehicle", 365, 1, 1),
    ("HUL", "اتومبیل - بدنه", "بدنه", "vehicle", 365, 1, 1),
    ("FIR-R", "آتش‌سوزی مسکونی", "آتش‌سوزی مسکونی", "place", 365, 1, 1),
    ("FIR-C", "آتش‌سوزی غیرصنعتی", "آتش‌سوزی غیرصنعتی", "place", 365, 1, 1),
    ("FIR-I", "آتش‌سوزی صنعتی", "آتش‌سوزی صنعتی", "place", 365, 1, 1),
    ("LIF-S", "عمر و پس‌انداز", "عمر", "person", 3652, 0, 0),
    ("LIF-T", "عمر زمانی", "عمر زمانی", "person", 365, 1, 0),
    ("LIF-G", "عمر گروهی", "عمر گروهی", "group", 365, 1, 0),
    ("HLT-I", "درمان تکمیلی انفرادی", "درمان انفرادی", "person", 365, 1, 0),
    ("HLT-G", "درمان تکمیلی گروهی", "درمان گروهی", "group", 365, 1, 0),
    ("ACC-I", "حوادث انفرادی", "حوادث انفرادی", "person", 365, 1, 1),
    ("ACC-G", "حوادث گروهی", "حوادث گروهی", "group", 365, 1, 1),
    ("ACC-D", "حوادث تحصیلی", "حوادث تحصیلی", "group", 365, 1, 1),
    ("LIA", "مسئولیت", "مسئولیت", "other", 365, 1, 1),
    ("CAR-I", "باربری وارداتی", "باربری وارداتی", "shipment", 90, 0, 1),
    ("CAR-E", "باربری صادراتی", "باربری صادراتی", "shipment", 90, 0, 1),
    ("CAR-D", "باربری داخلی", "باربری داخلی", "shipment", 30, 0, 1),
    ("ENG", "مهندسی", "مهندسی", "project", 365, 1, 1),
    ("MAR", "کشتی", "کشتی", "other", 365, 1, 1),
    ("AVI", "هواپیما", "هواپیما", "other", 365, 1, 1),
    ("ENE", "نفت و انرژی", "انرژی", "other", 365, 1, 1),
    ("TRV", "مسافرتی", "مسافرتی", "person", 30, 0, 1),
    ("MON", "پول", "پول", "other", 365, 1, 1),
    ("CRE", "اعتبار", "اعتبار", "other", 365, 1, 1),
    ("GLS", "شیشه", "شیشه", "place", 365, 1, 1),
    ("LIV", "دام و کشاورزی", "کشاورزی", "other", 365, 1, 1),
    ("OTH", "سایر رشته‌ها", "سایر", "other", 365, 1, 1),
)
"""Code, title, short title, insured object, usual term in days, renewable, VAT (facts, section 2)."""

CHOICES: dict[str, tuple[tuple[str, str], ...]] = {
    "phone-kind": (("mobile", "همراه"), ("home", "منزل"), ("office", "محل کار"), ("fax", "دورنگار")),
    "address-kind": (("home", "منزل"), ("office", "محل کار"), ("delivery", "تحویل")),
    "relation": (
        ("spouse", "همسر"),
        ("father", "پدر"),
        ("mother", "مادر"),
        ("child", "فرزند"),
        ("sibling", "خواهر یا برادر"),
        ("employer", "کارفرما"),
        ("employee", "کارمند"),
        ("friend", "دوست"),
        ("partner", "شریک"),
        ("director", "مدیرعامل"),
        ("firm", "شرکت"),
        ("relative", "خویشاوند"),
    ),
    "person-source": (
        ("call", "تماس تلفنی"),
        ("walk-in", "مراجعهٔ حضوری"),
        ("referral", "معرفی مشتری"),
        ("marketer", "بازاریاب"),
        ("import", "سیستم جامع"),
        ("advert", "تبلیغات"),
    ),
    "lost-reason": (
        ("price", "قیمت"),
        ("sold", "فروش مورد بیمه"),
        ("dissatisfied", "نارضایتی"),
        ("other-agent", "نمایندگی دیگر"),
        ("unreachable", "در دسترس نبودن"),
    ),
    "case-kind": (
        ("sales", "فروش"),
        ("marketing", "بازاریابی"),
        ("management", "پیگیری مدیریتی"),
        ("meeting", "جلسه"),
    ),
    "activity-kind": (
        ("call", "تماس"),
        ("meeting", "جلسه"),
        ("visit", "بازدید"),
        ("message", "پیامک"),
        ("document", "مدرک"),
        ("task", "کار"),
        ("call-back", "تماس مجدد"),
        ("sales", "فروش"),
    ),
    "call-result": (
        ("done", "انجام شد"),
        ("follow-up", "نیاز به پیگیری"),
        ("no-answer", "پاسخ نداد"),
        ("renewal", "تمدید می‌کند"),
        ("refused", "تمایل ندارد"),
        ("wrong", "شمارهٔ اشتباه"),
    ),
    "complaint-subject": (
        ("service", "نحوهٔ خدمت"),
        ("claim", "خسارت"),
        ("premium", "حق بیمه"),
        ("delay", "تأخیر"),
        ("other", "سایر"),
    ),
}
"""Built-in entries of the lists an owner may extend; the code is what the product asks for."""

INVERSE = {
    "spouse": "spouse",
    "father": "child",
    "mother": "child",
    "child": "relative",
    "sibling": "sibling",
    "employer": "employee",
    "employee": "employer",
    "friend": "friend",
    "partner": "partner",
    "director": "firm",
    "firm": "director",
    "relative": "relative",
}

STAGES = {
    "sales": ("شناسایی نیاز", "ارائهٔ پیشنهاد", "پیگیری", "نتیجه"),
    "marketing": ("شناسایی", "تماس نخست", "جلسه", "نتیجه"),
    "management": ("ثبت", "در حال پیگیری", "نتیجه"),
    "meeting": ("برنامه‌ریزی", "برگزارشده"),
}
"""Stages of each kind of case."""

VAT = (
    (90, "2008-09-22", "2024-03-19", "practice", "۹٪ تا پایان ۱۴۰۲، بر پایهٔ برنامه‌های نمایندگی"),
    (100, "2024-03-20", None, "general", "۱۰٪ از ۱۴۰۳"),
)

ACCOUNTS = (
    ("11", None, "موجودی نقد", "debit", None, 0),
    ("1101", "11", "صندوق", "debit", "bank", 0),
    ("1102", "11", "بانک‌ها و کارت‌خوان", "debit", "bank", 0),
    ("12", None, "اسناد دریافتنی", "debit", None, 0),
    ("1201", "12", "اسناد دریافتنی نزد صندوق", "debit", "person", 0),
    ("1202", "12", "اسناد در جریان وصول", "debit", "person", 0),
    ("1203", "12", "اسناد برگشتی", "debit", "person", 0),
    ("13", None, "حساب‌های دریافتنی", "debit", None, 0),
    ("1301", "13", "بیمه‌گذاران", "debit", "person", 0),
    ("1302", "13", "کارمزد دریافتنی از بیمه‌گر", "debit", "insurer", 0),
    ("1303", "13", "سایر دریافتنی و علی‌الحساب بازاریاب", "debit", "marketer", 0),
    ("15", None, "دارایی‌های ثابت", "debit", None, 0),
    ("1501", "15", "اموال و اثاثه", "debit", None, 0),
    ("1502", "15", "استهلاک انباشته", "credit", None, 0),
    ("21", None, "حساب‌های پرداختنی", "credit", None, 0),
    ("2101", "21", "بیمه‌گر - حق بیمهٔ پرداختنی", "credit", "insurer", 0),
    ("2102", "21", "بازاریابان - پورسانت پرداختنی", "credit", "marketer", 0),
    ("2103", "21", "اسناد پرداختنی", "credit", None, 0),
    ("2104", "21", "مالیات تکلیفی", "credit", None, 0),
    ("2105", "21", "مالیات بر ارزش افزوده", "credit", None, 0),
    ("2106", "21", "بستانکاران و پیش‌دریافت بیمه‌گذاران", "credit", "person", 0),
    ("31", None, "حقوق صاحبان سرمایه", "credit", None, 0),
    ("3101", "31", "سرمایه", "credit", None, 0),
    ("3102", "31", "سود و زیان انباشته", "both", None, 0),
    ("3103", "31", "برداشت", "debit", None, 0),
    ("41", None, "درآمدها", "credit", None, 0),
    ("4101", "41", "درآمد کارمزد", "credit", "line", 0),
    ("4102", "41", "سایر درآمدها", "credit", None, 0),
    ("51", None, "هزینه‌ها", "debit", None, 0),
    ("5101", "51", "پورسانت بازاریابان", "debit", "marketer", 0),
    ("5102", "51", "تخفیف اعطایی از محل نماینده", "debit", "person", 0),
    ("5103", "51", "حقوق", "debit", None, 0),
    ("5104", "51", "اجاره", "debit", None, 0),
    ("5105", "51", "پیامک و ارتباطات", "debit", None, 0),
    ("5106", "51", "هدایا", "debit", None, 0),
    ("5107", "51", "کارمزد بانکی و کسورات", "debit", None, 0),
    ("5199", "51", "سایر هزینه‌ها", "debit", None, 0),
    ("91", None, "حساب‌های انتظامی", "both", None, 1),
    ("9101", "91", "اسناد تضمینی ما", "debit", None, 1),
    ("9201", "91", "طرف حساب‌های انتظامی", "credit", None, 1),
)
"""Code, parent, title, nature, detail, memo (facts, section 17)."""


def step(db: Database) -> None:
    """Fill the first lists."""
    conn = db.conn
    conn.executemany("INSERT INTO provinces (area_code, name, centre) VALUES (?, ?, ?)", PROVINCES)
    conn.executemany(
        "INSERT INTO cities (province, name, sort_key) VALUES (?, ?, ?)",
        [(code, centre, sort_key(centre)) for code, _name, centre in PROVINCES],
    )
    conn.executemany(
        "INSERT INTO lines_of_business (code, title, short_title, object_kind, usual_days, is_renewable, has_vat, "
        "place) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [(*line, place * 10) for place, line in enumerate(LINES, 1)],
    )
    _fill_choices(db)
    conn.executemany(
        "INSERT INTO dated_rates (subject, per_mille, valid_from, valid_to, confidence, source) "
        "VALUES ('vat', ?, ?, ?, ?, ?)",
        VAT,
    )
    conn.executemany(
        "INSERT INTO accounts (code, parent, title, nature, detail_kind, is_memo, is_builtin) "
        "VALUES (?, ?, ?, ?, ?, ?, 1)",
        ACCOUNTS,
    )


def _fill_choices(db: Database) -> None:
    for name, entries in CHOICES.items():
        for place, (code, title) in enumerate(entries, 1):
            details = json.dumps({"inverse": INVERSE[code]}) if name == "relation" else "{}"
            db.conn.execute(
                "INSERT INTO choices (list, code, title, place, details, is_builtin) VALUES (?, ?, ?, ?, ?, 1)",
                (name, code, title, place * 10, details),
            )
    for kind, stages in STAGES.items():
        parent = db.conn.execute(
            "SELECT id FROM choices WHERE list = 'case-kind' AND code = ?", (kind,)
        ).fetchone()[0]
        db.conn.executemany(
            "INSERT INTO choices (list, title, parent_id, place) VALUES ('case-stage', ?, ?, ?)",
            [(title, parent, place * 10) for place, title in enumerate(stages, 1)],
        )
