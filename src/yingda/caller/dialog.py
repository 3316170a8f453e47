"""What two SIP parties remember of each other during a call (RFC 3261 chapter 12). Pure."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field

from yingda.caller.message import Malformed, Message, address_uri, parameter, uri_parts


@dataclass(slots=True)
class Dialog:
    call_id: str
    local: str  # From of ours, with tag
    remote: str  # To of theirs; with tag once known
    target: str  # URI that requests inside the dialog go to
    via_address: tuple[str, int]  # where the messages really come from: used when the target is no IP address
    cseq: int = 0
    remote_cseq: int = 0
    routes: list[str] = field(default_factory=list)

    @property
    def remote_tag(self) -> str:
        return parameter(self.remote, "tag")

    @property
    def local_tag(self) -> str:
        return parameter(self.local, "tag")

    def learn(self, message: Message, from_response: bool) -> None:
        """Take over Contact, tag and (as caller) the route set of a response or request that sets up or refreshes."""
        if from_response:
            if parameter(message.get("to"), "tag"):
                self.remote = message.get("to")
            if not self.routes:
                self.routes = list(reversed(message.all("record-route")))
        contact = address_uri(message.get("contact"))
        if contact:
            try:
                uri_parts(contact)
            except Malformed:
                return
            self.target = contact

    def request(self, method: str, contact: str, cseq: int | None = None) -> Message:
        """A request inside the dialog, without Via."""
        if cseq is None:
            self.cseq += 1
            cseq = self.cseq
        message = Message(method, self.target)
        message.headers = [("max-forwards", "70"), ("from", self.local), ("to", self.remote),
                           ("call-id", self.call_id), ("cseq", f"{cseq} {method}"), ("contact", contact)]
        message.headers += [("route", route) for route in self.routes]
        return message

    def address(self) -> tuple[str, int]:
        """Where to send: the first route or the target, when it is an IP address; else where messages come from."""
        try:
            _, host, port = uri_parts(address_uri(self.routes[0]) if self.routes else self.target)
            ipaddress.ip_address(host)
        except ValueError:
            return self.via_address
        return host, port
