"""The GSM 7-bit default alphabet and its packing into octets (3GPP TS 23.038, clauses 6.1.2 and 6.2.1).

The national tables (TS 23.038, annex A) have none for Persian or Arabic, so they are not used for sending; a
received message that names one is read with the default table.
"""

from __future__ import annotations

ESCAPE = 0x1B
"""Septet that announces one of the extension table (TS 23.038, 6.2.1.1)."""
_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = {
    0x0A: "\f", 0x14: "^", 0x28: "{", 0x29: "}", 0x2F: "\\", 0x3C: "[", 0x3D: "~", 0x3E: "]", 0x40: "|", 0x65: "€",
}  # fmt: skip
_SEPTETS: dict[str, tuple[int, ...]] = {
    **{letter: (code,) for code, letter in enumerate(_BASIC) if code != ESCAPE},
    **{letter: (ESCAPE, code) for code, letter in _EXTENSION.items()},
}


def septets_of(letter: str) -> tuple[int, ...] | None:
    """Give the one or two septets of a letter, None when the alphabet does not have it."""
    return _SEPTETS.get(letter)


def is_gsm7(text: str) -> bool:
    """Say whether every letter of the text is in the default alphabet or its extension."""
    return all(letter in _SEPTETS for letter in text)


def encode(text: str) -> bytes:
    """Give the text as septets, one in each octet. Raises ValueError for a letter the alphabet does not have."""
    septets = bytearray()
    for letter in text:
        codes = _SEPTETS.get(letter)
        if codes is None:
            raise ValueError(f"U+{ord(letter):04X} is not in the GSM 7-bit alphabet")
        septets.extend(codes)
    return bytes(septets)


def decode(septets: bytes) -> str:
    """Give the text of septets. Never raises: an unknown extension shows the basic letter, as 6.2.1.1 asks."""
    letters: list[str] = []
    escaped = False
    for septet in septets:
        code = septet & 0x7F
        if escaped:
            letters.append(_EXTENSION.get(code, " " if code == ESCAPE else _BASIC[code]))
            escaped = False
        elif code == ESCAPE:
            escaped = True
        else:
            letters.append(_BASIC[code])
    return "".join(letters)


def pack(septets: bytes, fill_bits: int = 0) -> bytes:
    """Pack septets into octets behind `fill_bits` zero bits (0-6), least significant first (TS 23.038, 6.1.2.1)."""
    value, bits = 0, fill_bits
    for septet in septets:
        value |= (septet & 0x7F) << bits
        bits += 7
    return value.to_bytes((bits + 7) // 8, "little")


def unpack(octets: bytes, count: int, fill_bits: int = 0) -> bytes:
    """Give at most `count` septets of packed octets; fewer when the octets end early."""
    value = int.from_bytes(octets, "little") >> fill_bits
    available = max(len(octets) * 8 - fill_bits, 0) // 7
    return bytes((value >> (7 * index)) & 0x7F for index in range(min(count, available)))
