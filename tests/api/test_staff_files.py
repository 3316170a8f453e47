"""Import, export, one change for many, numbers revealed: whole or not at all, as one may see it, and in the log."""

from __future__ import annotations

import base64
import io
import zipfile
from typing import Any

import pytest
import python_calamine
import xlsxwriter  # type: ignore[import-untyped]
from tests.api.site import Browser, Site
from tests.api.test_records import call_row

from yingda.org import departments, people, roles
from yingda.org.actor import SYSTEM
from yingda.org.permissions import ROLES

pytestmark = pytest.mark.api
HEAD = ["工号", "姓名", "部门", "手机", "备注"]


def book(rows: list[list[Any]]) -> bytes:
    out = io.BytesIO()
    made = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False})
    page = made.add_worksheet()
    for at, row in enumerate(rows):
        for place, cell in enumerate(row):
            (page.write_number if isinstance(cell, int) else page.write_string)(at, place, cell)
    made.close()
    return out.getvalue()


def read(content: bytes) -> list[list[Any]]:
    return python_calamine.load_workbook(io.BytesIO(content)).get_sheet_by_index(0).to_python()


def send(admin: Browser, content: bytes, mode: str = "check") -> Any:
    return admin.post("/api/v1/staff-import", params={"mode": mode}, files={"file": ("people.xlsx", content)})


def numbers(admin: Browser) -> set[str]:
    return {one["number"] for one in admin.get("/api/v1/people").json()}


def test_good_rows_come_in_and_a_check_writes_nothing(site: Site) -> None:
    async def place(u: Any) -> None:
        await departments.save_department(u, SYSTEM, None, number="K1", name="客服")
    site.in_database(place)
    content = book([HEAD, [5001, "钱进", "客服", 13800001111, "x"], ["5002", "孙好", "K1", "", ""], [""] * 5])
    with site.login("9000") as admin:
        before = numbers(admin)
        checked = send(admin, content).json()
        assert (checked["rows"], checked["good"], checked["written"]) == (2, 2, 0) and numbers(admin) == before
        assert checked["columns"] == ["number", "name", "department", "mobile"] and checked["ignored"] == ["备注"]
        assert send(admin, content, "all").json()["written"] == 2
        person = next(one for one in admin.get("/api/v1/people").json() if one["number"] == "5001")
        assert (person["name"], person["department_name"], person["mobile"]) == ("钱进", "客服", "13800001111")
        again = send(admin, content, "all").json()
        assert again["written"] == 0 and {one["column"] for one in again["faults"]} == {"number"}


def test_faults_are_told_by_row_column_and_reason_and_nothing_is_half_written(site: Site) -> None:
    content = book([HEAD, ["5101", "好人", "", "", ""], ["5101", "重号", "", "", ""], ["1001", "在用", "", "", ""],
                    ["51 02", "", "", "", ""], ["5103", "赵", "没有的部门", "12ab", ""]])
    with site.login("9000") as admin:
        before = numbers(admin)
        answer = send(admin, content, "all").json()
        told = {(one["row"], one["column"], one["reason"]) for one in answer["faults"]}
        assert told == {(3, "number", "已被占用。"), (4, "number", "已被占用。"), (5, "number", "格式不正确。"),
                        (5, "name", "必填。"), (6, "department", "不存在。"), (6, "mobile", "格式不正确。")}
        assert answer["written"] == 0 and numbers(admin) == before
        taken = send(admin, content, "good").json()
        assert taken["written"] == 1 and numbers(admin) == before | {"5101"}
        failed = read(base64.b64decode(taken["failed_file"]))
        assert [row[0] for row in failed] == ["工号", "5101", "1001", "51 02", "5103"] and "不存在" in failed[4][-1]


def test_a_row_puts_its_extension_into_a_group(site: Site) -> None:
    with site.login("9000") as admin:
        for number in ("6701", "6702"):
            assert admin.post("/api/v1/extensions", json={"number": number}).status_code == 201
        for name in ("前台", "旧组"):
            made = admin.post("/api/v1/extension-groups", json={"name": name}).json()
        archived = {"name": "旧组", "active": False}
        assert admin.put(f"/api/v1/extension-groups/{made['id']}", json=archived).status_code == 200
        head = ["工号", "姓名", "分机", "分机组"]
        faulty = [["5701", "甲", "6701", "没有的组"], ["5702", "乙", "6702", "旧组"], ["5703", "丙", "", "前台"]]
        told = send(admin, book([head, *faulty]), "good").json()
        assert {(one["row"], one["column"], one["reason"]) for one in told["faults"]} == {
            (2, "extension_group", "不存在。"), (3, "extension_group", "已归档，不能选择。"),
            (4, "extension_group", "请同时填写分机。")} and told["written"] == 0
        good = [["5701", "甲", "6701", "前台"], ["5702", "乙", "6702", ""]]
        assert send(admin, book([head, *good]), "all").json()["written"] == 2
        phones = {one["number"]: one for one in admin.get("/api/v1/extensions").json()}
        assert (phones["6701"]["group_name"], phones["6702"]["group_name"]) == ("前台", "")
        out = read(admin.get("/api/v1/exports/people").content)
        at = out[0].index("分机组")
        assert {row[0]: row[at] for row in out if row[0] in ("5701", "5702")} == {"5701": "前台", "5702": ""}
        log = admin.get("/api/v1/audit", params={"action": "extension.update"}).json()["items"]
        assert (log[0]["object_id"], list(log[0]["after"])) == (phones["6701"]["id"], ["group_id"])


def test_who_may_not_edit_extensions_names_no_group(site: Site) -> None:
    async def may(u: Any) -> None:
        row = await people.get_person(u, site.company.people["9001"])
        await roles.set_exceptions(u, SYSTEM, ROLES["admin"], row, {"people.edit": "all", "extensions.edit": "none"})
    site.in_database(may)
    with site.login("9000") as admin, site.login("9001") as clerk:
        assert admin.post("/api/v1/extensions", json={"number": "6711"}).status_code == 201
        assert admin.post("/api/v1/extension-groups", json={"name": "二楼"}).status_code == 201
        rows = [["工号", "姓名", "分机", "分机组"], ["5711", "丁", "6711", "二楼"]]
        assert send(clerk, book(rows), "all").json()["code"] == "not_allowed"
        assert send(clerk, book([row[:3] for row in rows]), "all").json()["written"] == 1


HOSTILE = ["<script>alert(1)</script>", "=HYPERLINK(\"http://x\")", "+1+1", "@SUM(1)", "مرحبا", "👩‍💻🚗",
           "O'Brien; DROP"]


def test_hostile_names_come_in_as_texts_and_go_out_as_texts(site: Site) -> None:
    rows = [[f"52{at:02}", name, "", "", ""] for at, name in enumerate(HOSTILE)]
    with site.login("9000") as admin:
        assert send(admin, book([HEAD, *rows]), "all").json()["written"] == len(HOSTILE)
        out = admin.get("/api/v1/exports/people")
        assert out.status_code == 200, out.text
        names = {row[1] for row in read(out.content)}
        assert set(HOSTILE) <= names
        sheet = zipfile.ZipFile(io.BytesIO(out.content)).read("xl/worksheets/sheet1.xml")
        assert b"<f>" not in sheet
        words = admin.get("/api/v1/exports/people", params={"format": "csv"}).content.decode("utf-8-sig")
        assert "'=HYPERLINK" in words and ",=" not in words and ",+" not in words
        for bad in ("长" * 10_000, "a\u202eb"):
            answer = send(admin, book([HEAD, ["5299", bad, "", "", ""]])).json()
            assert [one["column"] for one in answer["faults"]] == ["name"]


@pytest.mark.parametrize("content", [
    b"\x89PNG\r\n\x1a\n\x00\x00", b"PK\x03\x04broken", b"\xd0\xcf\x11\xe0broken", b"\xff\xfe\x00\x01",
    book([HEAD, ["1", "x", "", "", ""]])[:900]], ids=["picture", "zip", "old", "binary", "cut"])
def test_wrong_files_are_refused_with_a_sentence(site: Site, content: bytes) -> None:
    with site.login("9000") as admin:
        answer = send(admin, content)
        assert (answer.status_code, answer.json()["code"]) == (422, "not_a_table")
        assert "Excel" in answer.json()["message"]


def test_a_sheet_without_the_needed_columns_says_which(site: Site) -> None:
    with site.login("9000") as admin:
        answer = send(admin, "你好,世界\n1,2\n".encode("gb18030")).json()
        assert {(one["row"], one["column"]) for one in answer["faults"]} == {(1, "number"), (1, "name")}
        template = read(admin.get("/api/v1/staff-import/template").content)
        assert template[0][:2] == ["工号", "姓名"]
        assert send(admin, admin.get("/api/v1/staff-import/template").content).json()["faults"] == []


def test_many_are_changed_at_once_and_taken_back(site: Site) -> None:
    queue = str(site.company.queues["802"])
    with site.login("9000") as admin:
        ids = [str(site.company.people[number]) for number in ("1001", "1002")]
        before = {one["id"]: one for one in admin.get("/api/v1/people").json() if one["id"] in ids}
        done = admin.post("/api/v1/staff-bulk", json={"patches": [
            {"id": one, "team": "夜班", "role": "supervisor", "add_queue_id": queue} for one in ids]})
        assert done.status_code == 200 and done.json()["changed"] == 2, done.text
        now = {one["id"]: one for one in admin.get("/api/v1/people").json() if one["id"] in ids}
        assert {(one["team"], one["role"]) for one in now.values()} == {("夜班", "supervisor")}
        assert len(admin.get(f"/api/v1/queues/{queue}").json()["members"]) == 2
        admin.post("/api/v1/staff-bulk", json={"patches": done.json()["undo"]})
        back = {one["id"]: one for one in admin.get("/api/v1/people").json() if one["id"] in ids}
        assert {key: (one["team"], one["role"]) for key, one in back.items()} == {
            key: (one["team"], one["role"]) for key, one in before.items()}
        assert len(admin.get(f"/api/v1/queues/{queue}").json()["members"]) == 1
        half = admin.post("/api/v1/staff-bulk", json={"patches": [
            {"id": ids[0], "team": "半"}, {"id": str(site.company.people["9000"]), "active": False}]})
        assert half.json()["code"] == "last_admin"
        assert all(one["team"] != "半" for one in admin.get("/api/v1/people").json())


def test_exports_hold_what_one_sees_and_stand_in_the_log(site: Site) -> None:
    async def calls(u: Any) -> None:
        for at, number in enumerate(("1001", "1002")):
            u.add(call_row(1_790_500_000_000 + at, site.company.people[number], f"1381234567{at}"))
        row = await people.get_person(u, site.company.people["1001"])
        await roles.set_exceptions(u, SYSTEM, ROLES["admin"], row, {"data.export": "own", "numbers.reveal": "none"})
    site.in_database(calls)
    with site.login("1001") as agent, site.login("9000") as admin:
        rows = read(agent.get("/api/v1/exports/calls").content)
        assert len(rows) == 2 and rows[1][2] == "138****5670" and "13812345670" not in str(rows)
        assert agent.get("/api/v1/exports/people").json()["code"] == "not_allowed"
        for what in ("people", "extensions", "queues", "callers", "calls"):
            assert admin.get(f"/api/v1/exports/{what}").status_code == 200, what
        log = admin.get("/api/v1/audit", params={"action": "data.export"}).json()["items"]
        assert {one["object_kind"] for one in log} >= {"people", "extensions", "queues", "callers", "calls"}


def test_a_number_is_revealed_within_reach_and_each_time_logged(site: Site) -> None:
    async def make(u: Any) -> tuple[int, int]:
        rows = [call_row(1_790_600_000_000, site.company.people[number], "13900001111") for number in ("1001", "1002")]
        u.add_all(rows)
        person = await people.get_person(u, site.company.people["1002"])
        await roles.set_exceptions(u, SYSTEM, ROLES["admin"], person, {"numbers.ask": "own", "numbers.reveal": "none"})
        return rows[0].id, rows[1].id
    others, own = site.in_database(make)
    with site.login("1002") as agent, site.login("9000") as admin:
        masked = agent.get(f"/api/v1/calls/{own}").json()["customer_number"]
        assert masked == "139****1111"
        body = {"kind": "call", "id": str(own), "number": masked}
        assert agent.post("/api/v1/reveal", json=body).json() == {"number": "13900001111"}
        assert agent.post("/api/v1/reveal", json=body | {"id": str(others)}).status_code == 403
        assert agent.post("/api/v1/reveal", json={"kind": "customer", "id": "1", "number": masked}).status_code == 403
        log = admin.get("/api/v1/audit", params={"action": "number.reveal"}).json()["items"]
        assert [(one["object_id"], one["after"]) for one in log] == [(str(own), {"number": masked})]


def test_columns_with_strange_headings_are_told_what_they_are(site: Site) -> None:
    content = book([["ID", "谁", "备注", "Handy"], ["5901", "韩梅", "x", "13800005901"]])

    def ask(columns: str, mode: str = "check") -> Any:
        return admin.post("/api/v1/staff-import", params={"mode": mode, "columns": columns},
                          files={"file": ("people.xlsx", content)})

    with site.login("9000") as admin:
        lost = ask("").json()
        assert {one["reason"] for one in lost["faults"]} and lost["mapping"] == ["", "", "", ""]
        assert lost["head"] == ["ID", "谁", "备注", "Handy"] and lost["samples"] == ["5901", "韩梅", "x", "13800005901"]
        told = ask("number,name,,mobile", "all").json()
        assert (told["written"], told["ignored"]) == (1, ["备注"])
        assert told["mapping"] == ["number", "name", "", "mobile"]
        person = next(one for one in admin.get("/api/v1/people").json() if one["number"] == "5901")
        assert (person["name"], person["mobile"]) == ("韩梅", "13800005901")
        for wrong, code in (("number,number", "doubled"), ("number,moon", "unknown"), ("number,,,,role", "unknown")):
            assert ask(wrong).json()["fields"]["columns"]["code"] == code


def test_extensions_that_are_not_there_yet_are_made(site: Site) -> None:
    head = ["Employee no.", "Name", "Extension"]
    with site.login("9000") as admin:
        old = admin.post("/api/v1/extensions", json={"number": "6721"}).json()
        assert admin.put(f"/api/v1/extensions/{old['extension']['id']}",
                         json={"number": "6721", "active": False}).status_code == 200
        faulty = [["5721", "甲", "6722"], ["5722", "乙", "6722"], ["5723", "丙", "6721"], ["5724", "丁", "67-2"]]
        told = send(admin, book([head, *faulty])).json()
        assert {(one["row"], one["column"], one["reason"]) for one in told["faults"]} == {
            (3, "extension", "已被占用。"), (4, "extension", "不存在。"), (5, "extension", "格式不正确。")}
        assert "6722" not in {one["number"] for one in admin.get("/api/v1/extensions").json()}, "a check makes nothing"
        assert send(admin, book([head, ["5721", "甲", "6722"]]), "all").json()["written"] == 1
        phones = {one["number"]: one["person_name"] for one in admin.get("/api/v1/extensions").json()}
        assert phones["6722"] == "甲"
