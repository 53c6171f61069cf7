"""Numbers that pass every check and belong to nobody."""

from __future__ import annotations

from random import Random

PLATE_LETTERS = "بجدسصطقلمنوهی"


def national_id(serial: int) -> str:
    """Give the `serial`-th identity number of town 999, with its check digit."""
    nine = f"999{serial:06d}"
    rest = sum(int(digit) * (10 - place) for place, digit in enumerate(nine)) % 11
    return f"{nine}{rest if rest < 2 else 11 - rest}"


def legal_id(serial: int) -> str:
    """Give the `serial`-th identity number of a firm, with its check digit."""
    ten = f"99{serial + 1_000_000:08d}"
    tens = int(ten[9]) + 2
    rest = sum((tens + int(ten[place])) * (29, 27, 23, 19, 17)[place % 5] for place in range(10)) % 11
    return f"{ten}{0 if rest == 10 else rest}"


def mobile(serial: int) -> str:
    """Give the key of the `serial`-th mobile number of the unassigned 0970 block."""
    return f"+98970{serial:07d}"


def landline(area_code: str, serial: int) -> str:
    """Give the key of a landline whose subscriber number begins with 1."""
    return f"+98{area_code}1{serial:07d}"


def plate(random: Random) -> str:
    """Give a car's plate as stored."""
    digits = "".join(str(random.randint(1, 9)) for _ in range(5))
    return (
        f"{digits[:2]}{random.choice(PLATE_LETTERS)}{digits[2:]}-{random.randint(1, 9)}{random.randint(0, 9)}"
    )
