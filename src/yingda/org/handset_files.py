"""What a telephone is told so that it registers by itself: one file per make. Pure; the answers hold SIP secrets.

The names of the settings are those of the makers' provisioning guides. Only the account, the clock and what our calls
need (a phone that lifts when it is asked to) are set; everything else stays as the maker or the company chose.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from xml.etree import ElementTree as Xml

DESK: Final = ("yealink", "fanvil", "grandstream")
SOFT: Final = ("linphone", "wave")
MAKES: Final = DESK + SOFT


@dataclass(frozen=True, kw_only=True)
class Account:
    """`zone_h`: hours ahead of UTC. `language`: zh or en."""

    number: str
    secret: str
    host: str
    port: int
    shown: str  # on the phone's display
    language: str = "zh"
    zone_h: int = 8


def file_name(make: str, mac: str) -> str:
    """What the phone asks for: it makes the name from its own MAC address."""
    return {"grandstream": f"cfg{mac}.xml", "linphone": "linphone.xml", "wave": "wave.xml"}.get(make, f"{mac}.cfg")


def content(make: str, account: Account) -> str:
    """The file for a phone of this make."""
    return {"yealink": _yealink, "fanvil": _fanvil, "grandstream": _grandstream, "linphone": _linphone,
            "wave": _wave}[make](account)


def media_type(make: str) -> str:
    return "text/plain" if make == "yealink" else "application/xml"


def _one_line(text: str) -> str:
    return " ".join("".join(char for char in text if char.isprintable()).split())[:60]


def _text(root: Xml.Element) -> str:
    Xml.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + Xml.tostring(root, encoding="unicode") + "\n"


def _below(parent: Xml.Element, values: dict[str, str]) -> None:
    for name, value in values.items():
        Xml.SubElement(parent, name).text = value


def _yealink(of: Account) -> str:
    values = {
        "account.1.enable": "1",
        "account.1.label": f"{of.number} {_one_line(of.shown)}".strip(),
        "account.1.display_name": _one_line(of.shown) or of.number,
        "account.1.auth_name": of.number,
        "account.1.user_name": of.number,
        "account.1.password": of.secret,
        "account.1.sip_server.1.address": of.host,
        "account.1.sip_server.1.port": str(of.port),
        "account.1.sip_server.1.transport_type": "0",
        "account.1.sip_server.1.expires": "120",
        "account.1.codec.pcma.enable": "1",
        "account.1.codec.pcma.priority": "1",
        "account.1.codec.pcmu.enable": "1",
        "account.1.codec.pcmu.priority": "2",
        "features.intercom.allow": "1",
        "local_time.time_zone": f"{of.zone_h:+d}",
        "lang.gui": "Chinese_S" if of.language == "zh" else "English",
    }
    return "#!version:1.0.0.1\n" + "".join(f"{name} = {value}\n" for name, value in values.items())


def _fanvil(of: Account) -> str:
    root = Xml.Element("VOIP_CONFIG_FILE")
    _below(root, {"version": "2.0002"})
    lines = Xml.SubElement(Xml.SubElement(root, "SIP_CONFIG_MODULE"), "SIP_Line_List")
    _below(Xml.SubElement(lines, "SIP_Line_List_Entry"), {
        "ID": "SIP1", "Phone_Number": of.number, "Display_Name": _one_line(of.shown) or of.number,
        "Register_Addr": of.host, "Register_Port": str(of.port), "Register_User": of.number,
        "Register_Pswd": of.secret, "Register_TTL": "120", "Enable_Reg": "1"})
    return _text(root)


def _grandstream(of: Account) -> str:
    root = Xml.Element("gs_provision", version="1")
    _below(Xml.SubElement(root, "config", version="1"), {
        "P271": "1",  # the first account is in use
        "P270": f"{of.number} {_one_line(of.shown)}".strip(),
        "P47": f"{of.host}:{of.port}", "P35": of.number, "P36": of.number, "P34": of.secret,
        "P3": _one_line(of.shown) or of.number,
        "P31": "1", "P130": "0",  # registers, over UDP
        "P57": "8", "P58": "0",  # G.711 A-law, then mu-law
        "P298": "1",  # lifts when the call asks for it
    })
    return _text(root)


def _linphone(of: Account) -> str:
    root = Xml.Element("config", xmlns="http://www.linphone.org/xsds/lpconfig.xsd")
    sections = {
        "sip": {"default_proxy": "0"},
        "proxy_0": {"reg_proxy": f"<sip:{of.host}:{of.port};transport=udp>",
                    "reg_identity": f'"{_one_line(of.shown).replace(chr(34), "")}" <sip:{of.number}@{of.host}>',
                    "reg_expires": "120", "reg_sendregister": "1", "publish": "0"},
        "auth_info_0": {"username": of.number, "userid": of.number, "passwd": of.secret, "domain": of.host},
        # the file was taken and its address has expired: the program must not ask for it again
        "misc": {"config-uri": ""},
    }
    for section, values in sections.items():
        part = Xml.SubElement(root, "section", name=section)
        for name, value in values.items():
            Xml.SubElement(part, "entry", name=name, overwrite="true").text = value
    return _text(root)


def _wave(of: Account) -> str:
    root = Xml.Element("AccountConfig", version="1")
    _below(Xml.SubElement(root, "Account"), {
        "RegisterServer": f"{of.host}:{of.port}", "OutboundServer": "", "UserID": of.number, "AuthID": of.number,
        "AuthPass": of.secret, "AccountName": of.number, "DisplayName": _one_line(of.shown) or of.number,
        "Dialplan": "{x+|*x+|*++}", "RandomPort": "0"})
    return '<?xml version="1.0" encoding="utf-8"?>' + Xml.tostring(root, encoding="unicode")
