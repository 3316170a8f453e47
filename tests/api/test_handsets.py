"""A telephone takes its settings from a one-time address: right file, right secret, once; strangers get nothing."""

from __future__ import annotations

from xml.etree import ElementTree as Xml

import pytest
from tests.api.site import Browser, Site
from tests.api.test_admin import last_audit

from yingda.org.handset_files import DESK, MAKES, Account, content
from yingda.org.handsets import AGAIN_MS, OPEN_MS

pytestmark = pytest.mark.api
MAC = "00:15:65:AB-cd.01"


def extension(admin: Browser, number: str) -> tuple[str, str]:
    made = admin.post("/api/v1/extensions", json={"number": number}).json()
    return made["extension"]["id"], made["sip_secret"]


def path_of(url: str) -> str:
    return url[url.index("/api/"):]


def test_a_desk_phone_takes_its_file_and_the_address_ends(own_site: Site) -> None:
    site = own_site
    with site.login("9000") as admin, site.stranger() as phone:
        key, secret = extension(admin, "1030")
        opened = admin.put(f"/api/v1/extensions/{key}/handset", json={"make": "yealink", "mac": MAC}).json()
        assert opened["handset"]["mac"] == "001565abcd01" and opened["file"] == "001565abcd01.cfg"
        address = path_of(opened["url"])
        assert secret not in str(opened) and address not in admin.get("/api/v1/handsets").text
        assert phone.get(address + "y000000000066.cfg").status_code == 404  # phones try such on the way
        got = phone.get(address + "001565ABCD01.cfg")
        assert got.status_code == 200 and got.text.startswith("#!version:1.0.0.1\n"), got.text
        for line in ("account.1.user_name = 1030", f"account.1.password = {secret}",
                     "account.1.sip_server.1.address = 127.0.0.1", "account.1.sip_server.1.port = 5070"):
            assert f"\n{line}\n" in got.text
        assert got.headers["cache-control"] == "no-store"
        assert last_audit(admin, "extension", key)["action"] == "handset.taken"
        assert secret not in admin.get("/api/v1/audit").text and address[22:-1] not in admin.get("/api/v1/audit").text
        assert phone.get(address + "001565abcd01.cfg").status_code == 200  # phones ask twice
        now = site.app.state.room.clock.now_ms
        site.app.state.room.clock.now_ms = lambda: now() + AGAIN_MS + 1000
        assert phone.get(address + "001565abcd01.cfg").status_code == 404
        assert admin.get("/api/v1/handsets").json()[0]["taken_from"] == "127.0.0.1"


def test_a_new_address_ends_the_old_one_and_so_do_time_and_removal(own_site: Site) -> None:
    site = own_site
    with site.login("9000") as admin, site.stranger() as phone:
        key, secret = extension(admin, "1031")
        place, body = f"/api/v1/extensions/{key}/handset", {"make": "grandstream", "mac": "000b82112233"}
        first = path_of(admin.put(place, json=body).json()["url"]) + "cfg000b82112233.xml"
        second = path_of(admin.put(place, json=body).json()["url"]) + "cfg000b82112233.xml"
        assert phone.get(first).status_code == 404
        config = Xml.fromstring(phone.get(second).content)
        assert config.findtext("config/P34") == secret and config.findtext("config/P47") == "127.0.0.1:5070"
        third = path_of(admin.put(place, json=body).json()["url"]) + "cfg000b82112233.xml"
        assert secret in admin.get(f"{place}/file").text
        assert last_audit(admin, "extension", key)["action"] == "handset.file"
        now = site.app.state.room.clock.now_ms
        site.app.state.room.clock.now_ms = lambda: now() + OPEN_MS + 1000
        assert phone.get(third).status_code == 404
        site.app.state.room.clock.now_ms = now
        assert phone.get(third).status_code == 200
        assert admin.delete(place).status_code == 204 and phone.get(third).status_code == 404
        assert admin.delete(place).status_code == 404


def test_a_new_secret_comes_with_a_new_address_for_the_telephone(own_site: Site) -> None:
    with own_site.login("9000") as admin, own_site.stranger() as phone:
        key, secret = extension(admin, "1036")
        renew = f"/api/v1/extensions/{key}/secret"
        assert admin.post(renew).json()["handset"] is None
        place = f"/api/v1/extensions/{key}/handset"
        first = admin.put(place, json={"make": "fanvil", "mac": "0c383e112233"}).json()
        renewed = admin.post(renew).json()
        again = renewed["handset"]
        assert again["handset"]["mac"] == "0c383e112233" and again["url"] != first["url"]
        assert phone.get(path_of(first["url"]) + first["file"]).status_code == 404
        got = phone.get(path_of(again["url"]) + again["file"]).text
        assert renewed["sip_secret"] in got and secret not in got
        assert again["url"] not in admin.get("/api/v1/audit").text
        assert admin.put(place, json={"make": "wave"}).status_code == 200
        assert admin.post(renew).json()["handset"]["qr"].startswith("<svg")


def test_wrong_ones_are_refused_and_guessing_slows_down(own_site: Site) -> None:
    with own_site.login("9000") as admin, own_site.stranger() as thief:
        one, two = extension(admin, "1032")[0], extension(admin, "1033")[0]
        assert admin.put(f"/api/v1/extensions/{one}/handset", json={"make": "fanvil", "mac": MAC}).status_code == 200
        for body, code in (({"make": "fanvil", "mac": ""}, "required"), ({"make": "fanvil", "mac": "12"}, "malformed"),
                           ({"make": "fanvil", "mac": MAC}, "taken")):
            answer = admin.put(f"/api/v1/extensions/{two}/handset", json=body).json()
            assert answer["fields"]["mac"]["code"] == code, answer
        assert admin.put(f"/api/v1/extensions/{two}/handset", json={"make": "toaster"}).status_code == 422
        with own_site.login("1001") as agent:
            assert agent.get("/api/v1/handsets").status_code == 403
        codes = [thief.get(f"/api/v1/handset-files/guess{n}/001565abcd01.cfg").status_code for n in range(31)]
        assert codes[:30] == [404] * 30 and codes[30] == 429
        own_site.until(lambda: any(a["kind"] == "handset_wrong" for a in admin.get("/api/v1/alarms").json()["items"]))


def test_programs_on_mobiles_read_a_code(site: Site) -> None:
    with site.login("9000") as admin, site.stranger() as phone:
        key, secret = extension(admin, "1034")
        opened = admin.put(f"/api/v1/extensions/{key}/handset", json={"make": "linphone"}).json()
        assert opened["qr"].startswith("<svg") and opened["url"].endswith("/linphone.xml")
        assert secret in phone.get(path_of(opened["url"])).text
        wave = admin.put(f"/api/v1/extensions/{key}/handset", json={"make": "wave"}).json()
        assert wave["url"] == "" and wave["qr"].startswith("<svg")


def test_no_name_breaks_out_of_a_file() -> None:
    wild = 'A\nlang.gui = X\r</P3><x>&"\u202e'
    for make in MAKES:
        text = content(make, Account(number="1001", secret="s<&>1", host="pbx", port=5060, shown=wild))
        assert "\nlang.gui = X" not in text
        if make in DESK and make != "yealink":
            assert Xml.fromstring(text.encode()) is not None
