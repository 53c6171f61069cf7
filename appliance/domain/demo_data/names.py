"""Words invented persons and firms are made of."""

from __future__ import annotations

from random import Random

WOMEN = (
    "زهرا", "مریم", "فاطمه", "نرگس", "سارا", "الهام", "مینا", "پریسا", "لیلا", "شیرین", "نسرین", "آرزو", "ژاله",
    "گلناز", "مهسا", "نگار", "هانیه", "سمیرا", "رؤیا", "شهلا", "بهاره", "یاسمن", "کیمیا", "ثریا", "عاطفه",
)  # fmt: skip
MEN = (
    "علی", "محمد", "رضا", "حسین", "مهدی", "امیر", "آرش", "کاوه", "پویا", "یوسف", "وحید", "هادی", "احمد", "ابراهیم",
    "بابک", "سیاوش", "فرهاد", "کوروش", "مسعود", "ناصر", "سعید", "جواد", "منصور", "داوود", "غلامرضا", "عبدالله",
    "محمدرضا", "امیرحسین", "سهراب", "نیما",
)  # fmt: skip
_ROOTS = (
    "رضا", "احمد", "کریم", "محمد", "یوسف", "صادق", "کاظم", "حیدر", "نادر", "فتح‌الله", "اسد", "قاسم", "مراد", "شریف",
    "رحیم", "سلیمان", "بهرام", "خسرو", "جمشید", "مظفر", "نجف", "طاهر", "عظیم", "فرج", "کمال", "لطف", "منوچهر", "ولی",
)  # fmt: skip
_ENDINGS = ("ی", "ی", "یان", "زاده", "پور", "نژاد", "ی‌فر", "ی‌راد", "ی مقدم", "ی‌نیا")
_WORDS = ("زاده", "پور", "نژاد")
_NOT_JOINING = "اآدذرزژو"
"""Letters that join no following one: no half-space is written after them."""
JOBS = (
    "پزشک", "معلم", "مهندس عمران", "راننده", "کارمند بانک", "وکیل", "نانوا", "مغازه‌دار", "پرستار", "بازنشسته",
    "کشاورز", "دانشجو", "آرایشگر", "حسابدار", "مکانیک", "خانه‌دار", "برنامه‌نویس", "تاجر",
)  # fmt: skip
POSITIONS = ("مدیرعامل", "کارشناس", "مدیر مالی", "مالک", "سرپرست", "کارمند")
_TRADES = (
    "بازرگانی",
    "صنایع",
    "حمل‌ونقل",
    "کارگاه",
    "تولیدی",
    "مهندسی",
    "پخش",
    "کشت و صنعت",
    "آموزشگاه",
    "ساختمانی",
)
_FIRMS = ("آفتاب", "سپیدار", "کوهسار", "دریا", "نسیم", "البرز", "زاگرس", "پارس", "کیهان", "مهرگان", "آبان", "سپهر",
          "ارغوان", "بنفشه", "تندر", "ستاره", "نگین", "هیرمند")  # fmt: skip
STREETS = ("بهار", "لاله", "نیلوفر", "سرو", "صنوبر", "یاس", "مینا", "نسترن", "شقایق", "چنار", "سپیدار", "کاج")
CARS = (
    "پراید ۱۳۱", "پژو ۲۰۶", "پژو پارس", "سمند", "تیبا", "کوییک", "دنا", "رانا", "ساینا", "شاهین", "تارا", "ال ۹۰",
    "نیسان وانت", "هیوندای i20", "کیا سراتو",
)  # fmt: skip


def last_name(random: Random) -> str:
    """Give a family name."""
    return joined(random.choice(_ROOTS), random.choice(_ENDINGS))


def joined(root: str, ending: str) -> str:
    """Put a family name together as it is written: «رضایی», «ولیان», «کریم‌پور» with a half-space, «احمدپور» without."""
    if ending.startswith("ی") and root.endswith("ا"):
        return f"{root}ی{ending}"
    if ending.startswith("ی") and root.endswith("ی"):
        return f"{root}{ending[1:]}"
    if ending in _WORDS and root[-1] not in _NOT_JOINING:
        return f"{root}\u200c{ending}"
    return f"{root}{ending}"


def firm(random: Random) -> str:
    """Give a firm's name."""
    return f"{random.choice(_TRADES)} {random.choice(_FIRMS)} {random.choice(_FIRMS)}"


def address(random: Random) -> str:
    """Give a postal address."""
    return f"خیابان {random.choice(STREETS)}، کوچهٔ {random.choice(STREETS)}، پلاک {random.randint(1, 180)}"
