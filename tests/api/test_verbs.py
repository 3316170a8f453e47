"""The agent's wishes: each route asks the engine for exactly its verb, and refusals come back readable."""

from __future__ import annotations

import threading
from typing import Any

import msgspec
import pytest
from tests.api.site import Site

from yingda.bus import verbs as v
from yingda.kit import i18n
from yingda.kit.errors import Refused

pytestmark = pytest.mark.api

VERBS: list[tuple[str, dict[str, Any] | None, type[v.Verb], dict[str, Any]]] = [
    ("agent/sign-in", {"phone": "desk"}, v.SignIn, {"phone": "desk", "station": ""}),
    ("agent/sign-in", {"phone": "outside", "station": "13800138000"}, v.SignIn,
     {"phone": "outside", "station": "13800138000"}),
    ("agent/pick-up", {"agent_id": "42"}, v.PickUpCall,
     {"call_id": "", "from_agent": "42", "from_queue": "", "anywhere": False}),
    ("agent/pick-up", {"call_id": "7"}, v.PickUpCall,
     {"call_id": "7", "from_agent": "", "from_queue": "", "anywhere": False}),
    ("calls/7/consult/toggle", None, v.ToggleConsult, {"call_id": "7"}),
    ("calls/7/invite", {"to": "1003"}, v.InviteParty, {"call_id": "7", "to": "1003"}),
    ("agent/sign-out", None, v.SignOut, {}),
    ("agent/ready", None, v.SetReady, {}),
    ("agent/wrap-up/prolong", None, v.ProlongWrapUp, {}),
    ("agent/break", {"reason": "lunch"}, v.SetBreak, {"reason": "lunch"}),
    ("calls/7/hang-up", None, v.HangUpCall, {"call_id": "7"}),
    ("calls/7/answer", None, v.AnswerCall, {"call_id": "7"}),
    ("calls/7/reject", None, v.RejectCall, {"call_id": "7"}),
    ("calls/7/hold", None, v.HoldCall, {"call_id": "7"}),
    ("calls/7/resume", None, v.ResumeCall, {"call_id": "7"}),
    ("calls/7/mute", {"on": True}, v.MuteCall, {"call_id": "7", "on": True}),
    ("calls/7/digits", {"digits": "12#"}, v.SendDigits, {"call_id": "7", "digits": "12#"}),
    ("calls/7/transfer", {"to": "queue:801"}, v.TransferCall, {"call_id": "7", "to": "queue:801"}),
    ("calls/7/consult", {"to": "1002"}, v.ConsultCall, {"call_id": "7", "to": "1002"}),
    ("calls/7/consult/cancel", None, v.CancelConsult, {"call_id": "7"}),
    ("calls/7/consult/complete", None, v.CompleteTransfer, {"call_id": "7"}),
    ("calls/7/conference", None, v.MakeConference, {"call_id": "7"}),
    ("agent/fetch-parked", {"slot": "3"}, v.FetchParked, {"slot": "3"}),
]

SUPERVISING: list[tuple[str, dict[str, Any] | None, type[v.Verb], dict[str, Any]]] = [
    ("calls/7/watch", {"mode": "whisper"}, v.WatchCall, {"agent_id": "ME", "call_id": "7", "mode": "whisper"}),
    ("calls/7/watch/end", None, v.StopWatching, {"agent_id": "ME", "call_id": "7"}),
    ("calls/7/intercept", None, v.InterceptCall, {"agent_id": "ME", "call_id": "7"}),
    ("calls/7/hang-up", None, v.ForceHangUp, {"call_id": "7"}),
    ("agents/42/state", {"presence": "on_break"}, v.ForceState,
     {"agent_id": "42", "presence": "on_break", "reason": ""}),
]


@pytest.mark.parametrize(("path", "body", "verb", "fields"), VERBS, ids=lambda value: str(value)[:20])
def test_route_asks_its_verb(site: Site, path: str, body: Any, verb: type[v.Verb], fields: dict[str, Any]) -> None:
    me = str(site.company.people["1001"])
    with site.login("1001") as agent:
        answer = agent.post(f"/api/v1/{path}", json=body)
        assert answer.status_code == 204 and not answer.content, answer.text
        asked = site.engine.verbs[-1]
        assert type(asked) is verb
        assert msgspec.structs.asdict(asked) == {"actor": me, "agent_id": me, **fields}


def test_a_party_is_removed_by_its_leg(site: Site) -> None:
    me = str(site.company.people["1001"])
    with site.login("1001") as agent:
        assert agent.delete("/api/v1/calls/7/parties/leg-a1").status_code == 204
        assert site.engine.verbs[-1] == v.RemoveParty(actor=me, agent_id=me, call_id="7", leg="leg-a1")


@pytest.mark.parametrize(("path", "body", "verb", "fields"), SUPERVISING, ids=lambda value: str(value)[:20])
def test_supervisors_act_is_audited_and_asked(site: Site, path: str, body: Any, verb: type[v.Verb],
                                              fields: dict[str, Any]) -> None:
    me = str(site.company.people["9001"])
    with site.login("9001") as boss, site.login("9000") as admin:
        assert boss.post(f"/api/v1/supervise/{path}", json=body).status_code == 204
        asked = site.engine.verbs[-1]
        assert type(asked) is verb
        assert msgspec.structs.asdict(asked) == {"actor": me, **{k: me if x == "ME" else x for k, x in fields.items()}}
        row = admin.get("/api/v1/audit").json()["items"][0]
        assert row["actor_id"] == me and row["action"] == f"supervise.{verb.__struct_config__.tag}"


def test_dial_passes_the_key_and_answers_the_call(site: Site) -> None:
    site.engine.answers["Dial"] = {"call_id": "4711"}
    with site.login("1001") as agent:
        for _ in range(2):
            answer = agent.post("/api/v1/calls", json={"number": " 138-1234 5678 ", "key": "k-1"})
            assert (answer.status_code, answer.json()) == (201, {"call_id": "4711"})
        one, two = site.engine.verbs[-2:]
        assert isinstance(one, v.Dial) and one == two and one.number == "138-1234 5678" and one.key == "k-1"


def test_masked_number_is_dialled_with_its_customer(site: Site) -> None:
    site.engine.answers["Dial"] = {"call_id": "4712"}
    with site.login("9001") as boss, site.login("1001") as agent:
        made = boss.post("/api/v1/customers", json={"name": "周", "phones": [{"number": "13644445555"}]}).json()
        seen = agent.get(f"/api/v1/customers/{made['id']}").json()["phones"][0]["number"]
        assert "*" in seen
        body = {"number": seen, "key": "k-2"}
        for wrong in (body, body | {"number": "139****0000", "customer_id": made["id"]}):
            assert agent.post("/api/v1/calls", json=wrong).json()["fields"]["number"]["code"] == "masked_number"
        assert agent.post("/api/v1/calls", json=body | {"customer_id": made["id"]}).status_code == 201
        asked = site.engine.verbs[-1]
        assert isinstance(asked, v.Dial) and asked.number == "13644445555"


@pytest.mark.parametrize(("code", "status"), [
    ("not_now", 409), ("not_signed_in", 409), ("call_gone", 404), ("not_your_call", 403), ("no_free_line", 409),
    ("phone_not_registered", 409), ("bad_number", 422), ("switch_down", 503), ("internal", 502)])
def test_refusals_have_a_status_and_a_sentence_in_both_languages(site: Site, code: str, status: int) -> None:
    site.engine.answers["SetReady"] = Refused(code)
    try:
        with site.login("1001") as agent:
            answer = agent.post("/api/v1/agent/ready")
            assert answer.status_code == status and answer.json()["code"] == code
            for language in i18n.LANGUAGES:
                assert f"errors.{code}" in i18n.catalogue(language)
            assert answer.json()["message"] == i18n.text(f"errors.{code}", "zh")
    finally:
        site.engine.answers.pop("SetReady")


def test_slow_engine_does_not_hang_the_page(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    link = site.app.state.room.link
    original = link.ask
    monkeypatch.setattr(link, "ask", lambda verb: original(verb, 0.2))
    site.engine.delay_s = 1.0
    try:
        with site.login("1001") as agent:
            answer = agent.post("/api/v1/agent/ready")
            assert (answer.status_code, answer.json()["code"]) == (504, "engine_slow")
    finally:
        site.engine.delay_s = 0.0


def test_many_at_once_get_their_own_answers(site: Site) -> None:
    site.engine.answers["Dial"] = lambda verb: {"call_id": f"c-{verb.key}"}
    got: dict[str, str] = {}

    def one(key: str) -> None:
        with site.login("1001") as agent:
            got[key] = agent.post("/api/v1/calls", json={"number": "1002", "key": key}).json()["call_id"]

    threads = [threading.Thread(target=one, args=(f"k{at}",)) for at in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert got == {f"k{at}": f"c-k{at}" for at in range(12)}
