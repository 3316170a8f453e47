"""Prompts over the API: uploaded, heard before saving, saved in versions, guarded while in use."""

from __future__ import annotations

import http.client
import io
import math
import struct
import wave
from typing import Any

import pytest
from tests.api.site import Browser, Site

from yingda.bus.verbs import ReloadMusic
from yingda.ivr.models import Flow
from yingda.org.office_models import ExtensionFeature

pytestmark = pytest.mark.api
NOT_MINE = "0" * 32


def tone(seconds: float = 1.0) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(22_050)
        frames = (struct.pack("<hh", *(int(3000 * math.sin(n / 4)),) * 2) for n in range(int(22_050 * seconds)))
        file.writeframes(b"".join(frames))
    return out.getvalue()


def announced(site: Site, admin: Browser, length: int) -> int:
    """The answer to a body of which only the length was told."""
    line = http.client.HTTPConnection("127.0.0.1", site.port, timeout=5)
    line.putrequest("POST", "/api/v1/prompts/drafts")
    line.putheader("Content-Length", str(length))
    line.putheader("Cookie", f"yingda_session={admin.token}")
    line.putheader("X-Yingda-CSRF", admin.headers["X-Yingda-CSRF"])
    line.endheaders()
    status = line.getresponse().status
    line.close()
    return status


def draft(admin: Browser, **how: Any) -> Any:
    answer = admin.post("/api/v1/prompts/drafts", content=tone(), params=how)
    assert answer.status_code == 201, answer.text
    return answer.json()


def told(site: Site) -> int:
    return sum(isinstance(verb, ReloadMusic) for verb in site.engine.verbs)


def test_a_prompt_from_upload_to_its_end(site: Site) -> None:
    with site.login("9000") as admin:
        made = draft(admin, origin="browser")
        assert made["origin"] == "browser" and made["peaks"]["channels"][0]
        assert admin.get(f"/api/v1/prompts/drafts/{made['id']}/audio").content[:4] == b"RIFF"
        body = {"name": "夜间欢迎", "draft": made["id"], "language": "zh", "text": "您好"}
        answer = admin.post("/api/v1/prompts", json=body)
        assert answer.status_code == 201, answer.text
        prompt = answer.json()
        assert prompt["takes"][0]["created_by_name"] == "陈管理" and prompt["takes"][0]["origin"] == "browser"
        assert admin.post("/api/v1/prompts", json=body).json()["fields"]["name"]["code"] == "taken"
        base = f"/api/v1/prompts/{prompt['id']}"
        again = {"draft": draft(admin)["id"], "language": "zh"}
        assert admin.post(f"{base}/takes", json=again).json()["takes"][0]["version"] == 2
        versions = admin.get(f"{base}/takes").json()
        assert [(one["version"], one["current"]) for one in versions] == [(2, True), (1, False)]
        old = versions[1]["id"]
        assert admin.get(f"{base}/takes/{old}/audio").headers["content-type"] == "audio/wav"
        assert admin.get(f"{base}/takes/{old}/peaks").json()["bits"] == 8
        assert admin.post(f"{base}/takes/{old}/use").json()["takes"][0]["version"] == 1
        assert admin.put(base, json={"name": "夜间", "archived": True}).json()["archived"]
        assert admin.delete(base).status_code == 204
        assert admin.get(f"{base}/takes").status_code == 404


def test_one_in_use_stays(site: Site) -> None:
    with site.login("9000") as admin:
        body = {"name": "营业时间", "draft": draft(admin)["id"], "language": "zh"}
        prompt = admin.post("/api/v1/prompts", json=body).json()

        async def use() -> None:
            async with site.store.uow() as u:
                u.add(Flow(id=77, number=77, name="夜间流程", version=1, draft=None, published_at=1,
                           nodes={"start": "a", "nodes": {"a": {"kind": "play", "prompts": [prompt["key"]]}}}))

        site.do(use())
        refused = admin.delete(f"/api/v1/prompts/{prompt['id']}")
        assert (refused.status_code, refused.json()["code"]) == (409, "prompt_used")
        assert "夜间流程" in refused.json()["message"]
        listed = next(one for one in admin.get("/api/v1/prompts").json() if one["id"] == prompt["id"])
        assert listed["used_by"] == [{"kind": "flow", "id": "77", "name": "夜间流程"}]


def test_one_that_greets_at_a_persons_box_stays(site: Site) -> None:
    with site.login("9000") as admin, site.login("1001") as agent:
        body = {"name": "我的问候", "draft": draft(admin)["id"], "language": "zh"}
        prompt = admin.post("/api/v1/prompts", json=body).json()
        assert {"key": prompt["key"], "name": "我的问候"} in agent.get("/api/v1/office/greetings").json()
        site.engine.answers["SetFeatures"] = {"extension": "1001", "changed_at": 5}
        answer = agent.put("/api/v1/me/features", json={"box_greeting": prompt["key"]})
        assert answer.status_code == 200 and answer.json()["box_greeting"] == prompt["key"]
        assert site.engine.verbs[-1].box_greeting == prompt["key"]  # type: ignore[union-attr]

        async def written() -> None:
            async with site.store.uow() as u:
                u.add(ExtensionFeature(extension="1001", features={"box_greeting": prompt["key"]}, changed_at=5))

        site.do(written())
        refused = admin.delete(f"/api/v1/prompts/{prompt['id']}")
        assert (refused.status_code, refused.json()["code"]) == (409, "prompt_used")
        listed = next(one for one in admin.get("/api/v1/prompts").json() if one["id"] == prompt["id"])
        assert [(one["kind"], one["name"]) for one in listed["used_by"]] == [("extension", "1001")]


def test_shipped_prompts_are_listed_heard_and_replaced(site: Site) -> None:
    with site.login("9000") as admin:
        one = next(p for p in admin.get("/api/v1/prompts").json() if p["key"] == "yd/goodbye")
        assert one["id"] is None and {take["language"] for take in one["takes"]} == {"zh", "en"}
        assert admin.get("/api/v1/prompts/shipped/goodbye/zh/audio").content[:4] == b"RIFF"
        assert admin.get("/api/v1/prompts/shipped/goodbye/zh/peaks").json()["channels"][0]
        assert admin.get("/api/v1/prompts/shipped/no-such/zh/audio").status_code == 404
        body = {"name": "再见", "draft": draft(admin)["id"], "language": "zh", "replaces": "yd/goodbye"}
        own = admin.post("/api/v1/prompts", json=body).json()
        assert [(t["language"], t["origin"]) for t in own["takes"]] == [("zh", "upload"), ("en", "shipped")]
        assert admin.delete(f"/api/v1/prompts/{own['id']}").status_code == 204


def test_hostile_uploads_are_refused_with_a_sentence(site: Site) -> None:
    with site.login("9000") as admin:
        for content, code in ((b"MZ\x90" * 999, "not_audio"), (b"", "not_audio")):
            answer = admin.post("/api/v1/prompts/drafts", content=content)
            assert (answer.status_code, answer.json()["code"]) == (422, code)
        assert announced(site, admin, 100_000_001) == 413
        assert admin.post("/api/v1/callers", content=b"x" * 1_000_001).status_code == 413  # elsewhere as before
        assert not list((site.folder / "prompts" / "drafts").glob("*/raw"))


def test_a_draft_belongs_to_who_made_it(site: Site) -> None:
    with site.login("9000") as admin:
        made = draft(admin)
        assert admin.get(f"/api/v1/prompts/drafts/{NOT_MINE}/audio").status_code == 404
        assert admin.get("/api/v1/prompts/drafts/..%2f..%2fsecrets.json/audio").status_code == 404
        body = {"name": "别人的", "draft": NOT_MINE, "language": "zh"}
        assert admin.post("/api/v1/prompts", json=body).status_code == 404
        body = {"name": "坏的", "draft": made["id"], "language": "fr"}
        assert admin.post("/api/v1/prompts", json=body).json()["fields"].keys() == {"language"}


def test_without_a_voice_the_way_to_one_is_told(site: Site) -> None:
    with site.login("9000") as admin:
        assert admin.get("/api/v1/prompts/voices").json() == {"languages": {}, "command": "./yingda add-voice"}
        answer = admin.post("/api/v1/prompts/drafts/speak", json={"text": "您好", "language": "zh"})
        assert (answer.status_code, answer.json()["code"]) == (409, "no_voice")
        assert "add-voice" in answer.json()["message"]


def test_music_reaches_the_switch(site: Site) -> None:
    with site.login("9000") as admin:
        made = admin.post("/api/v1/music", json={"name": "轻音乐"}).json()
        track = {"draft": draft(admin, music=True)["id"], "name": "曲一.mp3"}
        before = told(site)
        filled = admin.post(f"/api/v1/music/{made['id']}/tracks", json=track).json()
        site.until(lambda: told(site) == before + 1)
        assert f"[{made['key']}]" in (site.folder / "prompts" / "music" / "musiconhold.conf").read_text()
        base = f"/api/v1/music/{made['id']}/tracks/{filled['tracks'][0]['id']}"
        assert admin.get(f"{base}/audio").content[:4] == b"RIFF"
        assert admin.get("/api/v1/music/shipped/default/audio").content[:4] == b"RIFF"
        assert admin.delete(base).status_code == 204
        assert admin.delete(f"/api/v1/music/{made['id']}").status_code == 204
        assert [one["key"] for one in admin.get("/api/v1/music").json()] == ["default"]
