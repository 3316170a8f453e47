"""The follow-up: who sees which items, claims, calls back, closes; pages are told that something changed."""

from __future__ import annotations

from typing import Any

import pytest
from tests.api.site import Browser, Site, next_frame
from tests.api.test_admin import last_audit, reloads
from tests.api.test_records import call_row

from yingda.followup import repo
from yingda.followup.rules import Contact
from yingda.kit.errors import Refused
from yingda.kit.ids import new_id
from yingda.recording.models import Recording

pytestmark = pytest.mark.api
AT = 1_790_000_000_000
BASE = "/api/v1/follow-ups"


def lose(site: Site, number: str, *, queue: int | None = None, kind: str = "lost", reason: str = "abandoned_queue",
         at: int = AT, owner: int | None = None) -> int:
    call_id = new_id()

    async def work(u: Any) -> None:
        await repo.take(u, [Contact(call_id=call_id, kind=kind, number=number, at=at, reason=reason,
                                    queue_id=queue, owner_id=owner)], {})
    site.in_database(work)
    return call_id


def find(browser: Browser, number: str, **params: object) -> list[dict[str, Any]]:
    query: dict[str, Any] = {"number": number, **params}
    found: list[dict[str, Any]] = browser.get(BASE, params=query).json()["items"]
    return found


def test_agents_see_their_groups_and_numbers_masked_until_claimed(site: Site) -> None:
    lose(site, "13811110001", queue=site.company.queues["802"])
    lose(site, "13811110002", queue=None, reason="lines_full")
    with site.login("1001") as fang, site.login("1002") as lei, site.login("9001") as boss:
        (mine,) = find(fang, "0001")
        assert (mine["number"], mine["queue_name"], mine["reasons"]) == (
            "138****0001", "售后服务", {"abandoned_queue": 1})
        assert find(fang, "10001") == [], "digit after digit would tell the masked ones"
        assert find(fang, "13811110001") and find(boss, "10001")
        assert find(lei, "0001") == [], "not his group"
        assert find(lei, "0002"), "a caller of no group is everybody's"
        assert find(boss, "0001")[0]["number"] == "13811110001"
        claimed = fang.post(f"{BASE}/{mine['id']}/claim").json()
        assert (claimed["state"], claimed["claimed_by_name"], claimed["number"]) == ("claimed", "王芳", "13811110001")
        assert lei.post(f"{BASE}/{mine['id']}/claim").status_code == 404
        assert lei.post(f"{BASE}/{mine['id']}/assign", json={"person_id": "1"}).status_code == 403
        given = boss.post(f"{BASE}/{mine['id']}/assign", json={"person_id": str(site.company.people["1002"])}).json()
        assert given["claimed_by_name"] == "赵磊"
        refused = fang.post(f"{BASE}/{mine['id']}/claim")
        assert (refused.status_code, refused.json()["code"]) == (409, "item_taken") and refused.json()["message"]
        assert [i["id"] for i in find(lei, "0001", mine=True)] == [mine["id"]]
        with site.login("9000") as admin:
            assert last_audit(admin, "follow_up", mine["id"])["action"] == "follow_up.assign"


def test_calling_back_dials_the_number_and_claims(site: Site) -> None:
    lose(site, "13811110003", queue=site.company.queues["802"])
    site.engine.answers["Dial"] = {"call_id": "4713"}
    with site.login("1001") as fang:
        (item,) = find(fang, "0003")
        answer = fang.post(f"{BASE}/{item['id']}/call", json={"key": "k-12345678"})
        assert (answer.status_code, answer.json()) == (201, {"call_id": "4713"})
        verb: Any = site.engine.verbs[-1]
        assert (verb.number, verb.agent_id) == ("13811110003", str(site.company.people["1001"]))
        assert find(fang, "0003")[0]["claimed_by_name"] == "王芳"
        lose(site, "13811110004", queue=site.company.queues["802"])
        site.engine.answers["Dial"] = Refused("not_signed_in")
        (other,) = find(fang, "0004")
        assert fang.post(f"{BASE}/{other['id']}/call", json={"key": "k-12345678"}).json()["code"] == "not_signed_in"
        assert find(fang, "0004")[0]["state"] == "open", "no call came of it: it is anybody's again"
    site.engine.answers.pop("Dial")


def test_closing_needs_a_reason_and_can_be_undone(site: Site) -> None:
    lose(site, "13811110005")
    with site.login("1001") as fang:
        (item,) = find(fang, "0005")
        wrong = fang.post(f"{BASE}/{item['id']}/close", json={"result": "called_back"})
        assert wrong.status_code == 422 and "note" in wrong.json()["fields"], wrong.text
        done = fang.post(f"{BASE}/{item['id']}/close", json={"result": "no_need", "note": "邮件已答复"}).json()
        assert (done["state"], done["result"], done["done_by_name"], done["note"]) == (
            "done", "no_need", "王芳", "邮件已答复")
        assert find(fang, "0005") == [] and find(fang, "0005", over=True)[0]["id"] == item["id"]
        assert fang.post(f"{BASE}/{item['id']}/claim").json()["code"] == "item_over"
        assert fang.post(f"{BASE}/{item['id']}/reopen").json()["state"] == "open"
        lose(site, "13811110005", at=AT + 5)
        assert find(fang, "0005")[0]["lost"] == 2


def test_a_message_is_heard_by_the_group_and_stays_until_then(site: Site) -> None:
    call_id = lose(site, "13811110006", queue=site.company.queues["802"], kind="message", reason="message")

    async def recorded(u: Any) -> int:
        row = Recording(id=new_id(), call_id=call_id, base="m", path="m.wav", peaks_path="", started_at=AT,
                        duration_ms=4000, size=100, state="finished")
        u.add_all([row, call_row(AT, None, "13811110006", id=call_id, outcome="message", answered_at=0)])
        return row.id
    recording = site.in_database(recorded)
    (site.recordings / "m.wav").write_bytes(b"RIFF" + b"\0" * 96)

    with site.login("1001") as fang, site.login("1002") as lei:
        assert fang.get(f"{BASE}/counts").json()["unheard"] == 1
        assert fang.get(f"{BASE}/counts").json()["overdue_since"] == AT, "unheard for more than ten minutes"
        (item,) = find(fang, "0006", tab="message")
        (contact,) = fang.get(f"{BASE}/{item['id']}").json()["contacts"]
        assert contact["recordings"][0]["playable"] and not contact["heard_at"]
        assert lei.get(f"/api/v1/recordings/{recording}/audio").status_code == 403
        assert fang.get(f"/api/v1/recordings/{recording}/audio").status_code == 200
        assert lei.post(f"{BASE}/messages/{call_id}/heard").status_code == 404
        for _ in range(2):
            assert fang.post(f"{BASE}/messages/{call_id}/heard").status_code == 204
        (contact,) = fang.get(f"{BASE}/{item['id']}").json()["contacts"]
        assert contact["heard_by_name"] == "王芳"
        assert fang.get(f"{BASE}/counts").json()["unheard"] == 0


def test_ones_own_box_by_telephone(site: Site) -> None:
    fang, lei = site.company.people["1001"], site.company.people["1002"]
    number = "13811110008"
    calls = [lose(site, number, kind="message", reason="message", at=AT + n, owner=fang) for n in range(2)]
    lose(site, number, kind="message", reason="message", at=AT + 2, owner=fang)  # its sound is not there yet

    async def recorded(u: Any) -> None:
        u.add_all([Recording(id=new_id(), call_id=call_id, base=f"own{call_id}", path=f"own{call_id}.wav",
                             peaks_path="", started_at=AT, duration_ms=4000, size=100, state="finished")
                   for call_id in calls])
    site.in_database(recorded)
    for call_id in calls:
        (site.recordings / f"own{call_id}.wav").write_bytes(b"RIFF" + b"\0" * 96)

    def waits(person: int) -> list[tuple[int, str, int]]:
        found = site.engine.look_up("box", {"person_id": str(person)})["messages"]
        return [(int(one["call_id"]), one["file"], one["duration_ms"]) for one in found]

    def deal(person: int, call_id: int, done: bool) -> dict[str, Any]:
        return site.engine.look_up("box_message", {"person_id": str(person), "call_id": str(call_id), "done": done})

    assert waits(fang) == [(one, str((site.recordings / f"own{one}").resolve()), 4000) for one in calls]
    assert waits(lei) == []
    with pytest.raises(OSError):
        deal(lei, calls[0], True)
    with pytest.raises(OSError):
        waits(1)
    assert deal(fang, calls[0], True) == {"closed": False}, "more of him is still to be heard"
    assert [one for one, *_ in waits(fang)] == [calls[1]]
    assert deal(fang, calls[1], True) == {"closed": False}
    with site.login("1001") as page:
        (item,) = find(page, number)
        (last,) = [one for one in page.get(f"{BASE}/{item['id']}").json()["contacts"] if not one["heard_at"]]
        assert (item["unheard"], item["state"]) == (1, "open")
        assert deal(fang, int(last["call_id"]), False) == {"closed": False}
        assert deal(fang, int(last["call_id"]), True) == {"closed": True}
        (item,) = find(page, number, over=True)
        assert (item["result"], item["note"], item["done_by_name"]) == ("handled_otherwise", "*97", "王芳")
        assert waits(fang) == []


def test_pages_are_told_of_a_change(site: Site) -> None:
    with site.login("1001") as fang, fang.live() as socket:
        next_frame(socket, "snapshot")
        lose(site, "13811110007")
        assert next_frame(socket, "set", "news")["id"] == "follow_ups"


def test_callback_rules_are_checked_and_reach_the_engine(site: Site) -> None:
    with site.login("9000") as admin:
        rules = admin.get(f"{BASE}/callback-rules").json()
        assert rules.pop("rev")
        assert rules == {"tries": 3, "interval_min": 10, "lasts_h": 24, "open_h": 8, "close_h": 21, "low_mark": 2}
        for change, field in (({"tries": 0}, "tries"), ({"open_h": 21}, "close_h"), ({"close_h": 25}, "close_h")):
            answer = admin.put(f"{BASE}/callback-rules", json=rules | change)
            assert answer.status_code == 422 and field in answer.json()["fields"], answer.text
        before = reloads(site)
        wanted = rules | {"open_h": 0, "close_h": 24}
        assert admin.put(f"{BASE}/callback-rules", json=wanted).json().items() >= wanted.items()
        site.until(lambda: reloads(site) == before + 1)
        assert admin.get(f"{BASE}/callback-rules").json().items() >= wanted.items()
