"""Customers, their numbers and vehicles, and the card that pops up with a call."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from yingda.web.shapes.common import Id, In, IsoDate, Medium, Ms, Name, Note, Out, Short, TypedNumber


class PhoneOut(Out):
    number: str  # masked for those who may not see numbers
    label: str


class VehicleOut(Out):
    id: Id
    plate: str
    vin: str
    model: str
    purchased_on: str
    mileage_km: int
    insured_until: str


class CustomerOut(Out):
    id: Id
    name: str
    kind: str
    level: str
    vip: bool
    note: str
    id_number: str  # always masked; see revealNumber
    phones: list[PhoneOut]
    vehicles: list[VehicleOut]
    created_at: Ms
    updated_at: Ms


class CustomerPage(Out):
    items: list[CustomerOut]
    next: str | None


class PhoneIn(In):
    number: TypedNumber
    label: Short = ""


class VehicleIn(In):
    """`id` of an existing vehicle keeps it; without one it is new; those left out are removed."""

    id: Id | None = None
    plate: Short = ""
    vin: Short = ""
    model: Medium = ""
    purchased_on: IsoDate = ""
    mileage_km: Annotated[int, Field(ge=0, le=10_000_000)] = 0
    insured_until: IsoDate = ""


class CustomerIn(In):
    name: Name
    kind: Literal["person", "firm"] = "person"
    level: Short = ""
    vip: bool = False
    note: Note = ""
    id_number: Short | None = None  # none: as it is; a masked one too
    phones: list[PhoneIn] = Field(default_factory=list, max_length=20)
    vehicles: list[VehicleIn] = Field(default_factory=list, max_length=20)


class CustomerChange(CustomerIn):
    updated_at: int | None = None  # as it was read: when somebody saved in between, 409 changed_meanwhile


class PopVehicle(Out):
    plate: str
    model: str
    vin: str


class PopCustomer(Out):
    id: Id
    name: str
    level: str
    vip: bool
    note: str
    vehicles: list[PopVehicle]


class PopCall(Out):
    id: Id
    started_at: Ms
    direction: str
    outcome: str
    agent_name: str
    queue_name: str
    talk_ms: int


class NumberCard(Out):
    """Who is behind a number. No customer: `customers` is empty, and the page offers to create one."""

    number: str
    number_masked: str
    area: str
    customers: list[PopCustomer]
    recent: list[PopCall]


class PinIn(In):
    pin: Annotated[str, StringConstraints(pattern=r"^[0-9]{4,12}$")]


class PinOut(Out):
    set_at: Ms  # 0: the customer has none
    locked_until: Ms
    failures: int  # wrong tries in a row


class PopCard(NumberCard):
    """The entity `pops` of the live push; its id is the call's."""

    id: str
    call_id: str
    agent_id: str  # whose call it is
    agent_ids: list[str]  # on whose screens it belongs: colleagues consulted too
    direction: str
    menu_path: list[str]
    keys: str
    pin: str  # as the voice menu checked it: ok | failed | locked | none | unavailable, "" = not asked
    queue_name: str
    whole: bool  # false: the database did not answer, so nothing is known of the number
