"""How carriers want numbers written, and which kind of number one is. Pure: who knows the places is handed in.

Inside the house a number has one spelling (`kit.numbers`). At the border of each trunk it is written as that carrier
wants it, and what the carrier sends is read back into the one spelling.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from yingda.kit.numbers import is_mobile, normalise

EMERGENCY = frozenset({"110", "119", "120", "122"})  # police, fire, ambulance, traffic accidents
CLASSES = ("service", "free", "local", "mobile", "long_distance", "international", "premium", "other")
STYLES = ("national", "e164", "bare")  # 01062345678 | +861062345678 | 861062345678
MOBILE_ZERO = ("never", "outside", "always")
_PREMIUM = ("160", "168", "169")  # voice information lines that charge the caller by the minute
_TWO_DIGIT_AREAS = ("010", "020", "021", "022", "023", "024", "025", "027", "028", "029")


class NumberFormat(msgspec.Struct, frozen=True, kw_only=True):
    """The writing of numbers at one trunk."""

    area_code: str = ""  # where the line ends, with its 0: "010"; "" when it belongs to no place
    called_as: str = "national"  # how called numbers are sent: one of STYLES
    local_short: bool = False  # numbers of our own area are sent without the area code
    mobile_zero: str = "never"  # a 0 before mobile numbers (外地手机加0): never | outside our area | always
    prefix: str = ""  # sent before everything: "9" to get an outside line, a carrier's code
    shown_as: str = "national"  # how the number of the caller is sent
    strip_received: str = ""  # taken off the front of dialled numbers that come in
    number: str = ""  # the number that called people see, "" for the first one that leads in by this trunk


def number_class(number: str, area_code: str = "") -> str:
    """What kind of number a normalised one is: "emergency" or one of CLASSES."""
    if number in EMERGENCY:
        return "emergency"
    if number.startswith("00"):
        return "international"
    if is_mobile(number):
        return "mobile"
    if number.startswith(_PREMIUM) and 5 <= len(number) <= 8:
        return "premium"
    if number.startswith(("400", "800")) and len(number) == 10:
        return "free"
    if number.startswith("0"):
        return "local" if area_code and number.startswith(area_code) else "long_distance"
    if number.startswith(("1", "9")) and 3 <= len(number) <= 8:
        return "service"
    if number[:1] in "2345678" and len(number) in (7, 8):
        return "local"
    return "other"


def to_send(number: str, form: NumberFormat, place_of: Callable[[str], str]) -> str:
    """A normalised called number as this trunk's carrier wants it. `place_of(number)`: its place, "" unknown."""
    return form.prefix + _written(number, form, place_of)


def _written(number: str, form: NumberFormat, place_of: Callable[[str], str]) -> str:
    kind = number_class(number, form.area_code)
    if kind in ("emergency", "service", "free", "premium", "other"):
        return number
    if kind == "international":
        return number if form.called_as == "national" else ("+" if form.called_as == "e164" else "") + number[2:]
    if form.called_as != "national":
        return ("+86" if form.called_as == "e164" else "86") + number.removeprefix("0")
    if kind == "mobile":
        zero = form.mobile_zero == "always" or (form.mobile_zero == "outside" and _outside(number, form, place_of))
        return "0" + number if zero else number
    if form.local_short and form.area_code and number.startswith(form.area_code):
        return number.removeprefix(form.area_code)
    return number


def _outside(mobile: str, form: NumberFormat, place_of: Callable[[str], str]) -> bool:
    """Whether a mobile number belongs to another area. One of unknown place counts as ours: it is sent as it is."""
    subscriber = "62345678" if form.area_code in _TWO_DIGIT_AREAS else "2345678"
    here, there = place_of(form.area_code + subscriber) if form.area_code else "", place_of(mobile)
    return bool(here and there and not there.startswith(here) and not here.startswith(there))


def to_show(number: str, form: NumberFormat) -> str:
    """Our own number (normalised, or an extension) as the carrier wants to see it."""
    if not number or form.shown_as == "national" or number_class(number) not in ("mobile", "long_distance"):
        return number
    return ("+86" if form.shown_as == "e164" else "86") + number.removeprefix("0")


def received(dialled: str, form: NumberFormat) -> tuple[str, ...]:
    """What a number dialled by a caller may stand for in our list, the most literal first."""
    bare = dialled.removeprefix(form.strip_received) if form.strip_received else dialled
    return tuple(dict.fromkeys(n for n in (dialled, bare, normalise(bare, form.area_code)) if n))
