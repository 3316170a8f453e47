"""Look-ups on the directory, built once each time it is read."""

from __future__ import annotations

from msgspec.structs import replace

from yingda.acd.callers import CallersLists
from yingda.ivr.form import Flow
from yingda.journey.directory import Directory, Extension, Number, Person, Queue, Trunk
from yingda.kit.numbering import NumberFormat, received
from yingda.org.hours import Plan, state_at


class Site:
    def __init__(self, directory: Directory) -> None:
        self.directory = directory
        self.people: dict[str, Person] = {p.id: p for p in directory.people}
        self.queues: dict[str, Queue] = {q.id: q for q in directory.queues}
        self.queue_by_number: dict[str, Queue] = {q.number: q for q in directory.queues}
        self.extensions: dict[str, Extension] = {x.number: x for x in directory.extensions}
        self.person_by_extension: dict[str, Person] = {p.extension: p for p in directory.people if p.extension}
        self.person_by_number: dict[str, Person] = {  # an extension comes before the same employee number
            **{p.number: p for p in directory.people}, **self.person_by_extension}
        self.trunks: dict[str, Trunk] = {t.id: t for t in directory.trunks}
        self.trunk_by_endpoint: dict[str, Trunk] = {t.endpoint: t for t in directory.trunks}
        self.numbers: dict[str, Number] = {n.number: n for n in directory.numbers}
        self.callers = CallersLists((x.kind, x.number, x.prefix, x.expires_at) for x in directory.listed)
        self.flows: dict[str, Flow] = {f.id: f for f in directory.flows}
        self.flow_versions: dict[tuple[str, int], Flow] = {(f.id, f.version): f for f in directory.flows}
        self.plans: dict[str, Plan] = {p.id: p for p in directory.plans}

    def replace_person(self, person: Person) -> None:
        """One person has changed; everything else stays as it was read."""
        before = self.people[person.id]
        self.people[person.id] = person
        if before.extension:
            self.person_by_extension[before.extension] = person
        self.directory = replace(self.directory, people=tuple(
            person if one.id == person.id else one for one in self.directory.people))

    def group_of(self, extension: str) -> str:
        """The extension group of a phone, "" when it is in none."""
        phone = self.extensions.get(extension)
        return phone.group_id if phone else ""

    def hours(self, plan_id: str, at: int) -> str:
        """open | closed | holiday; without a plan it is always open."""
        plan = self.plans.get(plan_id)
        return state_at(plan, self.directory.calendar, at, self.directory.timezone) if plan else "open"

    def called(self, dialled: str, trunk: Trunk | None) -> str:
        """The number of ours that a caller dialled, as our list writes it; as it came when it is none of ours."""
        form = trunk.form if trunk else NumberFormat()
        return next((n for n in received(dialled, form) if n in self.numbers), dialled)

    def shown_number(self, trunk: Trunk) -> str:
        """The number that called customers see: the first one that leads in by the same trunk."""
        return next((n.number for n in self.directory.numbers if n.trunk_id == trunk.id), "")


def endpoint_of(person: Person, phone: str) -> str:
    """SIP account of an agent's phone: the extension itself, or its browser twin."""
    return f"web-{person.extension}" if phone == "web" else person.extension


def extension_of(endpoint: str) -> str:
    return endpoint.removeprefix("web-")
