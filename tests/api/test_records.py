"""Calls in the record and their recordings: found, detailed, noted, played by parts, downloaded, and for whom."""

from __future__ import annotations

import json
import struct
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from tests.api.site import Site

from yingda.calls.models import CallEventRow, CallRow, SegmentRow
from yingda.kit.ids import new_id
from yingda.kit.numbers import reverse
from yingda.recording.models import Recording

pytestmark = pytest.mark.api
AT = 1_790_000_000_000
FRAMES = 8000


def wav(frames: int = FRAMES) -> bytes:
    data = b"\x01\x00\x02\x00" * frames
    head = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + len(data), b"WAVE", b"fmt ", 16, 1, 2, 8000, 32000, 4, 16,
                       b"data", len(data))
    return head + data


@dataclass
class Made:
    fang_call: int
    lei_call: int
    lost_call: int
    recording: int
    lei_recording: int
    running: int
    missing: int


def call_row(at: int, agent: int | None, peer: str, **over: Any) -> CallRow:
    return CallRow(**{
        "id": new_id(), "direction": "in", "state": "ended", "outcome": "answered", "started_at": at,
        "answered_at": at + 9000, "ended_at": at + 69_000, "caller": peer, "called": "4008001000", "peer": peer,
        "peer_rev": reverse(peer), "trunk": "trunk-demo", "agent_id": agent, "talk_ms": 60_000, "wait_ms": 9000,
        "keys": "2", "menu_path": ["主菜单:2"], "recorded": True, "ended_by": "caller", **over})


@pytest.fixture(scope="module")
def made(site: Site) -> Iterator[Made]:
    fang, lei = site.company.people["1001"], site.company.people["1002"]
    queue = site.company.queues["802"]
    (site.recordings / "2026").mkdir()
    (site.recordings / "2026" / "a.wav").write_bytes(wav())
    (site.recordings / "2026" / "a.json").write_text(json.dumps({"channels": 2, "data": [0, 1]}))
    (site.recordings.parent / "outside.wav").write_bytes(b"secret")

    async def work(u: Any) -> Made:
        one = call_row(AT, fang, "13812345678", queue_id=queue)
        two = call_row(AT + 100_000, lei, "13900001111", direction="out", caller="4008001000", called="13900001111")
        lost = call_row(AT + 200_000, None, "13812345678", outcome="abandoned_queue", answered_at=0, talk_ms=0,
                        recorded=False)
        u.add_all([one, two, lost])
        u.add(SegmentRow(call_id=one.id, id="s1", position=0, kind="agent", started_at=AT, answered_at=AT + 9000,
                         ended_at=AT + 69_000, outcome="answered", agent_id=fang, number="1001",
                         why="longest_idle:83s", recording="a"))
        u.add(CallEventRow(call_id=one.id, at=AT, n=1, event="CallArrived",
                           data={"caller": "13812345678", "state": "arrived"}))
        rows = [Recording(id=new_id(), call_id=call, agent_id=agent, base=base, path=path, peaks_path=peaks,
                          started_at=AT + 9000, duration_ms=1000, talk_ms=1000, size=len(wav()), state=state)
                for call, agent, base, path, peaks, state in (
                    (one.id, fang, "a", "2026/a.wav", "2026/a.json", "finished"),
                    (two.id, lei, "b", "../outside.wav", "../outside.wav", "finished"),
                    (two.id, lei, "c", "", "", "recording"), (two.id, lei, "d", "2026/gone.wav", "", "missing"))]
        u.add_all(rows)
        return Made(one.id, two.id, lost.id, *(row.id for row in rows))
    yield site.in_database(work)


def test_supervisor_finds_all_newest_first_and_pages(site: Site, made: Made) -> None:
    with site.login("9001") as boss:
        page = boss.get("/api/v1/calls", params={"limit": 2}).json()
        assert [c["id"] for c in page["items"]] == [str(made.lost_call), str(made.lei_call)]
        rest = boss.get("/api/v1/calls", params={"limit": 2, "cursor": page["next"]}).json()
        assert [c["id"] for c in rest["items"]] == [str(made.fang_call)] and rest["next"] is None
        item = rest["items"][0]
        assert item["agent_name"] == "王芳" and item["agent_number"] == "1001" and item["queue_name"] == "售后服务"
        assert item["customer_number"] == "13812345678"
        assert item["recordings"][0]["playable"] is True and item["recordings"][0]["duration_ms"] == 1000


@pytest.mark.parametrize(("params", "count"), [
    ({"number": "5678"}, 2), ({"number": "138 1234 5678"}, 2), ({"number": "9999"}, 0),
    ({"direction": "out"}, 1), ({"outcome": "abandoned_queue"}, 1), ({"outcome": "answered,abandoned_queue"}, 3),
    ({"from": AT, "to": AT + 1}, 1), ({"from": AT + 1}, 2), ({"min_s": 60}, 2), ({"max_s": 10}, 1),
])
def test_filters(site: Site, made: Made, params: dict[str, Any], count: int) -> None:
    with site.login("9001") as boss:
        assert len(boss.get("/api/v1/calls", params=params).json()["items"]) == count


def test_filter_by_agent_and_queue(site: Site, made: Made) -> None:
    with site.login("9001") as boss:
        one = boss.get("/api/v1/calls", params={"agent_id": site.company.people["1002"]}).json()["items"]
        assert [c["id"] for c in one] == [str(made.lei_call)]
        two = boss.get("/api/v1/calls", params={"queue_id": site.company.queues["802"]}).json()["items"]
        assert [c["id"] for c in two] == [str(made.fang_call)]


def test_wrong_searches_are_told_at_the_field(site: Site, made: Made) -> None:
    with site.login("9001") as boss:
        for params, field in (({"from": 5, "to": 5}, "from"), ({"cursor": "nonsense!"}, "cursor"),
                              ({"direction": "sideways"}, "direction"), ({"limit": 0}, "limit"),
                              ({"agent_id": "x"}, "agent_id"), ({"outcome": "a'; drop"}, "outcome"),
                              ({"from": "yesterday"}, "from"), ({"number": "abc"}, "number")):
            answer = boss.get("/api/v1/calls", params=params)
            assert answer.status_code == 422 and field in answer.json()["fields"], (params, answer.text)
            assert answer.json()["fields"][field]["message"]


def test_agent_finds_own_calls_only(site: Site, made: Made) -> None:
    with site.login("1001") as agent:
        items = agent.get("/api/v1/calls").json()["items"]
        assert [c["id"] for c in items] == [str(made.fang_call)]
        assert items[0]["customer_number"] == "13812345678"  # of the own call
        other = agent.get("/api/v1/calls", params={"agent_id": site.company.people["1002"]})
        assert (other.status_code, other.json()["code"]) == (403, "not_allowed")
        assert agent.get(f"/api/v1/calls/{made.lei_call}").status_code == 403
        assert agent.put(f"/api/v1/calls/{made.lei_call}/note", json={"text": "x"}).status_code == 403
        assert agent.get(f"/api/v1/recordings/{made.lei_recording}/audio").status_code == 403


def test_detail_tells_the_story(site: Site, made: Made) -> None:
    with site.login("1001") as agent:
        body = agent.get(f"/api/v1/calls/{made.fang_call}").json()
        assert body["segments"][0]["why"] == "longest_idle:83s" and body["segments"][0]["agent_name"] == "王芳"
        assert body["events"][0] == {"at": AT, "event": "CallArrived",
                                     "data": {"caller": "13812345678", "state": "arrived"}}
        assert body["menu_path"] == ["主菜单:2"] and body["recordings"][0]["id"] == str(made.recording)
        missing = agent.get("/api/v1/calls/12345")
        assert (missing.status_code, missing.json()["code"]) == (404, "not_found")


def test_note_is_kept_and_audited(site: Site, made: Made) -> None:
    with site.login("1001") as agent, site.login("9000") as admin:
        unknown = agent.put(f"/api/v1/calls/{made.fang_call}/note", json={"text": "t", "customer_id": "5"})
        assert unknown.json()["fields"]["customer_id"]["code"] == "unknown"
        body = agent.put(f"/api/v1/calls/{made.fang_call}/note",
                         json={"text": "预约周六保养 👍\n第二行", "customer_id": None}).json()
        assert body["note"] == "预约周六保养 👍\n第二行" and body["note_by_name"] == "王芳" and body["note_at"] > 0
        who = admin.post("/api/v1/customers", json={"name": "张伟", "phones": []}).json()["id"]
        for sent, kept in (({"customer_id": who}, who), ({}, who), ({"customer_id": None}, None)):
            body = agent.put(f"/api/v1/calls/{made.fang_call}/note", json={"text": "x"} | sent).json()
            assert body["customer_id"] == kept
        rows = admin.get("/api/v1/audit", params={"object_kind": "call", "object_id": str(made.fang_call)}).json()
        assert rows["items"][0]["action"] == "call.note" and rows["items"][0]["actor_name"] == "王芳"


def test_two_who_write_at_one_note_keep_both(site: Site, made: Made) -> None:
    note = f"/api/v1/calls/{made.fang_call}/note"
    with site.login("1001") as agent, site.login("9000") as admin:
        before = agent.get(f"/api/v1/calls/{made.fang_call}").json()["note"]
        agent.put(note, json={"text": "客户要退车", "before": before})
        assert admin.put(note, json={"text": "已答应回电", "before": before}).json()["note"] == "客户要退车\n已答应回电"
        assert agent.put(note, json={"customer_id": None}).json()["note"] == "客户要退车\n已答应回电"
        changed = agent.put(note, json={"text": "客户要退款", "before": "客户要退车"}).json()
        assert changed["note"] == "客户要退款\n已答应回电"
        assert agent.put(note, json={"text": "", "before": changed["note"]}).json()["note"] == ""


def test_audio_is_served_by_parts_and_audited_once(site: Site, made: Made) -> None:
    url = f"/api/v1/recordings/{made.recording}/audio"
    with site.login("1001") as agent, site.login("9000") as admin:
        whole = agent.get(url)
        assert whole.status_code == 200 and whole.content == wav() and whole.headers["content-type"] == "audio/wav"
        assert whole.headers["accept-ranges"] == "bytes"
        part = agent.get(url, headers={"Range": "bytes=44-143"})
        assert part.status_code == 206 and part.content == wav()[44:144]
        assert part.headers["content-range"] == f"bytes 44-143/{len(wav())}"
        assert agent.get(url, headers={"Range": "bytes=-4"}).content == wav()[-4:]
        assert agent.get(url, headers={"Range": f"bytes={len(wav())}-"}).status_code == 416
        assert agent.get(url, headers={"Range": "bytes=zzz"}).status_code in (200, 400, 416)
        rows = admin.get("/api/v1/audit", params={"object_kind": "recording", "object_id": str(made.recording)})
        assert [r["action"] for r in rows.json()["items"]] == ["recording.listen"]


def test_peaks(site: Site, made: Made) -> None:
    with site.login("1001") as agent:
        assert agent.get(f"/api/v1/recordings/{made.recording}/peaks").json() == {"channels": 2, "data": [0, 1]}


def test_download_has_a_good_name_is_audited_and_not_for_agents(site: Site, made: Made) -> None:
    url = f"/api/v1/recordings/{made.recording}/download"
    with site.login("1001") as agent, site.login("9001") as boss, site.login("9000") as admin:
        assert agent.get(url).json()["code"] == "not_allowed"
        answer = boss.get(url)
        assert answer.content == wav()
        name = answer.headers["content-disposition"]
        local = time.strftime("%Y%m%d-%H%M%S", time.gmtime((AT + 9000) / 1000 + 8 * 3600))
        assert f"{local}_13812345678_1001_" in name and "attachment" in name and "%E7%8E%8B%E8%8A%B3" in name
        rows = admin.get("/api/v1/audit", params={"object_kind": "recording", "object_id": str(made.recording)})
        assert rows.json()["items"][0]["action"] == "recording.download"
        assert rows.json()["items"][0]["actor_name"] == "李班长"


def test_files_that_are_not_there_or_not_ours(site: Site, made: Made) -> None:
    with site.login("9001") as boss:
        for key, code in ((made.lei_recording, "recording_missing"), (made.running, "recording_not_ready"),
                          (made.missing, "recording_missing"), (77, "not_found")):
            for what in ("audio", "peaks", "download"):
                answer = boss.get(f"/api/v1/recordings/{key}/{what}")
                assert answer.json()["code"] == code, (key, what, answer.text)
                assert b"secret" not in answer.content
