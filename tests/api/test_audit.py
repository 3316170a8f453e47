"""The audit log over the API: search, export with its own entry, nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys

import pytest
from python_calamine import CalamineWorkbook
from tests.api.site import Site

from yingda.main.settings import begin, save

pytestmark = pytest.mark.api


def test_search_export_and_the_exports_own_entry(own_site: Site) -> None:
    with own_site.login("9000") as admin:
        evil = "=HYPERLINK(\"http://x\")"
        made = admin.post("/api/v1/callers", json={"kind": "black", "number": "13900001111", "reason": evil})
        assert made.status_code == 201, made.text
        found = admin.get("/api/v1/audit", params={"action": "caller."}).json()["items"]
        assert [row["action"] for row in found] == ["caller.create"]
        assert found[0]["actor_name"] == "陈管理" and found[0]["after"]["reason"] == evil and found[0]["seq"] > 0
        assert found[0]["after"]["id"] == found[0]["object_id"] == made.json()["id"], "every digit, for a browser too"
        kinds = admin.get("/api/v1/audit/kinds").json()
        assert "caller.create" in kinds["actions"] and kinds["head"].startswith(f"{found[0]['seq']}:")
        answer = admin.get("/api/v1/audit/export", params={"action": "caller.", "format": "csv"})
        rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
        assert rows[0][:3] == ["序号", "时间", "操作人"] and len(rows) == 2 and json.loads(rows[1][8])["reason"] == evil
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in rows[1])
        answer = admin.get("/api/v1/audit/export", params={"action": "caller."})
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
        assert len(sheet) == 2 and sheet[1][4] == "caller.create"
        exports = admin.get("/api/v1/audit", params={"action": "audit.export"}).json()["items"]
        assert [row["object_id"] for row in exports] == ["xlsx", "csv"]


def test_verify_tells_a_whole_log_from_a_tampered_one(own_site: Site) -> None:
    data = own_site.folder / "data"
    save(begin(data, {"database_url": own_site.database_url}))

    def yingda(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([sys.executable, "-m", "yingda", *words, "--data", str(data)], text=True,
                              capture_output=True, check=False, timeout=60,
                              env={"PYTHONPATH": "src", "LANG": "zh_CN.UTF-8"})

    whole = yingda("audit", "verify")
    assert whole.returncode == 0 and "完整" in whole.stdout, whole
    head = yingda("audit", "head").stdout.split()[-1]

    async def cut(u: object) -> None:
        from sqlalchemy import text

        await u.execute(text("UPDATE audit SET object_id = '1' WHERE seq = 2"))  # type: ignore[attr-defined]

    own_site.in_database(cut)
    broken = yingda("audit", "verify", "--head", head)
    assert broken.returncode == 3 and "第 2 条" in broken.stdout, broken
    assert yingda("audit", "verify", "--head", "nonsense").returncode == 1
