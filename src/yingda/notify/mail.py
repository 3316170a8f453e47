"""E-mail by SMTP."""

from __future__ import annotations

from collections.abc import Mapping
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import Final

import aiosmtplib

from yingda.notify.ports import Field, NotSent

TIMEOUT_S: Final = 20.0


class Mail:
    kind = "mail"
    personal = "email"
    fields = (
        Field("host"), Field("port", preset="465"),
        Field("security", preset="tls", choices=("tls", "starttls", "none")), Field("username", required=False),
        Field("password", secret=True, required=False), Field("sender"), Field("to"),
    )

    async def send(self, values: Mapping[str, str], title: str, body: str) -> None:
        letter = EmailMessage()
        letter["From"], letter["Subject"] = values["sender"], " ".join(title.split())
        receivers = [word.strip() for word in values["to"].replace(";", ",").split(",") if word.strip()]
        letter["To"] = ", ".join(receivers)
        letter["Date"], letter["Message-ID"] = formatdate(), make_msgid(domain="yingda.invalid")
        letter.set_content(body or title)
        security = values.get("security") or "tls"
        try:
            await aiosmtplib.send(
                letter, hostname=values["host"], port=int(values.get("port") or 465), timeout=TIMEOUT_S,
                use_tls=security == "tls", start_tls=security == "starttls",
                username=values.get("username") or None, password=values.get("password") or None)
        except (TimeoutError, aiosmtplib.SMTPException, OSError, ValueError) as error:
            raise NotSent(reason=str(error)[:200] or type(error).__name__) from None


MAIL: Final = Mail()
