"""PIN and auto-answer: set by oneself or by who looks after people; the PIN leaves the API only as "there is one"."""

from __future__ import annotations

import pytest
from tests.api.site import Site
from tests.api.test_admin import last_audit, reloads

from yingda.kit import pins

pytestmark = pytest.mark.api


def test_ones_own_pin_and_auto_answer(site: Site) -> None:
    me = site.company.people["1001"]
    with site.login("1001") as agent, site.login("9000") as admin:
        assert agent.get("/api/v1/me/phone").json() == {"has_pin": False, "auto_answer": False}
        before = reloads(site)
        answer = agent.put("/api/v1/me/phone/pin", json={"pin": "480913"})
        assert answer.json() == {"has_pin": True, "auto_answer": False}
        site.until(lambda: reloads(site) > before)
        entry = last_audit(admin, "person", str(me))
        assert entry["action"] == "person.phone_pin" and "480913" not in str(entry)
        assert agent.put("/api/v1/me/phone", json={"auto_answer": True}).json()["auto_answer"] is True
        assert admin.get(f"/api/v1/people/{me}/phone").json() == {"has_pin": True, "auto_answer": True}
        assert admin.put(f"/api/v1/people/{me}/phone/pin", json={"pin": ""}).json()["has_pin"] is False


@pytest.mark.parametrize(("pin", "code"), [("123", "pin_length"), ("123456789", "pin_length"), ("12a4", "pin_length"),
                                           ("1111", "pin_weak"), ("3456", "pin_weak"), ("1001", "pin_weak")])
def test_a_pin_that_is_none(site: Site, pin: str, code: str) -> None:
    with site.login("1001") as agent:
        answer = agent.put("/api/v1/me/phone/pin", json={"pin": pin})
        assert answer.status_code == 422 and answer.json()["fields"]["pin"]["code"] == code


def test_a_hash_needs_the_pin_and_the_sites_key() -> None:
    stored = pins.hashed("480913", "key")
    assert pins.matches("480913", stored, "key") and "480913" not in stored and stored != pins.hashed("480913", "key")
    assert not pins.matches("480914", stored, "key") and not pins.matches("480913", stored, "other")
    assert not pins.matches("", "", "key") and not pins.matches("1", "broken$x", "key")


def test_the_feature_codes_are_told(site: Site) -> None:
    with site.login("1001") as agent:
        codes = {one["code"]: one["act"] for one in agent.get("/api/v1/feature-codes").json()}
        assert codes["*50"] == "sign_in" and codes["*8"] == "pick_up" and codes["*97"] == "own_box"
