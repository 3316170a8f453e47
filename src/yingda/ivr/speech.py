"""Speaks numbers, digits, amounts and dates with the sounds there are: the names to play one after the other. Pure.

Chinese: 两 before 百 千 万 亿 where people say it, 零 for gaps, 幺 for 1 in rows of digits (telephone numbers, plates).
English: thousands, hundreds and tens; amounts in yuan and fen, since that is what is paid here.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

_DIGIT = "yd/digit-"
_NUMBER = "yd/number-"
_LONGEST = 30
_MOST = 10 ** 12


def spoken(text: str, kind: str, language: str) -> tuple[str, ...]:
    """Sounds for a variable's value as `number`, `digits`, `amount` or `date`, zh or en; () when it cannot be said."""
    text = text.strip()[:_LONGEST]
    if kind == "digits":
        return _digits(text, language)
    if kind == "date":
        return _date(text, language)
    try:
        value = Decimal(text.replace(",", ""))
    except InvalidOperation:
        return _digits(text, language)
    if not value.is_finite() or abs(value) >= _MOST:
        return _digits(text, language)
    sign = (_NUMBER + "minus",) if value < 0 else ()
    return sign + (_amount(abs(value), language) if kind == "amount" else _decimal(abs(value), language))


def _digits(text: str, language: str) -> tuple[str, ...]:
    return tuple(_DIGIT + ("1-spoken" if digit == "1" and language == "zh" else digit)
                 for digit in text if digit.isascii() and digit.isdigit())


def _decimal(value: Decimal, language: str) -> tuple[str, ...]:
    whole, _, rest = format(value, "f").partition(".")
    rest = rest.rstrip("0")
    tail = (_NUMBER + "point", *(_DIGIT + digit for digit in rest)) if rest else ()
    return whole_number(int(whole), language) + tail


def whole_number(value: int, language: str) -> tuple[str, ...]:
    """0 ≤ value < 10¹²."""
    return _english(value) if language == "en" else _chinese(value)


# ---- Chinese


def _chinese(value: int) -> tuple[str, ...]:
    if value == 0:
        return (_DIGIT + "0",)
    out: list[str] = []
    gap = False  # a whole section was empty since the last spoken digit
    for unit, name in ((10 ** 8, "100000000"), (10 ** 4, "10000"), (1, "")):
        section = value // unit % 10_000 if unit < 10 ** 8 else value // unit
        if not section:
            gap = gap or bool(out)
            continue
        if out and (gap or section < 1000):
            out.append(_DIGIT + "0")
        alone = not out
        if section == 2 and name:
            out.append(_DIGIT + "2-count")
        else:
            out += _section(section, alone)
        if name:
            out.append(_NUMBER + name)
        gap = False
    return tuple(out)


def _section(value: int, first: bool) -> list[str]:
    """1 to 9999; `first`: nothing was said before, so 10 to 19 is 十…, not 一十…."""
    out: list[str] = []
    gap = False
    for unit in (1000, 100, 10, 1):
        digit = value // unit % 10
        if not digit:
            gap = bool(out)
            continue
        if gap:
            out.append(_DIGIT + "0")
            gap = False
        if not (unit == 10 and digit == 1 and first and not out):
            out.append(_DIGIT + ("2-count" if digit == 2 and unit >= 100 else str(digit)))
        if unit > 1:
            out.append(_NUMBER + str(unit))
    return out


# ---- English


def _english(value: int) -> tuple[str, ...]:
    if value == 0:
        return (_DIGIT + "0",)
    out: list[str] = []
    millions, rest = divmod(value, 1_000_000)
    if millions:
        out += [*_english(millions), _NUMBER + "1000000"]
    thousands, rest = divmod(rest, 1000)
    if thousands:
        out += [*_hundreds(thousands), _NUMBER + "1000"]
    return (*out, *_hundreds(rest))


def _hundreds(value: int) -> list[str]:
    out: list[str] = []
    hundreds, rest = divmod(value, 100)
    if hundreds:
        out += [_DIGIT + str(hundreds), _NUMBER + "100"]
    if rest >= 20:
        out.append(_NUMBER + str(rest // 10 * 10))
        rest %= 10
    if rest >= 10:
        out.append(_NUMBER + str(rest))
    elif rest:
        out.append(_DIGIT + str(rest))
    return out


# ---- amounts and dates


def _amount(value: Decimal, language: str) -> tuple[str, ...]:
    """Yuan, and 角 and 分 (English: fen) when there are any; rounded to the fen."""
    fen_in_all = int((value * 100).to_integral_value(rounding="ROUND_HALF_UP"))
    yuan, fen = divmod(fen_in_all, 100)
    if not fen:
        return (*whole_number(yuan, language), "yd/unit-yuan")
    out: list[str] = [*whole_number(yuan, language), "yd/unit-yuan"] if yuan else []
    if language == "en":
        return (*out, *whole_number(fen, language), "yd/unit-fen")
    if fen >= 10:
        out += [_DIGIT + str(fen // 10), "yd/unit-jiao"]
    elif yuan:
        out.append(_DIGIT + "0")
    if fen % 10:
        out += [_DIGIT + str(fen % 10), "yd/unit-fen"]
    return tuple(out)


def _date(text: str, language: str) -> tuple[str, ...]:
    """2026-11-25, with or without a time behind it; 11-25 for a day of every year."""
    found = re.match(r"(?:(\d{4})[-/.])?(\d{1,2})[-/.](\d{1,2})(?!\d)", text)
    if found is None or not 1 <= int(found[2]) <= 12 or not 1 <= int(found[3]) <= 31:
        return _digits(text, language)
    year, month, day = found[1] or "", int(found[2]), int(found[3])
    if language == "en":
        said = (f"yd/month-{month}", *whole_number(day, "en"))
        return said + (_english_year(int(year)) if year else ())
    said = (*(_DIGIT + digit for digit in year), "yd/date-year") if year else ()
    return (*said, *_chinese(month), "yd/date-month", *_chinese(day), "yd/date-day")


def _english_year(year: int) -> tuple[str, ...]:
    """2026: twenty twenty-six; 2000 and 2005: two thousand (five)."""
    high, low = divmod(year, 100)
    if low < 10 or high < 10:
        return _english(year)
    return (*_english(high), *_english(low))
