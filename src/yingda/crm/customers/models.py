"""Tables of the customers, their numbers and their vehicles.

Helper columns are written by the application: `number_rev` is the number read backwards (a suffix becomes a
prefix), `pinyin` the full spelling of the name, `py` its initials, `plate_key` the plate without blanks and
dots.
"""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from yingda.store.base import Base


class CustomerPhone(Base):
    __tablename__ = "customer_phone"

    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[str] = mapped_column(primary_key=True, index=True)
    number_rev: Mapped[str] = mapped_column(index=True)
    label: Mapped[str] = mapped_column(default="")
    position: Mapped[int] = mapped_column(default=0)


class Vehicle(Base):
    """`purchased_on` and `insured_until` are ISO dates ("2023-05-01") or empty."""

    __tablename__ = "vehicle"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id", ondelete="CASCADE"), index=True)
    plate: Mapped[str] = mapped_column(default="")
    plate_key: Mapped[str] = mapped_column(default="", index=True)
    vin: Mapped[str] = mapped_column(default="", index=True)
    model: Mapped[str] = mapped_column(default="")
    purchased_on: Mapped[str] = mapped_column(default="")
    mileage_km: Mapped[int] = mapped_column(default=0)
    insured_until: Mapped[str] = mapped_column(default="")


class CustomerPin(Base):
    """A customer's PIN for the telephone. `hash`: Argon2id. `locked_until`: UTC ms, 0 = open; `set_by`: person id."""

    __tablename__ = "customer_pin"

    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id", ondelete="CASCADE"), primary_key=True,
                                             autoincrement=False)
    hash: Mapped[str]
    set_at: Mapped[int]
    set_by: Mapped[int | None]
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[int] = mapped_column(default=0)


class Customer(Base):
    """`kind`: person | firm. `level`: a word of the company's own ("" = none)."""

    __tablename__ = "customer"
    __table_args__ = (Index(None, "name", "id"), Index(None, "py", "id"), Index(None, "updated_at", "id"),
                      Index(None, "pinyin", "id"))

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str]
    pinyin: Mapped[str] = mapped_column(default="")
    py: Mapped[str] = mapped_column(default="")
    kind: Mapped[str] = mapped_column(default="person")
    level: Mapped[str] = mapped_column(default="")
    vip: Mapped[bool] = mapped_column(default=False)
    note: Mapped[str] = mapped_column(default="")
    id_sealed: Mapped[str] = mapped_column(default="")  # ID number, see id_numbers.py
    created_at: Mapped[int]
    updated_at: Mapped[int]

    phones: Mapped[list[CustomerPhone]] = relationship(
        cascade="all, delete-orphan", lazy="selectin", order_by=CustomerPhone.position, passive_deletes=True)
    vehicles: Mapped[list[Vehicle]] = relationship(
        cascade="all, delete-orphan", lazy="selectin", order_by=Vehicle.id, passive_deletes=True)
