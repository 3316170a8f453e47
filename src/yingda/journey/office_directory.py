"""The office telephone as the engine knows it: ways out, who may call what, extension features, rooms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from yingda.org.sealing import Seal
    from yingda.store.engine import Uow


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """A way out. Neither classes nor prefix: for every number."""

    name: str = ""
    classes: tuple[str, ...] = ()
    prefix: str = ""
    trunk_ids: tuple[str, ...] = ()


class CallingRule(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody may call. `classes` None: as the wider rule says. Ceilings: 0 = as the wider rule says."""

    classes: tuple[str, ...] | None = None
    minutes_a_day: int = 0
    fen_a_day: int = 0
    at_once: int = 0
    at_night: bool = False  # the odd-hour rule does not apply
    shown: str = ""  # number that called people see


class Tariff(msgspec.Struct, frozen=True, kw_only=True):
    prefix: str
    fen_a_minute: int


class Toll(msgspec.Struct, frozen=True, kw_only=True):
    """The site's guard against toll fraud. Ceilings of the whole site: 0 = none."""

    minutes_a_day: int = 0
    fen_a_day: int = 0
    at_once: int = 0
    night_from: int = 0  # minutes after midnight in the site's zone; equal to night_to: no odd hours
    night_to: int = 0
    night_classes: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()  # prefixes that nobody may call
    tariffs: tuple[Tariff, ...] = ()
    area_code: str = ""  # which numbers are local


class Features(msgspec.Struct, frozen=True, kw_only=True):
    """Of one extension. The ways are destinations ("" = none); see `journey/forwarding.py`."""

    extension: str
    always: str = ""
    closed: str = ""  # outside of the hours of `plan_id`
    plan_id: str = ""
    busy: str = ""
    no_answer: str = ""
    unreachable: str = ""
    no_answer_s: int = 20
    dnd: bool = False
    box_greeting: str = ""  # key of the prompt before a message is left in its box; "" = the one that came along
    changed_at: int = 0  # UTC ms
    changed_by: str = ""  # person id, "" by the phone itself


class Room(msgspec.Struct, frozen=True, kw_only=True):
    """A conference room. `pin` opens it, `moderator_pin` opens it with the moderator's rights; "" = none."""

    id: str
    number: str
    name: str
    pin: str = ""
    moderator_pin: str = ""
    capacity: int = 10
    tones: bool = True


class Parking(msgspec.Struct, frozen=True, kw_only=True):
    """`slots`: calls parked at once, numbered from 1. `back_s`: seconds until whoever parked one is rung."""

    slots: int = 50
    back_s: int = 120


class WrapUp(msgspec.Struct, frozen=True, kw_only=True):
    """`after_out_s`: seconds after a talk that the agent dialled. `prolong`: how often one may be prolonged."""

    after_out_s: int = 15
    prolong: int = 3


class Office(msgspec.Struct, frozen=True, kw_only=True):
    routes: tuple[Route, ...] = ()
    rules: dict[str, CallingRule] = {}
    toll: Toll = Toll()
    features: tuple[Features, ...] = ()
    rooms: tuple[Room, ...] = ()
    parking: Parking = Parking()
    wrap_up: WrapUp = WrapUp()


async def load_office(u: Uow, seal: Seal) -> Office:
    """Read it from the database (the import of its libraries stays out of the engine)."""
    from yingda.org import calling, parking, rooms, routes, wrap_up

    park = await parking.get_parking(u)
    wrap = await wrap_up.get_wrap_up(u)
    return Office(
        routes=tuple(Route(name=r.name, classes=tuple(r.classes), prefix=r.prefix, trunk_ids=tuple(r.trunk_ids))
                     for r in await routes.list_routes(u) if r.active),
        rules={subject: msgspec.convert(rule, CallingRule) for subject, rule in (await calling.all_rules(u)).items()},
        toll=msgspec.convert(await calling.get_toll(u), Toll),
        features=tuple(_features(row.extension, row.features, row.changed_at)
                       for row in await calling.all_features(u)),
        rooms=tuple(Room(id=str(r.id), number=r.number, name=r.name, pin=seal.open(r.pin_sealed),
                         moderator_pin=seal.open(r.moderator_pin_sealed), capacity=r.capacity, tones=r.tones)
                    for r in await rooms.list_rooms(u) if r.active),
        parking=Parking(slots=park.slots, back_s=park.back_s),
        wrap_up=WrapUp(after_out_s=wrap.after_out_s, prolong=wrap.prolong))


def _features(extension: str, kept: dict[str, Any], changed_at: int) -> Features:
    return msgspec.convert({**kept, "extension": extension, "changed_at": changed_at}, Features)
