"""What the web part is told when it is composed. Values only: nothing here reads files or the environment."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class WebConfig:
    database_url: str  # SQLAlchemy URL, e.g. sqlite+aiosqlite:///…/yingda.sqlite or postgresql+psycopg://…
    link_url: str  # ws://127.0.0.1:<engine_port>/link
    link_token: str = field(repr=False)
    ari_ws_url: str  # ws://127.0.0.1:<ari_port>/ws, where the switch takes SIP over WebSocket
    data_dir: Path  # disk space is watched here
    recordings_dir: Path  # paths in the database are relative to it
    page_dir: Path  # the built page (ui/dist); may be missing, the API works without it
    site_key: str = field(repr=False)  # Fernet key that secrets in the database are sealed with
    setup_token: str = field(default="", repr=False)  # opens the set-up page once; "" when set-up is done
    cookie_secure: bool = False  # always mark cookies Secure; over https they are in any case
    version: str = "0"
    sip_host: str = ""  # what a desk phone is told to register to, shown beside its secret
    sip_port: int = 5060
    https_port: int = 0  # at sip_host, for telephones that take their settings; 0: only plain http on loopback
    checkout: Path | None = None  # the product's own folder: licence, notice, what it is made of
    voice_dir: Path | None = None  # where `add-voice` puts the speech engine
    disk_low_bytes: int = 2_000_000_000  # below: degraded; below a tenth of it: down
