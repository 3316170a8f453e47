"""`python -m yingda.web.openapi [FILE]`: write the API's description, which the page's typed client is made from."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from cryptography.fernet import Fernet

from yingda.web.app import create_app
from yingda.web.config import WebConfig


def description() -> str:
    """The OpenAPI document as it is committed, in the order of the routes."""
    nowhere = Path("/nonexistent")
    app = create_app(WebConfig(
        database_url="sqlite:///unused.sqlite", link_url="ws://127.0.0.1:1/link", link_token="", ari_ws_url="ws://127.0.0.1:1/ws",
        data_dir=nowhere, recordings_dir=nowhere, page_dir=nowhere, site_key=Fernet.generate_key().decode(),
        version="1"))
    return json.dumps(app.openapi(), ensure_ascii=False, indent=1) + "\n"


def main() -> None:
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else Path("ui/openapi.json")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(description(), encoding="utf-8")
    print(target)


if __name__ == "__main__":
    main()
