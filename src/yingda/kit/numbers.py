"""Chinese telephone numbers: one spelling for storing and comparing, the place they belong to, and masking.

The spelling ("normalised"): digits only. Mobile numbers have their 11 digits, landlines their area code with the 0
(01062345678), service numbers (400…, 95…, 110) and extensions as they are dialled, foreign numbers 00 and the country
code. Withheld or unreadable: "".
"""

from __future__ import annotations

import importlib.util
import re
from array import array
from bisect import bisect_left
from functools import lru_cache
from pathlib import Path

_KEEP = re.compile(r"[^0-9+]")
_WITHHELD = frozenset({"anonymous", "unknown", "unavailable", "restricted", "private", "withheld", "asterisk"})
_IP_PREFIXES = ("12593", "17951", "17911", "17909", "17900", "10193", "11808", "12520")  # carriers' long-distance codes
_WIDE = str.maketrans("０１２３４５６７８９＋", "0123456789+")
_MOBILE = re.compile(r"1[3-9]\d{9}")
_AREA_2 = ("10", "20", "21", "22", "23", "24", "25", "27", "28", "29")  # two-digit area codes; all others have three
_LANDLINE = re.compile(r"[2-8]\d{6,7}")
_LONGEST = 20  # with prefixes
_LONGEST_CLEAN = 17  # 00 and the 15 digits of the international plan


@lru_cache(maxsize=4_096)  # a company's own numbers are dialled all day
def normalise(raw: str, area_code: str = "") -> str:
    """The one spelling of a number as carriers and people write it; "" when withheld or unreadable.

    `area_code` ("010"): where we are, put before local landline numbers of 7 or 8 digits.
    Applying it to its own result changes nothing.
    """
    text = raw.translate(_WIDE).strip()
    if text.lower().startswith(("sip:", "sips:", "tel:")):
        text = text.split(":", 1)[1]
    text = text.split("@", 1)[0].split(";", 1)[0]
    if text.strip().lower() in _WITHHELD:
        return ""
    digits = _KEEP.sub("", text)
    plus = digits.startswith("+")
    digits = digits.replace("+", "")
    if not digits or len(digits) > _LONGEST or len(text) > 64:
        return ""
    clean = _foreign_or_home(digits, area_code) if plus else _dialled(digits, area_code)
    for _ in range(4):  # prefixes written twice by mistake: until nothing changes
        before, clean = clean, _dialled(clean, area_code)
        if clean == before:
            break
    return clean if len(clean) <= _LONGEST_CLEAN else ""


def _foreign_or_home(digits: str, area_code: str) -> str:
    """After a plus: 86 is home, anything else a foreign country."""
    digits = digits.lstrip("0") or ""
    if digits.startswith("86") and len(digits) > 4:
        return _home(digits[2:], area_code)
    return "00" + digits if len(digits) >= 4 else digits


def _dialled(digits: str, area_code: str) -> str:
    if digits.startswith(_IP_PREFIXES):
        for prefix in _IP_PREFIXES:
            rest = digits[len(prefix):]
            if digits.startswith(prefix) and len(rest) >= 10:
                return _dialled(rest, area_code)
    if digits.startswith("00"):
        rest = digits.lstrip("0")
        if rest.startswith("86") and len(rest) > 4:
            return _home(rest[2:], area_code)
        return "00" + rest if len(rest) >= 4 else ""
    if digits.startswith("86") and len(digits) >= 12 and _is_national(digits[2:]):
        return _home(digits[2:], area_code)
    return _home(digits, area_code)


def _is_national(digits: str) -> bool:
    """Whether what follows 86 is a whole national number, with or without its 0."""
    bare = digits.removeprefix("0")
    return bool(_MOBILE.fullmatch(bare)) or _landline_with_area(bare)


def _landline_with_area(digits: str) -> bool:
    """Area code without 0 and subscriber number."""
    if digits[:2] in _AREA_2:
        return bool(_LANDLINE.fullmatch(digits[2:])) and len(digits) == 10
    return len(digits) in (10, 11) and digits[0] in "3456789" and bool(_LANDLINE.fullmatch(digits[3:]))


def _home(digits: str, area_code: str) -> str:
    """A number inside the country, without country code."""
    bare = digits.lstrip("0")
    if _MOBILE.fullmatch(bare):  # 0138… is how a mobile number is dialled from another city
        return bare
    if digits.startswith("0"):
        return "0" + bare if bare else ""
    if digits.startswith(("400", "800")) and len(digits) == 10:
        return digits
    if _landline_with_area(digits) and len(digits) >= 10:
        return "0" + digits
    if area_code and len(digits) in (7, 8) and _LANDLINE.fullmatch(digits):
        return area_code + digits
    return digits


def reverse(number: str) -> str:
    """The number read backwards: a suffix search becomes a prefix search."""
    return number[::-1]


def mask(number: str) -> str:
    """For those who may not see it: 138****8000, 010****5678; short and service numbers stay."""
    if len(number) < 7 or (number.startswith(("400", "800")) and len(number) == 10) or (
            number.startswith("95") and len(number) <= 8):
        return number
    if len(number) >= 10:
        return number[:3] + "*" * (len(number) - 7) + number[-4:]
    return number[:2] + "*" * (len(number) - 4) + number[-2:]


def is_mobile(number: str) -> bool:
    """Whether a normalised number is a Chinese mobile number."""
    return bool(_MOBILE.fullmatch(number))


@lru_cache(maxsize=20_000)
def area(number: str) -> str:
    """The Chinese place of a normalised number ("山东省济南市"), "" when none is known or the number is foreign.

    The first call reads the tables: half a second, so make it in a thread; later ones take microseconds.
    """
    if len(number) < 9 or number.startswith("00") or (len(number) == 10 and not number.startswith("0")):
        return ""
    digits = "86" + number.removeprefix("0")
    prefixes, places, names = _areas()
    for length in range(min(9, len(digits)), 3, -1):
        wanted = int(digits[:length])
        at = bisect_left(prefixes, wanted)
        if at < len(prefixes) and prefixes[at] == wanted:
            return names[places[at]]
    return ""


@lru_cache(maxsize=1)
def _areas() -> tuple[array[int], array[int], tuple[str, ...]]:
    """Sorted prefixes, the index of each one's place, and the places.

    The `phonenumbers` package carries the whole world in two languages, 100 MB once loaded; its files are read one by
    one and only China is kept: 1 MB.
    """
    found = importlib.util.find_spec("phonenumbers")
    folder = Path(found.origin).parent / "geodata" if found and found.origin else Path()
    kept: dict[int, str] = {}
    for file in sorted(folder.glob("data*.py")):
        spec = importlib.util.spec_from_file_location(f"phonenumbers.geodata._{file.stem}", file)
        if spec is None or spec.loader is None:
            continue
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        kept.update((int(prefix), by_language["zh"]) for prefix, by_language in module.data.items()
                    if prefix.startswith("86") and "zh" in by_language)
    names = tuple(sorted(set(kept.values())))
    place = {name: at for at, name in enumerate(names)}
    order = sorted(kept)
    return array("q", order), array("H", [place[kept[prefix]] for prefix in order]), names
