"""Where the switch listens and who is there to be played: read from a data folder, never written."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

from yingda.caller.errors import BadOrder, NoPlace, NoSuchPerson

SOUNDS = Path(__file__).resolve().parents[1] / "telephony" / "sounds" / "zh" / "yd"


class Place:
    def __init__(self, data: Path, server: str = "") -> None:
        """`server` "host[:port]" goes before the folder. Raises `BadOrder`, `NoPlace`."""
        self.demo = self._demo(data)
        self.server = _split(server) if server else self._server(data)

    @staticmethod
    def _demo(data: Path) -> dict[str, Any]:
        try:
            found = json.loads((data / "demo.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def _server(self, data: Path) -> tuple[str, int]:
        if "sip_port" in self.demo:
            return _reachable(str(self.demo.get("sip_host", ""))), int(self.demo["sip_port"])
        try:
            chosen = tomllib.loads((data / "yingda.toml").read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise NoPlace(path=str(data)) from error
        return _reachable(str(chosen.get("host", ""))), int(chosen.get("sip_port", 5060))

    def customers(self) -> list[str]:
        """Numbers of the sample company's customers, so that the screen shows who calls."""
        return [str(one["number"]) for one in self.demo.get("customers", []) if one.get("number")]

    def account(self, number: str) -> tuple[str, str]:
        """(SIP user, secret) of a demo person's desk phone. Raises `NoSuchPerson`."""
        for person in self.demo.get("people", []):
            if number in (str(person.get("number")), str(person.get("extension"))) and person.get("sip_secret"):
                return str(person["sip_username"]), str(person["sip_secret"])
        raise NoSuchPerson(number=number)


def _reachable(host: str) -> str:
    return "127.0.0.1" if host in ("", "0.0.0.0", "localhost") else host  # noqa: S104 - read, not bound


def _split(server: str) -> tuple[str, int]:
    host, colon, port = server.rpartition(":")
    if not colon:
        host, port = server, "5060"
    if not host or not port.isdigit() or not 0 < int(port) < 65_536:
        raise BadOrder(option="--server", value=server)
    return _reachable(host.strip("[]")), int(port)


def speech(names: tuple[str, ...]) -> list[Path]:
    """The recorded clips that are there, of these names."""
    return [path for name in names if (path := SOUNDS / f"{name}.wav").is_file()]


CUSTOMER_CLIPS = ("demo-caller-service", "demo-caller-sales", "demo-caller-repair")
AGENT_CLIPS = ("demo-agent-service", "demo-agent-sales")
